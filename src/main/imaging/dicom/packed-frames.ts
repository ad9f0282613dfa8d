import dicomParser, { type DataSet } from 'dicom-parser'

/**
 * The compressed frames of a file's voxels, each in one piece.
 *
 * @param set parsed to its end
 * @throws an Error or a text where they do not add up to `count`
 */
export function packedFrames(set: DataSet, count: number): Uint8Array[] {
  const element = set.elements['x7fe00010']
  const fragments = element?.fragments
  if (element === undefined || fragments === undefined) throw new Error('no compressed voxels')
  if (fragments.length < count) throw new Error(`${fragments.length} of ${count} frames`)
  const piece = ({ position, length }: { position: number; length: number }): Uint8Array =>
    set.byteArray.subarray(position, position + length)
  if (count === 1) return [Buffer.concat(fragments.map(piece))]
  if (fragments.length === count) return fragments.map(piece)
  // More fragments than frames: the file's table says where each frame begins, or the JPEG streams themselves do.
  const table = element.basicOffsetTable?.length
    ? element.basicOffsetTable
    : dicomParser.createJPEGBasicOffsetTable(set, element)
  return Array.from({ length: count }, (_, frame) =>
    dicomParser.readEncapsulatedImageFrame(set, element, frame, table)
  )
}
