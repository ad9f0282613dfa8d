import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HippospikeError } from '../../../shared/errors'
import type { TrainingPlan } from '../../../shared/training'
import { findModel } from '../../workspace/model-list'
import { shippedModels } from '../segment-case'
import type { StageSources } from './stages'

/** Folder of labelled cases that come with the program and are mixed into training. */
export function rehearsalSet(resources: string): string {
  return join(resources, 'rehearsal')
}

/** Folder of labelled cases that come with the program and that a verdict is about; training never sees them. */
export function referenceSet(resources: string): string {
  return join(resources, 'reference')
}

/**
 * What a plan starts from.
 *
 * @throws MissingError where its model is not there; HippospikeError (usage) where it is not of the kind that the plan needs
 */
export async function sourcesOf(
  plan: TrainingPlan,
  resources: string,
  root: string
): Promise<StageSources> {
  const shipped = shippedModels(resources)
  const found = plan.model === null ? null : await findModel(plan.model, shipped, root)
  if (found !== null) {
    const spikes = found.summary.spiking !== null
    if (plan.kind === 'fine-tune' && !spikes) {
      throw new HippospikeError(
        'usage',
        `model ${found.summary.id} is an ANN; choose a spiking model to fine-tune, or the whole scheme`
      )
    }
    if (plan.kind === 'scheme' && spikes) {
      throw new HippospikeError(
        'usage',
        `model ${found.summary.id} is a spiking model; the whole scheme starts from an ANN, or from nothing`
      )
    }
  }
  const rehearsal = rehearsalSet(resources)
  return {
    model: found?.dir ?? null,
    rehearsal: (await isThere(rehearsal)) ? rehearsal : null
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false
  )
}
