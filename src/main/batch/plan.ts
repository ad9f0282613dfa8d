import type { InferenceOptions } from '../../shared/jobs'
import type { ModelManifest } from '../../shared/model'
import type { Runtime } from '../../shared/runtime'

/** What all scans of a run are segmented with. */
export interface BatchPlan {
  bidsDir: string
  outputDir: string
  /** Folder of the model. */
  model: string
  manifest: ModelManifest
  /** Folder of the template that heads are registered to. */
  template: string
  /** Timesteps resolved: null of an ANN alone. */
  inference: InferenceOptions
  /** Tell how repeatable the volumes are, too. */
  repeatability: boolean
  /** Null for the best. */
  runtime: Runtime | null
  /** The `seg-<name>` of the results. */
  result: string
  /** Segment again what is done. */
  force: boolean
}
