import type { Geometry } from '../../../shared/geometry'
import { keepLargestComponent } from '../../../core/volume/components'
import {
  boxCentre,
  centredGrid,
  ENLARGEMENT,
  enlargedGrid,
  tiltedGrid,
  windowOf
} from '../../../core/head/box-grid'
import { extentCentre, maskExtent, touchesEdge } from '../../../core/head/extent'
import { softmaxChannels } from '../../../core/snn/softmax'
import { indexToPhysical, voxelVolume } from '../../../core/volume/geometry'
import { argmaxChannels, scoresToSource } from '../../../core/volume/resample'
import type { Inference, Predictor } from '../inference/predictor'
import { yieldToHost, type JobContext } from '../jobs/job'
import { regionVolumes } from './head-report'
import { hasThickSlices, type Region } from './region'

/** What a network says of a region, on the voxels of the image that it covers. */
export interface SegmentedRegion {
  region: Region
  inference: Inference
  /** `classes` a voxel, innermost. */
  probabilities: Float32Array
  /** 0, 1 or 2 a voxel. */
  labels: Uint8Array
  /** Pieces that were left out of the mask of a head for not being part of the largest, mm³. */
  strayMm3: number
  /** Whether the mask still reaches the edge of its window. */
  touchesEdge: boolean
  /** mm³; null where it was not asked for. */
  repeatabilityMm3: number | null
}

/** Windows that are off by less, mm, are not moved: the network bears more. */
const CENTRED = 2
/** Runs of the network on one box until its window holds the mask, moved or enlarged in between. */
const MOST_RUNS = 5
/** A mask of less, mm³, is looked for again; the smallest hippocampi have more. */
const LEAST_FOUND = 1000
/** How far the window is tilted then, degrees, the front upwards. */
const TILTS = [10, -10]

/** Segments a crop as it is. */
export async function inferCrop(
  predictor: Predictor,
  region: Region,
  record: boolean,
  context: JobContext
): Promise<SegmentedRegion> {
  const inference = await predictor.infer(region.input, {
    recordSpikes: record,
    signal: context.signal
  })
  return segmented(region, inference)
}

/**
 * Segments a box of a head through a window in its middle. Where hardly anything is found, the window is tilted and looked at again: in blurred and coarse scans
 * the network may miss a hippocampus that lies a little otherwise than most.
 *
 * @param regionAt the region that a grid shows
 */
export async function inferBox(
  predictor: Predictor,
  box: Geometry,
  regionAt: (grid: Geometry) => Region,
  record: boolean,
  context: JobContext
): Promise<SegmentedRegion> {
  const window = windowOf(box)
  let best = await inferWindow(predictor, window, regionAt, context)
  for (const degrees of TILTS) {
    if (regionVolumes(best).whole >= LEAST_FOUND) break
    const other = await inferWindow(predictor, tiltedGrid(window, degrees), regionAt, context)
    if (regionVolumes(other).whole > regionVolumes(best).whole) best = other
  }
  if (!record) return best
  return largestPiece(await inferCrop(predictor, best.region, true, context))
}

/**
 * While the mask is off the middle of the window or touches its edge, the window is moved or enlarged and segmented again, which makes the mask depend less on how well
 * the box was placed.
 */
async function inferWindow(
  predictor: Predictor,
  window: Geometry,
  regionAt: (grid: Geometry) => Region,
  context: JobContext
): Promise<SegmentedRegion> {
  let grid = window
  for (let run = 1; ; run++) {
    await yieldToHost(context)
    const region = regionAt(grid)
    const inference = await predictor.infer(region.input, { signal: context.signal })
    const { voxels } = keepLargestComponent(labelsOf(inference), region.input.size, 26)
    const better = run < MOST_RUNS ? betterGrid(grid, region, voxels) : null
    if (better === null) return largestPiece(segmented(region, inference))
    grid = better
  }
}

/** What is kept of a mask in a window of a head. */
export function largestPiece(found: SegmentedRegion): SegmentedRegion {
  const { region, inference } = found
  const { size } = region.input
  const piece = keepLargestComponent(labelsOf(inference), size, 26)
  const extent = maskExtent(piece.voxels, size)
  return {
    ...found,
    ...(hasThickSlices(region) ? pieceOnSlices(found, piece) : pieceOnVoxels(found)),
    touchesEdge: extent !== null && touchesEdge(extent, size)
  }
}

type Kept = Pick<SegmentedRegion, 'labels' | 'strayMm3'>

function pieceOnVoxels({ labels, region: { mapping } }: SegmentedRegion): Kept {
  const { voxels, removed } = keepLargestComponent(labels, mapping.source.size, 26)
  return { labels: voxels, strayMm3: removed * voxelVolume(mapping.source) }
}

/** What is one piece in the window may lie apart in slices between which it moves on: the piece is chosen there. */
function pieceOnSlices(
  { inference: { logits, classes }, region: { mapping } }: SegmentedRegion,
  { voxels, removed }: { voxels: Uint8Array; removed: number }
): Kept {
  const probabilities = softmaxChannels(logits, classes)
  const own = labelsOf({ logits, classes })
  own.forEach((label, n) => {
    if (label === voxels[n]) return
    probabilities.fill(0, n * classes, (n + 1) * classes)
    probabilities[n * classes] = 1
  })
  return {
    labels: argmaxChannels(scoresToSource(probabilities, classes, mapping), classes),
    strayMm3: removed * voxelVolume(mapping.canonical)
  }
}

/** @returns null where the grid does as it is */
function betterGrid(
  grid: Geometry,
  { input: { size }, mapping }: Region,
  labels: Uint8Array
): Geometry | null {
  const extent = maskExtent(labels, size)
  if (extent === null) return null
  const centre = indexToPhysical(mapping.canonical, extentCentre(extent))
  const off = Math.hypot(...boxCentre(grid).map((value, axis) => value - centre[axis]!))
  if (touchesEdge(extent, size)) return enlargedGrid(centredGrid(grid, centre), ENLARGEMENT)
  return off > CENTRED ? centredGrid(grid, centre) : null
}

function segmented(region: Region, inference: Inference): SegmentedRegion {
  const { logits, classes } = inference
  const probabilities = scoresToSource(softmaxChannels(logits, classes), classes, region.mapping)
  const labels = argmaxChannels(probabilities, classes)
  return {
    region,
    inference,
    probabilities,
    labels,
    strayMm3: 0,
    touchesEdge: false,
    repeatabilityMm3: null
  }
}

function labelsOf({ logits, classes }: Pick<Inference, 'logits' | 'classes'>): Uint8Array {
  return argmaxChannels(logits, classes)
}
