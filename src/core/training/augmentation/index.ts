import { isWholeOnly } from '../partial-dice'
import type { Random } from '../random'
import { makeCoarse } from './coarse'
import { changeIntensities } from './intensities'
import type { AugmentationOptions } from './options'
import { centredMap, randomMap, resampled } from './spatial'
import type { TrainingCase } from './training-case'

export { AUGMENTATION_DEFAULTS, type AugmentationOptions } from './options'
export type { TrainingCase } from './training-case'

/** What a network is shown in training, on a grid of its own. */
export interface TrainingSample {
  image: Float32Array
  /** The same before it was made coarse and noisy: what a teacher may look at. */
  clean: Float32Array
  labels: Uint8Array
  /** Of the case: whether its labels know only the whole hippocampus. */
  wholeOnly: boolean
}

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
