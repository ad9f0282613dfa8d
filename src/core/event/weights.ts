/** How a source reaches a layer, in the kernel's terms: see kernel/records.ts. */
export type Tap = 'same' | 'pooled' | 'upsampled' | 'point'

export interface Reach {
  /** Rows of the source that reach a row of neurons. */
  rows: number
  /** Taps along x. */
  columns: number
  /** Sets of weights, by the parity of the neuron's indices. */
  parities: number
  /** Bits of the number of a channel's spikes that one tap takes: up to eight behind a pooling, else one. */
  bits: number
}

export const REACH: Readonly<Record<Tap, Reach>> = {
  same: { rows: 9, columns: 3, parities: 1, bits: 1 },
  pooled: { rows: 9, columns: 3, parities: 1, bits: 4 },
  upsampled: { rows: 4, columns: 2, parities: 8, bits: 1 },
  point: { rows: 1, columns: 1, parities: 1, bits: 1 }
}

/** The part of a layer's kernel that belongs to one source. */
export interface SourceKernel {
  edge: 1 | 3
  channels: number
  outputs: number
  /** [z, y, x, channel, output] */
  values: Float32Array
}

/** Rounds as the dense graph does: first over the threshold, then times the amplitude, each to 32 bits. */
export function scaledKernel(
  kernel: Float32Array,
  source: {
    edge: 1 | 3
    inputs: number
    firstInput: number
    channels: number
    outputs: number
    threshold: (output: number) => number
    amplitude: (channel: number) => number
  }
): SourceKernel {
  const { edge, inputs, firstInput, channels, outputs } = source
  const values = new Float32Array(edge ** 3 * channels * outputs)
  let to = 0
  for (let tap = 0; tap < edge ** 3; tap++) {
    for (let c = 0; c < channels; c++) {
      const from = (tap * inputs + firstInput + c) * outputs
      const amplitude = Math.fround(source.amplitude(c))
      for (let o = 0; o < outputs; o++) {
        const over = Math.fround(kernel[from + o]! / Math.fround(source.threshold(o)))
        values[to++] = over * amplitude
      }
    }
  }
  return { edge, channels, outputs, values }
}

/** The convolution of the image: [27 taps, z slowest][output]. */
export function packImageWeights({ values }: SourceKernel): Float32Array {
  return values.slice()
}

/**
 * For the kernel: [parity][block of outputs][tap x][row = tap z, tap y][bit][channel][output of the block].
 *
 * Behind an upsampling the 27 taps on the fine grid fall on 2×2×2 coarse voxels, which ones depends on the parity of the neuron's
 * indices (z·4 + y·2 + x); the weights of taps that meet on one voxel are added up. Behind a pooling the bits of the count of spikes weigh
 * 1, 2, 4 and 8 eighths.
 *
 * @param block outputs of a block
 * @param outputs padded to whole blocks; the weights of outputs that are not there are 0
 */
export function packWeights(
  kernel: SourceKernel,
  tap: Tap,
  block: number,
  outputs: number
): Float32Array {
  const { rows, columns, parities, bits } = REACH[tap]
  const { channels } = kernel
  const edgeRows = Math.sqrt(rows)
  const packed = new Float32Array(parities * columns * rows * bits * channels * outputs)
  let to = 0
  for (let parity = 0; parity < parities; parity++) {
    for (let first = 0; first < outputs; first += block) {
      for (let x = 0; x < columns; x++) {
        for (let row = 0; row < rows; row++) {
          const taps = tapsAt(tap, parity, [Math.floor(row / edgeRows), row % edgeRows, x])
          const inputs = packed.subarray(to, to + bits * channels * block)
          for (let c = 0; c < channels; c++) {
            addTaps(kernel, taps, c, first, inputs.subarray(c * block, (c + 1) * block))
          }
          if (tap === 'pooled') weighBits(inputs, channels * block)
          to += inputs.length
        }
      }
    }
  }
  return packed
}

/**
 * The sums of the weights of eight channels for each mask of those that fired, for an output layer:
 * [block of 4 outputs][eight channels][256 masks][4 outputs].
 *
 * @param outputs padded to whole blocks
 */
export function packSums(kernel: SourceKernel, outputs: number): Float32Array {
  const { channels } = kernel
  const packed = new Float32Array((channels / 8) * MASKS * outputs)
  for (let first = 0; first < outputs; first += SUMS_BLOCK) {
    for (let c = 0; c < channels; c++) {
      const at = (channel: number, mask: number): number => sumIndex(channels, channel, mask, first)
      const bit = 1 << (c % 8)
      // Masks whose highest bit it is.
      for (let others = 0; others < bit; others++) {
        const sum = packed.subarray(at(c, bit | others), at(c, bit | others) + SUMS_BLOCK)
        addTaps(kernel, [[0, 0, 0]], c, first, sum)
        for (let o = 0; o < SUMS_BLOCK; o++) sum[o]! += packed[at(c, others) + o]!
      }
    }
  }
  return packed
}

const MASKS = 256
const SUMS_BLOCK = 4

/** Where {@link packSums} puts what a mask of the eight channels around `channel` adds to an output. */
export function sumIndex(channels: number, channel: number, mask: number, output: number): number {
  const eight = Math.floor(output / SUMS_BLOCK) * (channels / 8) + Math.floor(channel / 8)
  return (eight * MASKS + mask) * SUMS_BLOCK + (output % SUMS_BLOCK)
}

/** From the weights of whole channels, which come first, those of the bits of a count of eighths. */
function weighBits(inputs: Float32Array, length: number): void {
  for (let i = 0; i < inputs.length; i++) {
    inputs[i] = i < length ? inputs[i]! / 8 : 2 * inputs[i - length]!
  }
}

/** Along one axis behind an upsampling: the fine taps that fall on the first and the second coarse voxel, by parity. */
const MERGED: readonly (readonly (readonly number[])[])[] = [
  [[0], [1, 2]],
  [[0, 1], [2]]
]

/** The fine taps z, y, x that fall on one voxel of the source. */
function tapsAt(
  tap: Tap,
  parity: number,
  [z, y, x]: [number, number, number]
): [number, number, number][] {
  if (tap !== 'upsampled') return [[z, y, x]]
  const axis = (bit: number, voxel: number): readonly number[] =>
    MERGED[(parity >> bit) & 1]![voxel]!
  return axis(2, z).flatMap((a) =>
    axis(1, y).flatMap((b) => axis(0, x).map((c): [number, number, number] => [a, b, c]))
  )
}

/** The sum of some taps' weights from one channel to outputs `first` on. */
function addTaps(
  { edge, channels, outputs, values }: SourceKernel,
  taps: [number, number, number][],
  channel: number,
  first: number,
  to: Float32Array
): void {
  const end = Math.min(to.length, outputs - first)
  const starts = taps.map(
    ([z, y, x]) => (((z * edge + y) * edge + x) * channels + channel) * outputs + first
  )
  if (starts.length === 1) {
    // Most are alone, and copying is what takes the time of opening a model.
    to.set(values.subarray(starts[0]!, starts[0]! + end))
    return
  }
  for (let o = 0; o < end; o++) {
    let sum = 0
    for (const start of starts) sum += values[start + o]!
    to[o] = sum
  }
}

/** The threshold in 16-bit integers. Potentials then reach ±16 thresholds before they saturate; larger steps than a 2048th and earlier saturation both cost accuracy. */
export const UNIT = 2048

/** Values over the threshold as 16-bit integers, rounded and saturated. */
export function narrow(values: Float32Array): Int16Array {
  return Int16Array.from(values, (value) =>
    Math.max(-32768, Math.min(32767, Math.round(value * UNIT)))
  )
}
