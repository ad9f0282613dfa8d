import { HippospikeError } from '../../../shared/errors'
import type { HeadBox } from '../../../shared/head'
import type { SegmentRequest } from '../../../shared/jobs'
import { SIDES, type Side } from '../../../shared/labels'
import { NotLocatedError } from '../../../shared/not-located'
import { coarseText } from '../../../core/head/coarse-voxels'
import { boxGrid } from '../../../core/head/box-grid'
import { lateralityProblem } from '../../../core/head/laterality'
import { boxWithin } from '../../../core/head/standard-boxes'
import { transformPoint } from '../../../core/volume/affine'
import type { Volume } from '../../../core/volume/volume'
import {
  headProblem,
  isPlausible,
  isSlab,
  registerHead,
  type HeadFit
} from '../../imaging/registration/register-head'
import { readTemplate, type Template } from '../../imaging/registration/template'
import type { JobContext } from '../jobs/job'
import { checkedBoxes, sidesOf } from './given-boxes'

/** Where the hippocampi of a head lie. */
export interface LocatedHead {
  /** Null where the boxes were given. */
  fit: HeadFit | null
  /** Of the head, mm³; null where the boxes were given, and for a slab. */
  intracranialMm3: number | null
  boxes: HeadBox[]
  /** Whether the template has vouched that the scan is a T1-weighted head, now or before the boxes were given. */
  isKnownHead: boolean
}

/**
 * Finds the boxes around the hippocampi of a head, or takes those that were given.
 *
 * @throws NotLocatedError for a scan that is no T1-weighted head; HippospikeError (input) for one whose sides cannot be trusted, (usage) or
 *   (input) for boxes that {@link checkedBoxes} refuses, (cancelled)
 */
export async function locateHippocampi(
  {
    image,
    side,
    boxes,
    isKnownHead = false,
    template: folder
  }: Pick<SegmentRequest, 'image' | 'side' | 'boxes' | 'isKnownHead' | 'template'>,
  scan: Volume,
  context: JobContext
): Promise<LocatedHead> {
  if (boxes !== null) {
    const given = checkedBoxes(boxes, side, scan.geometry)
    return { fit: null, intracranialMm3: null, boxes: given, isKnownHead }
  }
  const tell = (step: string): void => {
    context.progress('locate', null, `finding the hippocampi, ${step}`)
  }
  tell('a coarse copy of the head')
  const template = await readTemplate(folder)
  const fit = await registerHead(scan, template.volume, context.signal, tell)
  const problem = headProblem(fit)
  if (problem !== null || fit === null) {
    const coarse = coarseText(scan.geometry.spacing)
    throw new NotLocatedError(
      `${image}: ${problem ?? ''}, so the hippocampi cannot be located${coarse === null ? '' : `, and its ${coarse}`}; ${GIVE_OTHERWISE}`,
      guessOf(fit, template, scan)
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
    boxes: boxesOf(fit, template, sidesOf(side)),
    isKnownHead: true
  }
}

/** What to do about a head that cannot be located. The window has words of its own for it. */
const GIVE_OTHERWISE =
  'give a T1-weighted scan of a whole head, or say where the hippocampi lie by --box left=i,j,k --box right=i,j,k (the voxels in their middles), ' +
  'or which crop around one to take by --roi i0,j0,k0,i1,j1,k1 (end exclusive), in 0-based voxel indices in stored axis order'

/** The best that is known of a head that was refused. */
function guessOf(fit: HeadFit | null, template: Template, { geometry }: Volume): HeadBox[] {
  if (fit === null || !isPlausible(fit) || lateralityProblem(fit.transform) !== null) return []
  return boxesOf(fit, template, SIDES).map((box) => boxWithin(geometry, box))
}

function boxesOf(
  { transform }: HeadFit,
  { hippocampi }: Template,
  sides: readonly Side[]
): HeadBox[] {
  return sides.map((side) => ({
    side,
    grid: boxGrid(transform, transformPoint(transform, hippocampi[side].centre))
  }))
}
