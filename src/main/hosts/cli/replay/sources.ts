import { HippospikeError } from '../../../../shared/errors'
import { openDataset } from '../../../imaging/dataset'
import { readManifest } from '../../../workspace/model-folder'
import type { ReplayPlan, ReplaySource } from './plan'

/**
 * Makes sure that a replay begins with what the run began with: anything else makes other weights.
 *
 * @throws HippospikeError (input) naming what is missing or another
 */
export async function checkSources({ dataSets, models }: ReplayPlan): Promise<void> {
  for (const source of models) {
    check(source, (await readManifest(source.dir)).weightsSha256)
  }
  for (const source of dataSets) check(source, (await openDataset(source.dir)).datasetHash)
}

function check({ what, dir, sha256, option }: ReplaySource, found: string): void {
  if (sha256 === null || found === sha256) return
  const todo = option === null ? 'put the right one there' : `give its folder with ${option}`
  throw new HippospikeError(
    'input',
    `${dir} is not ${what} of this run: its SHA-256 is ${found.slice(0, 12)}…, the run has ${sha256.slice(0, 12)}…; ${todo}`
  )
}
