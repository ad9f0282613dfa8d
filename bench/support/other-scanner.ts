import { percentile } from '../../src/core/metrics/statistics'
import { createRandom, type Random } from '../../src/core/training/random'

type Size = readonly [number, number, number]

/** What another scanner does to an image. */
export const OTHER_SCANNER = {
  gamma: 3,
  /** The bias field multiplies by 1 ± this at its extremes. */
  bias: 0.75,
  /** Standard deviation of the Gaussian blur, in voxels. */
  blur: 0.7,
  /** Standard deviation of the noise as a share of the brightest tissue. */
  noise: 0.1
} as const

/**
 * The same hippocampus as a made-up other scanner would show it: intensities between the 0.5 and 99.5 percentile to the third power, times a
 * smooth bias field, blurred, with Gaussian noise.
 *
 * @param voxels x fastest
 * @param seed of the bias field and the noise
 * @returns intensities of about 0 to 1000
 */
export function otherScanner(voxels: Float32Array, size: Size, seed: number): Float32Array {
  const random = createRandom(seed)
  const { gamma, bias, blur, noise } = OTHER_SCANNER
  const [low, high] = [percentile(voxels, 0.5), percentile(voxels, 99.5)]
  const bright = voxels.map((value) => {
    const share = Math.min(1, Math.max(0, (value - low) / (high - low || 1)))
    return share ** gamma
  })
  const field = biasField(size, random)
  const shaded = bright.map((value, n) => value * (1 + bias * field[n]!))
  return blurred(shaded, size, blur).map((value) => 1000 * (value + noise * random.gaussian()))
}

/** A random quadratic polynomial over the volume, from −1 to 1. */
function biasField([nx, ny, nz]: Size, random: Random): Float32Array {
  const field = new Float32Array(nx * ny * nz)
  const [a, b, c, d, e, f] = Array.from({ length: 6 }, () => random.between(-1, 1)) as [
    number,
    number,
    number,
    number,
    number,
    number
  ]
  const along = (i: number, count: number): number => (count > 1 ? (2 * i) / (count - 1) - 1 : 0)
  let [n, least, most] = [0, Infinity, -Infinity]
  for (let k = 0; k < nz; k++) {
    const z = along(k, nz)
    for (let j = 0; j < ny; j++) {
      const y = along(j, ny)
      for (let i = 0; i < nx; i++, n++) {
        const x = along(i, nx)
        const value = a * x + b * y + c * z + d * x * y + e * y * z + f * x * z
        field[n] = value
        least = Math.min(least, value)
        most = Math.max(most, value)
      }
    }
  }
  return field.map((value) => (2 * (value - least)) / (most - least || 1) - 1)
}

/** Separable Gaussian; the border goes on beyond itself. */
function blurred(voxels: Float32Array, [nx, ny, nz]: Size, deviation: number): Float32Array {
  const reach = Math.ceil(3 * deviation)
  const weights = Array.from({ length: 2 * reach + 1 }, (_, n) =>
    Math.exp(-((n - reach) ** 2) / (2 * deviation ** 2))
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const axes: [number, number][] = [
    [1, nx],
    [nx, ny],
    [nx * ny, nz]
  ]
  return axes.reduce((image, [stride, count]) => {
    const next = new Float32Array(image.length)
    for (let n = 0; n < image.length; n++) {
      const place = Math.floor(n / stride) % count
      let sum = 0
      weights.forEach((weight, tap) => {
        const other = Math.min(count - 1, Math.max(0, place + tap - reach))
        sum += weight * image[n + (other - place) * stride]!
      })
      next[n] = sum / total
    }
    return next
  }, voxels)
}
