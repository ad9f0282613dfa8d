import { createRandom, derivedSeed, shuffled } from './random'

/** How samples are drawn. */
export interface SamplingOptions {
  batchSize: number
  /** Null for every training case once an epoch, and as much rehearsal as its share asks for. */
  stepsPerEpoch: number | null
  /** Share of the samples that comes from the rehearsal cases, where there are any: 0 to below 1. */
  rehearsalShare: number
  seed: number
}

/** How many cases there are to draw from. */
export interface CaseCounts {
  training: number
  rehearsal: number
}

/** Steps of one epoch; the last batch may be short. */
export function stepsPerEpoch(options: SamplingOptions, counts: CaseCounts): number {
  const { own, rehearsed } = samplesPerEpoch(options, counts)
  return Math.ceil((own + rehearsed) / options.batchSize)
}

/**
 * The cases of one epoch in the order they are shown: all of a kind once before one of them comes twice. It follows from the seed and the
 * epoch alone.
 *
 * @returns indices; those from `counts.training` on are of the rehearsal cases
 */
export function epochSamples(
  options: SamplingOptions,
  counts: CaseCounts,
  epoch: number
): number[] {
  const { own, rehearsed } = samplesPerEpoch(options, counts)
  const random = createRandom(derivedSeed(options.seed, epoch))
  const draw = (from: number, count: number, samples: number): number[] => {
    const cases = Array.from({ length: count }, (_, n) => from + n)
    const drawn: number[] = []
    while (drawn.length < samples) drawn.push(...shuffled(cases, random))
    return drawn.slice(0, samples)
  }
  const ownCases = draw(0, counts.training, own)
  if (rehearsed === 0) return ownCases
  return shuffled([...ownCases, ...draw(counts.training, counts.rehearsal, rehearsed)], random)
}

function samplesPerEpoch(
  options: SamplingOptions,
  counts: CaseCounts
): { own: number; rehearsed: number } {
  const share = counts.rehearsal > 0 ? options.rehearsalShare : 0
  if (options.stepsPerEpoch === null) {
    const own = counts.training
    return { own, rehearsed: Math.round((own * share) / (1 - share)) }
  }
  const samples = options.stepsPerEpoch * options.batchSize
  // However large the share, the cases that are trained on are seen.
  const rehearsed = Math.min(Math.round(samples * share), samples - 1)
  return { own: samples - rehearsed, rehearsed }
}
