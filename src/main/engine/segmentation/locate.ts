import { HippospikeError } from '../../../shared/errors'
import type { HeadBox } from '../../../shared/head'
import type { SegmentRequest } from '../../../shared/jobs'
import { SIDES, type Side } from '../../../shared/labels'
import { coarseText } from '../../../core/head/coarse-voxels'
import { boxGrid } from '../../../core/head/box-grid'
import { lateralityProblem } from '../../../core/head/laterality'
import { transformPoint } from '../../../core/volume/affine'
import type { Volume } from '../../../core/volume/volume'
import {
  headProblem,
  isSlab,
  registerHead,
  type HeadFit
} from '../../imaging/registration/register-head'
import { readTemplate } from '../../imaging/registration/template'
import type { JobContext } from '../jobs/job'

/** Where the hippocampi of a head lie. */
export interface LocatedHead {
  /** Null where the boxes were given. */
  fit: HeadFit | null
  /** Of the head, mm³; null where the boxes were given, and for a slab. */
  intracranialMm3: number | null
  boxes: HeadBox[]
}

/** The sides of a head that were asked for. */
export function sidesOf(side: SegmentRequest['side']): readonly Side[] {
  return side === 'both' ? SIDES : [side]
}

/**
 * Finds the boxes around the hippocampi of a head, or takes those that were given.
 *
 * @throws HippospikeError (input) for a scan that is no T1-weighted head, or one whose sides cannot be trusted; (usage) where a given box
 *   is of a side that was not asked for; (cancelled)
 */
export async function locateHippocampi(
  {
    image,
    side,
    boxes,
    template: folder
  }: Pick<SegmentRequest, 'image' | 'side' | 'boxes' | 'template'>,
  scan: Volume,
  context: JobContext
): Promise<LocatedHead> {
  if (boxes !== null) return { fit: null, intracranialMm3: null, boxes: checkedBoxes(boxes, side) }
  const tell = (step: string): void => {
    context.progress('locate', null, `finding the hippocampi, ${step}`)
  }
  tell('a coarse copy of the head')
  const template = await readTemplate(folder)
  const fit = await registerHead(scan, template.volume, context.signal, tell)
  const problem = headProblem(fit)
  if (problem !== null || fit === null) {
    const coarse = coarseText(scan.geometry.spacing)
    throw new HippospikeError(
      'input',
      `${image}: ${problem ?? ''}, so the hippocampi cannot be located${coarse === null ? '' : `, and its ${coarse}`}; give a T1-weighted scan of a whole head, ` +
        'or a crop around one hippocampus by --roi i0,j0,k0,i1,j1,k1 (0-based voxel indices in stored axis order, end exclusive)'
    )
  }
  const contradiction = lateralityProblem(fit.transform)
  if (contradiction !== null) {
    throw new HippospikeError(
      'input',
      `${image}: ${contradiction}, so left and right cannot be trusted; correct the orientation in its header`
    )
  }
  return {
    fit,
    // A part of a head says too little of its size: 18% off in a slab of 40 mm.
    intracranialMm3: isSlab(fit) ? null : template.intracranialMm3 * fit.scale,
    boxes: sidesOf(side).map((one) => ({
      side: one,
      grid: boxGrid(fit.transform, transformPoint(fit.transform, template.hippocampi[one].centre))
    }))
  }
}

function checkedBoxes(boxes: HeadBox[], side: SegmentRequest['side']): HeadBox[] {
  const given = boxes.map((box) => box.side)
  if (new Set(given).size < given.length) {
    throw new HippospikeError(
      'usage',
      `two boxes are given for the ${given[0]!} side; give one a side`
    )
  }
  const wanted = sidesOf(side)
  const missing = wanted.filter((one) => !given.includes(one))
  if (missing.length > 0 && side !== 'both') {
    throw new HippospikeError('usage', `no box is given for the ${missing.join(' and ')} side`)
  }
  return boxes.filter((box) => wanted.includes(box.side))
}
