import { badInput } from '../image-checks'
import { readSlices } from './read-volume'
import type { DicomVolume } from './volumes'

/** A small grey picture, rows from top to bottom. */
export interface GreyPicture {
  width: number
  height: number
  /** 0 black to 255 white. */
  grey: Uint8Array
}

/**
 * The middle slice as a small picture with square pixels, bright from the 1st to the 99th percentile.
 *
 * @param longest pixels of the longer side
 * @throws HippospikeError (input) where its voxels cannot be read
 */
export async function previewOf(volume: DicomVolume, longest = 128): Promise<GreyPicture> {
  const slice = volume.slices[Math.floor(volume.slices.length / 2)]!
  const { columns, rows, syntax, samples, bitsAllocated, file } = slice.instance
  if (syntax.storage === 'unknown' || samples !== 1 || ![8, 16, 32].includes(bitsAllocated)) {
    throw badInput(file.path, `its voxels (${syntax.name}) are of a kind that is not read`)
  }
  let values = new Float32Array(columns * rows)
  await readSlices(file.path, [slice], (read) => {
    values = new Float32Array(read)
  })
  const [down, along] = slice.pixelSpacing ?? [1, 1]
  const scale = longest / Math.max(columns * along, rows * down)
  const width = Math.max(1, Math.round(columns * along * scale))
  const height = Math.max(1, Math.round(rows * down * scale))
  const toGrey = greyScale(values)
  const grey = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const row = Math.min(rows - 1, Math.floor(((y + 0.5) * rows) / height))
    for (let x = 0; x < width; x++) {
      const column = Math.min(columns - 1, Math.floor(((x + 0.5) * columns) / width))
      grey[y * width + x] = toGrey(values[row * columns + column]!)
    }
  }
  return { width, height, grey }
}

function greyScale(values: Float32Array): (value: number) => number {
  const sorted = Float32Array.from(values).sort()
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!
  const [low, high] = at(0.01) < at(0.99) ? [at(0.01), at(0.99)] : [at(0), at(1)]
  const range = high - low || 1
  return (value) => Math.round(255 * Math.min(1, Math.max(0, (value - low) / range)))
}
