import { isWholeOnly } from './partial-dice'
import type { Random } from './random'

/** An image with its labels on a canonical RAS 1 mm grid, x fastest; intensities z-scored as at inference. */
export interface TrainingCase {
  id: string
  size: [number, number, number]
  image: Float32Array
  /** 1 and 2, or WHOLE_LABEL alone. */
  labels: Uint8Array
}

/** Probabilities and ranges; everything is drawn anew for each sample. */
export interface AugmentationOptions {
  flip: number
  affine: number
  rotationDegrees: number
  scale: [number, number]
  shiftVoxels: number
  elastic: number
  /** Standard deviation of the control points' displacement, in voxels. */
  elasticVoxels: number
  gamma: number
  gammaRange: [number, number]
  contrast: number
  biasField: number
  /** Largest log-intensity the bias field reaches. */
  biasStrength: number
  blur: number
  noise: number
  noiseDeviation: number
  /** Show what a scan of larger voxels or thick slices would. */
  coarse: number
  /** Most that such a voxel measures, in voxels. */
  coarsestVoxels: number
}

/** What a network is shown in training, on a grid of its own. */
export interface TrainingSample {
  image: Float32Array
  /** The same before it was made coarse and noisy: what a teacher may look at. */
  clean: Float32Array
  labels: Uint8Array
  /** Of the case: whether its labels know only the whole hippocampus. */
  wholeOnly: boolean
}

export const AUGMENTATION_DEFAULTS: AugmentationOptions = {
  flip: 0.5,
  affine: 0.8,
  rotationDegrees: 15,
  scale: [0.85, 1.18],
  shiftVoxels: 3,
  elastic: 0.4,
  elasticVoxels: 1.5,
  gamma: 0.4,
  gammaRange: [0.6, 1.6],
  contrast: 0.3,
  biasField: 0.3,
  biasStrength: 0.4,
  blur: 0.15,
  noise: 0.3,
  noiseDeviation: 0.15,
  coarse: 0.25,
  coarsestVoxels: 5
}

/** Control points of the elastic deformation along each axis. */
const ELASTIC_POINTS = 5

/**
 * One training sample of a fixed size: the case, centred, flipped, rotated, scaled, shifted and bent at random, with its intensities
 * changed at random. Outside the case the image is 0, as the padding at inference is, and the label background.
 *
 * @param options null for the centred case as it is
 * @param target [nx, ny, nz] of the sample
 */
export function augmentedSample(
  source: TrainingCase,
  target: [number, number, number],
  random: Random,
  options: AugmentationOptions | null
): TrainingSample {
  const image = options ? changeIntensities(source, random, options) : source.image
  const map = options ? randomMap(random, options) : centredMap(source.size, target)
  const { covered, image: clean, labels } = resampled({ ...source, image }, target, map)
  const shown = Float32Array.from(clean)
  if (options && random.chance(options.coarse)) makeCoarse(shown, target, covered, random, options)
  if (options && random.chance(options.noise)) {
    const deviation = random.between(0, options.noiseDeviation)
    for (let i = 0; i < shown.length; i++) {
      // The padding at inference is free of noise.
      if (covered[i]! > 0) shown[i] = shown[i]! + deviation * covered[i]! * random.gaussian()
    }
  }
  return { image: shown, clean, labels, wholeOnly: isWholeOnly(source.labels) }
}

/** From a sample's voxel (relative to its centre) to the source's (relative to its centre). */
interface SpatialMap {
  /** Row-major 3×3. */
  matrix: number[]
  shift: number[]
  /** Displacements of ELASTIC_POINTS³ control points × 3, or null. */
  elastic: Float32Array | null
}

function identityMap(): SpatialMap {
  return { matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1], shift: [0, 0, 0], elastic: null }
}

/** The case as it is: whole voxels onto whole voxels, the odd one where the padding at inference puts it. */
function centredMap(size: TrainingCase['size'], target: [number, number, number]): SpatialMap {
  const shift = size.map((n, axis) => ((target[axis]! - n) % 2 === 0 ? 0 : 0.5))
  return { ...identityMap(), shift }
}

function randomMap(random: Random, options: AugmentationOptions): SpatialMap {
  const map = identityMap()
  map.shift = [0, 0, 0].map(() => random.between(-options.shiftVoxels, options.shiftVoxels))
  if (random.chance(options.affine)) {
    const limit = (options.rotationDegrees * Math.PI) / 180
    const scale = Math.exp(random.between(Math.log(options.scale[0]), Math.log(options.scale[1])))
    const angles = [0, 1, 2].map(() => random.between(-limit, limit))
    map.matrix = rotation(angles as [number, number, number]).map((value) => value / scale)
  }
  if (random.chance(options.flip)) {
    map.matrix = map.matrix.map((value, i) => (i < 3 ? -value : value))
  }
  if (random.chance(options.elastic)) {
    const strength = random.between(0, options.elasticVoxels)
    map.elastic = Float32Array.from(
      { length: 3 * ELASTIC_POINTS ** 3 },
      () => strength * random.gaussian()
    )
  }
  return map
}

/** Rz·Ry·Rx. */
function rotation([x, y, z]: [number, number, number]): number[] {
  const [cx, sx, cy, sy, cz, sz] = [x, y, z].flatMap((a) => [Math.cos(a), Math.sin(a)]) as [
    number,
    number,
    number,
    number,
    number,
    number
  ]
  return [
    cz * cy,
    cz * sy * sx - sz * cx,
    cz * sy * cx + sz * sx,
    sz * cy,
    sz * sy * sx + cz * cx,
    sz * sy * cx - cz * sx,
    -sy,
    cy * sx,
    cy * cx
  ]
}

interface Resampled {
  image: Float32Array
  labels: Uint8Array
  /** How much of each voxel shows the case: 1 inside, 0 beyond, between where the border is interpolated. */
  covered: Float32Array
}

/** Trilinear for the image; for the labels the class with the largest trilinear weight. */
function resampled(
  source: TrainingCase,
  [tx, ty, tz]: [number, number, number],
  map: SpatialMap
): Resampled {
  const [nx, ny, nz] = source.size
  const image = new Float32Array(tx * ty * tz)
  const labels = new Uint8Array(tx * ty * tz)
  const covered = new Float32Array(tx * ty * tz)
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = map.matrix as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number
  ]
  const [s0, s1, s2] = map.shift as [number, number, number]
  const bend = map.elastic ? elasticDisplacement(map.elastic, [tx, ty, tz]) : null
  const displacement = new Float64Array(3)
  const weights = new Float64Array(8)
  const votes = new Float64Array(1 + source.labels.reduce((max, label) => Math.max(max, label), 0))
  let at = 0
  for (let k = 0; k < tz; k++) {
    const dz = k - (tz - 1) / 2
    for (let j = 0; j < ty; j++) {
      const dy = j - (ty - 1) / 2
      for (let i = 0; i < tx; i++, at++) {
        const dx = i - (tx - 1) / 2
        if (bend) bend(i, j, k, displacement)
        const x = m0 * dx + m1 * dy + m2 * dz + s0 + displacement[0]! + (nx - 1) / 2
        const y = m3 * dx + m4 * dy + m5 * dz + s1 + displacement[1]! + (ny - 1) / 2
        const z = m6 * dx + m7 * dy + m8 * dz + s2 + displacement[2]! + (nz - 1) / 2
        const x0 = Math.floor(x)
        const y0 = Math.floor(y)
        const z0 = Math.floor(z)
        if (x0 < -1 || y0 < -1 || z0 < -1 || x0 >= nx || y0 >= ny || z0 >= nz) continue
        cornerWeights(x - x0, y - y0, z - z0, weights)
        let sum = 0
        let share = 0
        let best = 0
        let bestVotes = 0
        for (let corner = 0; corner < 8; corner++) {
          const cx = x0 + (corner & 1)
          const cy = y0 + ((corner >> 1) & 1)
          const cz = z0 + (corner >> 2)
          const weight = weights[corner]!
          const inside = cx >= 0 && cy >= 0 && cz >= 0 && cx < nx && cy < ny && cz < nz
          const index = cx + nx * (cy + ny * cz)
          const label = inside ? source.labels[index]! : 0
          if (inside) {
            sum += weight * source.image[index]!
            share += weight
          }
          const tally = (votes[label] = votes[label]! + weight)
          if (tally > bestVotes) {
            bestVotes = tally
            best = label
          }
        }
        votes.fill(0)
        image[at] = sum
        labels[at] = best
        covered[at] = share
      }
    }
  }
  return { image, labels, covered }
}

/** Trilinear weights of the eight voxels around a point; bits 0, 1 and 2 of a corner's number say which lie above it in x, y and z. */
function cornerWeights(fx: number, fy: number, fz: number, out: Float64Array): void {
  for (let corner = 0; corner < 8; corner++) {
    out[corner] =
      (corner & 1 ? fx : 1 - fx) * (corner & 2 ? fy : 1 - fy) * (corner & 4 ? fz : 1 - fz)
  }
}

/** Trilinear interpolation between control points spread evenly over the sample. */
function elasticDisplacement(
  points: Float32Array,
  size: [number, number, number]
): (i: number, j: number, k: number, out: Float64Array) => void {
  const p = ELASTIC_POINTS
  const step = size.map((n) => (p - 1.0001) / (n - 1)) as [number, number, number]
  const weights = new Float64Array(8)
  return (i, j, k, out) => {
    const x = i * step[0]
    const y = j * step[1]
    const z = k * step[2]
    const x0 = x | 0
    const y0 = y | 0
    const z0 = z | 0
    cornerWeights(x - x0, y - y0, z - z0, weights)
    out[0] = out[1] = out[2] = 0
    for (let corner = 0; corner < 8; corner++) {
      const weight = weights[corner]!
      const base =
        3 * (x0 + (corner & 1) + p * (y0 + ((corner >> 1) & 1) + p * (z0 + (corner >> 2))))
      out[0] = out[0]! + weight * points[base]!
      out[1] = out[1]! + weight * points[base + 1]!
      out[2] = out[2]! + weight * points[base + 2]!
    }
  }
}

/** Gamma, contrast, bias field and blur on the source, then z-scored again as the preprocessing at inference would. */
function changeIntensities(
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

/** Every third sample that is made coarse has voxels that are large along all axes; the others have thick slices. */
const ISOTROPIC_SHARE = 1 / 3
/** Most that a voxel measures that is large along all axes, in voxels. */
const COARSEST_ISOTROPIC = 2.5

/**
 * Makes the covered part of an image look as if it had been resampled from larger voxels; its mean and deviation stay, as
 * they would where the preprocessing sees the scan as it is.
 */
function makeCoarse(
  image: Float32Array,
  [nx, ny, nz]: [number, number, number],
  covered: Float32Array,
  random: Random,
  { coarsestVoxels }: AugmentationOptions
): void {
  const before = coveredMoments(image, covered)
  const lines: [number, number][] = [
    [1, nx],
    [nx, ny],
    [nx * ny, nz]
  ]
  const isIsotropic = random.chance(ISOTROPIC_SHARE)
  const edge = random.between(1.5, isIsotropic ? COARSEST_ISOTROPIC : coarsestVoxels)
  const axes = isIsotropic ? [0, 1, 2] : [random.index(3)]
  for (const axis of axes) averageAlong(image, lines[axis]!, edge, random.uniform() * edge)
  const after = coveredMoments(image, covered)
  const gain = before.deviation / (after.deviation || 1)
  for (let i = 0; i < image.length; i++) {
    const shown = before.mean + gain * (image[i]! - after.mean)
    image[i] = covered[i]! > 0 ? covered[i]! * shown : 0
  }
}

/** Mean and standard deviation over what shows the case. */
function coveredMoments(
  image: Float32Array,
  covered: Float32Array
): { mean: number; deviation: number } {
  let [weight, sum, squares] = [0, 0, 0]
  for (let i = 0; i < image.length; i++) {
    weight += covered[i]!
    sum += covered[i]! * image[i]!
    squares += covered[i]! * image[i]! ** 2
  }
  const mean = sum / (weight || 1)
  return { mean, deviation: Math.sqrt(Math.max(0, squares / (weight || 1) - mean ** 2)) }
}

/** Averages over slabs of `edge` voxels along one axis, the first of which begins at −`phase`, and interpolates linearly between their centres. */
function averageAlong(
  image: Float32Array,
  [stride, count]: [number, number],
  edge: number,
  phase: number
): void {
  const slabs = Math.floor((count - 1 + phase) / edge) + 1
  const sums = new Float64Array(slabs)
  const counts = new Float64Array(slabs)
  for (let start = 0; start < image.length; start++) {
    if (Math.floor(start / stride) % count !== 0) continue
    sums.fill(0)
    counts.fill(0)
    for (let n = 0; n < count; n++) {
      const slab = Math.floor((n + phase) / edge)
      sums[slab] = sums[slab]! + image[start + n * stride]!
      counts[slab] = counts[slab]! + 1
    }
    const mean = (slab: number): number => {
      const within = Math.min(Math.max(slab, 0), slabs - 1)
      return sums[within]! / counts[within]!
    }
    for (let n = 0; n < count; n++) {
      const place = (n + 0.5 + phase) / edge - 0.5
      const slab = Math.floor(place)
      const share = place - slab
      image[start + n * stride] = (1 - share) * mean(slab) + share * mean(slab + 1)
    }
  }
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
