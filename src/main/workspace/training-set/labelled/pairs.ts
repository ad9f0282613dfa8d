import { readdir } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { imagesBelow, isMaskName, paired, stemOf, type Labelled } from './found'

const IMAGE_FOLDER = /^(?:images?|imgs?|imagestr|scans?|t1w?|mri)$/i
const MASK_FOLDER =
  /^(?:labels?|labelstr|masks?|segs?|segmentations?|annotations?|truth|ground-?truth|gt)$/i

/**
 * The labelled images of any folder: two folders beside each other, `images` and `labels` or the like, paired by name; or masks beside their
 * images, `x.nii.gz` with `x_seg.nii.gz` (or _mask, _label, _dseg …). In a folder with one image and one mask they belong together whatever they
 * are called.
 */
export async function folderPairs(dir: string): Promise<Labelled> {
  const names = (await readdir(dir, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  const [images, masks] = [IMAGE_FOLDER, MASK_FOLDER].map((pattern) =>
    names.filter((name) => pattern.test(name))
  )
  if (images!.length === 1 && masks!.length === 1) {
    return besideEachOther(join(dir, images![0]!), join(dir, masks![0]!))
  }
  const folders = new Map<string, string[]>()
  for (const path of await imagesBelow(dir)) {
    folders.set(dirname(path), [...(folders.get(dirname(path)) ?? []), path])
  }
  const found: Labelled = { pairs: [], unpaired: [] }
  for (const paths of folders.values()) {
    const own = inOneFolder(paths)
    found.pairs.push(...own.pairs)
    found.unpaired.push(...own.unpaired)
  }
  return found
}

async function besideEachOther(images: string, masks: string): Promise<Labelled> {
  const keyIn = (path: string): string => {
    const from = path.startsWith(images + sep) ? images : masks
    return join(dirname(relative(from, path)), stemOf(path))
  }
  return paired(await imagesBelow(images), await imagesBelow(masks), keyIn)
}

function inOneFolder(paths: readonly string[]): Labelled {
  const masks = paths.filter(isMaskName)
  const images = paths.filter((path) => !isMaskName(path))
  if (images.length === 1 && masks.length === 1) {
    return { pairs: [{ image: images[0]!, mask: masks[0]! }], unpaired: [] }
  }
  return paired(images, masks, stemOf)
}
