import type { Runtime } from '../../../../shared/runtime'
import type { ModelStage } from '../model-stage'

/** A model or a data set that must be what it was. */
export interface ReplaySource {
  /** What it is, for messages: `the model to begin with`. */
  what: string
  dir: string
  /** Of a model's weights, or of a data set; null where the run does not say. */
  sha256: string | null
  /** Option that gives another folder; null where there is none. */
  option: string | null
}

export interface ReplayStage extends ModelStage {
  name: string
  /** Folder of the model that the run made. */
  original: string
  /** Of the run's weights; null where it has not made them. */
  weightsSha256: string | null
}

/** A run that is to be done again. */
export interface ReplayPlan {
  /** Version of the program that did it. */
  program: string
  /** That it ran on; null where it does not say. */
  runtime: Runtime | null
  dataSets: ReplaySource[]
  models: ReplaySource[]
  stages: ReplayStage[]
}

/** What the command line gives in place of what the run says. */
export interface ReplayOptions {
  /** Folder for the models. */
  out: string
  /** Where the data set is now. */
  data: string | undefined
}
