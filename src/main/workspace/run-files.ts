import { join } from 'node:path'
import { derivatives } from './layout'

/** Ids of runs and of models, as they are names of folders. */
export const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,80}$/

export function runsFolder(root: string): string {
  return join(derivatives(root), 'runs')
}

/** The evaluations that a verdict is made of. */
export const EVALUATIONS = [
  'site-before',
  'site-after',
  'reference-before',
  'reference-after'
] as const
export type EvaluationName = (typeof EVALUATIONS)[number]

/** The files of a training run. */
export interface RunFiles {
  folder: string
  /** `run.json`: what makes its model again, with the data. A run exists once this does. */
  record: string
  /** `state.json`: where it is. */
  state: string
  /** What a step was measured to take. */
  pace: string
  /** Data set in the Decathlon's layout. */
  data: string
  /** Folders of the models that its stages make. */
  ann: string
  converted: string
  snn: string
  /** Folder of pictures of a validation case, by stage. */
  previews: string
  evaluation(name: EvaluationName): string
  verdict: string
}

export function runFiles(root: string, id: string): RunFiles {
  return filesIn(join(runsFolder(root), id))
}

/** As {@link runFiles}, of a run in any folder. */
export function filesIn(folder: string): RunFiles {
  return {
    folder,
    record: join(folder, 'run.json'),
    state: join(folder, 'state.json'),
    pace: join(folder, 'pace.json'),
    data: join(folder, 'data'),
    ann: join(folder, 'ann'),
    converted: join(folder, 'converted'),
    snn: join(folder, 'snn'),
    previews: join(folder, 'previews'),
    evaluation: (name) => join(folder, 'evaluation', `${name}.json`),
    verdict: join(folder, 'verdict.json')
  }
}
