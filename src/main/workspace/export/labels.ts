import type { ExportRequest } from '../../../shared/api/export'
import { HippospikeError } from '../../../shared/errors'

/** A label of an exported mask. */
export interface ExportLabel {
  index: number
  name: string
  /** Red, green, blue, 0 to 255. */
  colour: readonly [number, number, number]
  /** Labels of the crop that it stands for. */
  from: readonly number[]
}

const ANTERIOR = [232, 135, 91] as const
const POSTERIOR = [74, 168, 201] as const
const WHOLE = [220, 216, 20] as const

/** FreeSurfer's numbers of the hippocampus. */
const FREESURFER = { left: 17, right: 53 } as const
const FIRST_OF_SIDE = { left: 1, right: 3 } as const

/**
 * The labels that a mask is exported with.
 *
 * @throws HippospikeError (usage) where the numbers depend on the side, and none was given
 */
export function exportLabels({
  labels,
  side
}: Pick<ExportRequest, 'labels' | 'side'>): ExportLabel[] {
  if (labels === 'crop') {
    return [
      { index: 1, name: 'anterior', colour: ANTERIOR, from: [1] },
      { index: 2, name: 'posterior', colour: POSTERIOR, from: [2] }
    ]
  }
  if (side === null) {
    throw new HippospikeError(
      'usage',
      `the labels "${labels}" are numbered by side; say whether this is the left or the right hippocampus`
    )
  }
  if (labels === 'freesurfer') {
    return [{ index: FREESURFER[side], name: `${side}-hippocampus`, colour: WHOLE, from: [1, 2] }]
  }
  const first = FIRST_OF_SIDE[side]
  return [
    { index: first, name: `${side}-anterior`, colour: ANTERIOR, from: [1] },
    { index: first + 1, name: `${side}-posterior`, colour: POSTERIOR, from: [2] }
  ]
}

/** The mask with the numbers of the labels; what none of them stands for is background. */
export function relabel(voxels: Uint8Array, labels: readonly ExportLabel[]): Uint8Array {
  const table = new Uint8Array(256)
  for (const { index, from } of labels) for (const label of from) table[label] = index
  return voxels.map((label) => table[label]!)
}
