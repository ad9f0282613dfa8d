import type { InferenceOptions } from '../../../shared/jobs'
import type { Model } from '../../../shared/model'
import type { Volume } from '../../../core/volume/volume'
import { openPredictor } from '../inference/open'
import type { Predictor } from '../inference/predictor'
import type { JobContext } from '../jobs/job'
import { cropOf } from '../segmentation/crop-part'
import {
  inferBox,
  inferCrop,
  largestPiece,
  type SegmentedRegion
} from '../segmentation/infer-region'
import { locateHippocampi, type LocatedHead } from '../segmentation/locate'
import { boxRegion, cropRegion, type Region } from '../segmentation/region'
import type { StagesRequest } from '../../../shared/stages'
import type { Geometry } from '../../../shared/geometry'

/** What one network makes of all regions. */
export interface Look {
  regions: SegmentedRegion[]
  runtime: Predictor['runtime']
  /** What the network's choice of timesteps or runtime is to be said of. */
  warnings: string[]
  /** Of the inference alone. */
  seconds: number
}

/**
 * The parts of the image that every network is shown. In a head they are the windows that the fine-tuned network comes to rest in, so that
 * the others are not told apart by where they looked.
 */
export async function chooseRegions(
  request: StagesRequest,
  image: Volume,
  fineTuned: Model,
  context: JobContext
): Promise<{ regions: Region[]; located: LocatedHead | null }> {
  const { preprocessing } = fineTuned.manifest
  const part = cropOf({ image: request.image, roi: 'auto', boxes: request.boxes }, image)
  if (part !== null) {
    const side = request.side === 'both' ? null : request.side
    return { regions: [cropRegion(part.volume, part.roi, side, preprocessing)], located: null }
  }
  const located = await locateHippocampi(request, image, context)
  const predictor = await openPredictor(fineTuned, optionsAt(null), context)
  const regions: Region[] = []
  try {
    for (const { side, grid } of located.boxes) {
      const regionAt = (one: Geometry): Region => boxRegion(image, side, one, preprocessing)
      regions.push((await inferBox(predictor, grid, regionAt, false, context)).region)
    }
  } finally {
    await predictor.dispose()
  }
  return { regions, located }
}

/**
 * Shows the regions to a network.
 *
 * @param timesteps null for an ANN
 */
export async function look(
  model: Model,
  timesteps: number | null,
  { regions, isHead }: { regions: readonly Region[]; isHead: boolean },
  context: JobContext
): Promise<Look> {
  const predictor = await openPredictor(model, optionsAt(timesteps), context)
  try {
    const start = performance.now()
    const found: SegmentedRegion[] = []
    for (const region of regions) {
      const segmented = await inferCrop(predictor, region, false, context)
      found.push(isHead ? largestPiece(segmented) : segmented)
    }
    const seconds = Math.round(performance.now() - start) / 1000
    return { regions: found, runtime: predictor.runtime, warnings: predictor.warnings, seconds }
  } finally {
    await predictor.dispose()
  }
}

function optionsAt(timesteps: number | null): InferenceOptions {
  return { timesteps, precision: null, earlyExit: null, threads: null }
}
