import type { Volume } from '../../../../core/volume/volume'

/** A slice of a segment. */
export interface SegFrame {
  /** 1-based, as DICOM numbers segments. */
  segment: number
  /** 0-based, in the order of the volume. */
  slice: number
}

/**
 * The frames of a mask, segment by segment: slices without a voxel of it are left out, but each segment keeps one, since a
 * segment without frames is not allowed for.
 *
 * @param labels one for each segment
 */
export function segFrames(
  { geometry, voxels }: Volume<Uint8Array>,
  labels: readonly number[]
): SegFrame[] {
  const [columns, rows, slices] = geometry.size
  return labels.flatMap((label, n) => {
    const filled = Array.from({ length: slices }, (_, slice) => slice).filter((slice) =>
      voxels.subarray(slice * columns * rows, (slice + 1) * columns * rows).includes(label)
    )
    return (filled.length > 0 ? filled : [0]).map((slice) => ({ segment: n + 1, slice }))
  })
}

/** One bit a voxel, frame after frame without a gap, the lowest bit first (PS3.5 8.1.1). */
export function packFrames(
  { geometry, voxels }: Volume<Uint8Array>,
  labels: readonly number[],
  frames: readonly SegFrame[]
): Uint8Array {
  const length = geometry.size[0] * geometry.size[1]
  const bits = new Uint8Array(Math.ceil((frames.length * length) / 8))
  frames.forEach(({ segment, slice }, frame) => {
    const label = labels[segment - 1]!
    for (let n = 0; n < length; n++) {
      if (voxels[slice * length + n] !== label) continue
      const at = frame * length + n
      bits[at >> 3]! |= 1 << (at & 7)
    }
  })
  return bits
}

/** Whether a voxel of a frame is set: the inverse of {@link packFrames}. */
export function isSet(bits: Uint8Array, at: number): boolean {
  return ((bits[at >> 3]! >> (at & 7)) & 1) === 1
}
