import { badInput, checkSpacing, MAX_SIDE, MAX_VOXELS } from './image-checks'
import { looksLikeText, readHead } from './packed-file'

/**
 * Judges the readable header of an NRRD or MetaImage file before ITK sees it: ITK allocates memory for any size, and of a
 * zero spacing says only that something failed.
 *
 * @throws HippospikeError (input)
 */
export async function checkTextHeader(path: string): Promise<void> {
  const { bytes } = await readHead(path)
  const fields = parseFields(new TextDecoder('latin1').decode(bytes))
  const sizes = numbers(fields.get('sizes') ?? fields.get('dimsize'))
  if (sizes.length === 0) {
    const kind = looksLikeText(bytes) ? 'is text without an image header' : 'has no image header'
    throw badInput(path, `${kind}; give an image that is what its name says`)
  }
  const voxels = sizes.reduce((product, n) => product * n, 1)
  if (sizes.some((n) => n > MAX_SIDE) || voxels > MAX_VOXELS) {
    throw badInput(
      path,
      `declares ${sizes.join('×')} voxels, more than the ${MAX_SIDE} on a side and ${MAX_VOXELS} in all that are read; ` +
        'crop or downsample it, or check its header'
    )
  }
  const spacings = fields.get('spacings') ?? fields.get('elementspacing')
  // NRRD writes 'nan' for axes that are not in space.
  checkSpacing(
    path,
    numbers(spacings).filter((value) => !Number.isNaN(value))
  )
}

/** `key: value` (NRRD) or `Key = value` (MetaImage) lines up to the voxels, keys in lower case. */
function parseFields(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^([\w ]+?)\s*[:=]\s*(.*)$/.exec(line)
    // NRRD's header ends with an empty line, MetaImage's with the place of the voxels.
    if (line === '' || match?.[1]?.toLowerCase() === 'elementdatafile') break
    if (match) fields.set(match[1]!.toLowerCase(), match[2]!)
  }
  return fields
}

function numbers(text: string | undefined): number[] {
  if (text === undefined || text.trim() === '') return []
  return text.trim().split(/\s+/).map(Number)
}
