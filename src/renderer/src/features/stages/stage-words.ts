import type { StageScore, StageName } from '../../../../shared/stages'

/** A stage for people. */
export const STAGE_TITLES: Readonly<Record<StageName, string>> = {
  ann: 'ANN',
  converted: 'Converted',
  fineTuned: 'Fine-tuned'
}

/** `enc0.conv1` → `Enc 1a`, short enough to stand beside a bar; letters count the layers of a level. */
export function shortLayerName(name: string): string {
  const match = /^(enc|dec)(\d+)\.(\w+)$/.exec(name)
  if (match === null) return name
  const [, side, level, part] = match
  const letters: Readonly<Record<string, string>> =
    side === 'enc' ? { conv1: 'a', conv2: 'b' } : { reduce: 'a', conv1: 'b', conv2: 'c' }
  const letter = letters[part ?? '']
  if (letter === undefined) return name
  return `${side === 'enc' ? 'Enc' : 'Dec'} ${String(Number(level) + 1)}${letter}`
}

/** The number of timesteps that lies nearest to a place on a logarithmic axis. */
export function nearestTimestep(timesteps: readonly number[], t: number): number {
  const distance = (one: number): number => Math.abs(Math.log(one / t))
  return timesteps.reduce((best, one) => (distance(one) < distance(best) ? one : best))
}

/** Of a stage's scores the one of a number of timesteps; null where it was not run for so many. */
export function scoreAt(scores: readonly StageScore[], t: number): StageScore | null {
  return scores.find(({ timesteps }) => timesteps === t) ?? null
}
