import { createHash } from 'node:crypto'
import { HippospikeError } from '../../../shared/errors'
import type { TrainingCase } from '../../../core/training/augmentation'

/**
 * Refuses cases that a network cannot learn from together.
 *
 * @param cases of all splits of one data set: a case that is in two of them would be scored on what it was trained on
 * @throws HippospikeError (input) for a mask that marks nothing, and for two cases with one image, whether their masks agree or contradict
 */
export function checkCases(cases: readonly TrainingCase[]): void {
  const seen = new Map<string, TrainingCase>()
  for (const one of cases) {
    if (one.labels.every((label) => label === 0)) {
      throw refusal(
        `the mask of case ${one.id} is empty: it marks no hippocampus`,
        `draw it, or take the case out`
      )
    }
    const hash = imageHash(one)
    const other = seen.get(hash)
    if (other) throw twins(other, one)
    seen.set(hash, one)
  }
}

function twins(one: TrainingCase, other: TrainingCase): HippospikeError {
  const both = `cases ${one.id} and ${other.id}`
  return one.labels.every((label, i) => label === other.labels[i])
    ? refusal(`${both} are the same: one image, one mask`, 'take one of them out')
    : refusal(
        `${both} contradict each other: one image, two masks`,
        'keep the case whose mask is right'
      )
}

function refusal(found: string, todo: string): HippospikeError {
  return new HippospikeError('input', `${found}; ${todo}, and start again`)
}

function imageHash({ size, image }: TrainingCase): string {
  return createHash('sha256')
    .update(size.join())
    .update(new Uint8Array(image.buffer, image.byteOffset, image.byteLength))
    .digest('hex')
}
