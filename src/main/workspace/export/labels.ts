import type { ExportRequest } from '../../../shared/api/export'
import { HippospikeError } from '../../../shared/errors'
import {
  CROP_LABELS,
  FREESURFER_LABELS,
  HEAD_LABELS,
  LABEL_COLOURS,
  SIDE_OFFSET,
  SIDES,
  type MaskLabel
} from '../../../shared/labels'

/** A label of an exported mask. */
export interface ExportLabel {
  index: number
  name: string
  /** Red, green, blue, 0 to 255. */
  colour: readonly [number, number, number]
  /** Labels of the mask that it stands for. */
  from: readonly number[]
}

/** FreeSurfer's own colour of the hippocampus, on both sides. */
const WHOLE = [220, 216, 20] as const

/**
 * The labels that a mask is exported with.
 *
 * @throws HippospikeError (usage) where the numbers depend on the side of a crop, and none was given
 */
export function exportLabels(
  { labels, side }: Pick<ExportRequest, 'labels' | 'side'>,
  isHead: boolean
): ExportLabel[] {
  if (isHead) {
    return labels === 'freesurfer'
      ? SIDES.map((one) => whole(one, [1 + SIDE_OFFSET[one], 2 + SIDE_OFFSET[one]]))
      : parts(HEAD_LABELS, 0)
  }
  if (labels === 'native') return parts(CROP_LABELS, 0)
  if (side === null) {
    throw new HippospikeError(
      'usage',
      `the labels "${labels}" are numbered by side; say whether this is the left or the right hippocampus`
    )
  }
  if (labels === 'freesurfer') return [whole(side, [1, 2])]
  const offset = SIDE_OFFSET[side]
  const own = HEAD_LABELS.filter(
    ({ index }) => index === 0 || index === offset + 1 || index === offset + 2
  )
  return parts(own, offset)
}

/** @param offset what is taken off a label's number to have that of the mask */
function parts(table: readonly MaskLabel[], offset: number): ExportLabel[] {
  return table
    .filter(({ index }) => index > 0)
    .map(({ index, name }) => ({
      index,
      name: name.replace(' ', '-'),
      colour: rgbOf(index),
      from: [index - offset]
    }))
}

function whole(side: (typeof SIDES)[number], from: readonly number[]): ExportLabel {
  return { index: FREESURFER_LABELS[side], name: `${side}-hippocampus`, colour: WHOLE, from }
}

/** Red, green, blue, 0 to 255, of a label as the mask has it. */
export function rgbOf(label: number): [number, number, number] {
  const value = Number.parseInt(LABEL_COLOURS[label]!.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** The mask with the numbers of the labels; what none of them stands for is background. */
export function relabel(voxels: Uint8Array, labels: readonly ExportLabel[]): Uint8Array {
  const table = new Uint8Array(256)
  for (const { index, from } of labels) for (const label of from) table[label] = index
  return voxels.map((label) => table[label]!)
}
