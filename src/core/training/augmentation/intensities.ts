import type { Random } from '../random'
import type { AugmentationOptions } from './options'
import type { TrainingCase } from './training-case'

/** Gamma, contrast, bias field and blur on the source, then z-scored again as the preprocessing at inference would. */
export function changeIntensities(
  source: TrainingCase,
  random: Random,
  options: AugmentationOptions
): Float32Array {
  let image = Float32Array.from(source.image)
  if (random.chance(options.blur)) image = blurred(image, source.size, random.between(0.3, 1))
  if (random.chance(options.biasField)) {
    multiplyByBiasField(image, source.size, random, options.biasStrength)
  }
  if (random.chance(options.gamma)) {
    const [low, high] = options.gammaRange
    applyGamma(image, Math.exp(random.between(Math.log(low), Math.log(high))))
  }
  zScore(image)
  if (random.chance(options.contrast)) {
    const factor = random.between(0.8, 1.25)
    for (let i = 0; i < image.length; i++) image[i] = image[i]! * factor
  }
  return image
}

function range(image: Float32Array): [number, number] {
  let low = Infinity
  let high = -Infinity
  for (const value of image) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

function applyGamma(image: Float32Array, gamma: number): void {
  const [low, high] = range(image)
  const width = high - low || 1
  for (let i = 0; i < image.length; i++) image[i] = ((image[i]! - low) / width) ** gamma
}

/** exp of a random quadratic polynomial over the volume, on intensities shifted to start at 0. */
function multiplyByBiasField(
  image: Float32Array,
  [nx, ny, nz]: [number, number, number],
  random: Random,
  strength: number
): void {
  const [low] = range(image)
  const linear = [0, 0, 0].map(() => random.between(-1, 1))
  const quadratic = [0, 0, 0].map(() => random.between(-1, 1))
  const scale = (random.uniform() * strength) / 2
  const along = (n: number, axis: number): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => {
      const u = n > 1 ? (2 * i) / (n - 1) - 1 : 0
      return Math.exp(scale * (linear[axis]! * u + quadratic[axis]! * u * u))
    })
  const [bx, by, bz] = [along(nx, 0), along(ny, 1), along(nz, 2)]
  let at = 0
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const row = by[j]! * bz[k]!
      for (let i = 0; i < nx; i++, at++) image[at] = (image[at]! - low) * row * bx[i]!
    }
  }
}

/** Separable 3-tap binomial smoothing, mixed with the original by `amount`. */
function blurred(
  image: Float32Array,
  [nx, ny, nz]: [number, number, number],
  amount: number
): Float32Array<ArrayBuffer> {
  let current = Float32Array.from(image)
  const axes: [number, number][] = [
    [1, nx],
    [nx, ny],
    [nx * ny, nz]
  ]
  for (const [stride, count] of axes) {
    const next = new Float32Array(current.length)
    for (let at = 0; at < current.length; at++) {
      const position = Math.floor(at / stride) % count
      const before = position > 0 ? current[at - stride]! : current[at]!
      const after = position < count - 1 ? current[at + stride]! : current[at]!
      next[at] = (1 - amount / 2) * current[at]! + (amount / 4) * (before + after)
    }
    current = next
  }
  return current
}

function zScore(image: Float32Array): void {
  let sum = 0
  for (const value of image) sum += value
  const mean = sum / image.length
  let squares = 0
  for (const value of image) squares += (value - mean) ** 2
  const deviation = Math.sqrt(squares / image.length) || 1
  for (let i = 0; i < image.length; i++) image[i] = (image[i]! - mean) / deviation
}
