import type { StructureVolumes } from '../../../shared/head'
import type { SegmentResult } from '../../../shared/jobs'
import type { Model } from '../../../shared/model'
import { meanConfidence } from '../../../core/metrics/confidence'
import { countOperations, networkMacs } from '../../../core/metrics/operations'
import { perStructure } from '../../../core/metrics/structures'
import { regionVolumes } from './head-report'
import type { SegmentedRegion } from './infer-region'

/** What all regions together come to. */
export function summaryOf(
  model: Model,
  regions: readonly SegmentedRegion[]
): Pick<SegmentResult, 'timestepsRun' | 'volumesMm3' | 'confidence'> & OperationsOf {
  return {
    timestepsRun: mostTimesteps(regions),
    volumesMm3: totalVolumes(regions),
    confidence: overallConfidence(regions),
    ...operationsOf(model, regions)
  }
}

type OperationsOf = Pick<
  SegmentResult,
  'meanFiringRate' | 'synapticOperations' | 'macs' | 'energyRatio'
>

/** After how many the slowest region stopped; null for an ANN. */
function mostTimesteps(regions: readonly SegmentedRegion[]): number | null {
  const run = regions.map(({ inference }) => inference.timestepsRun).filter((t) => t !== null)
  return run.length === 0 ? null : Math.max(...run)
}

/** mm³ of all regions together. */
function totalVolumes(regions: readonly SegmentedRegion[]): StructureVolumes {
  const volumes = regions.map(regionVolumes)
  return perStructure((structure) => volumes.reduce((sum, one) => sum + one[structure], 0))
}

/** Of all regions, each weighted by its voxels. */
function overallConfidence(regions: readonly SegmentedRegion[]): number | null {
  let [sum, weight] = [0, 0]
  for (const { labels, probabilities, inference } of regions) {
    const confidence = meanConfidence(labels, probabilities, inference.classes)
    const voxels = labels.reduce((count, label) => count + (label > 0 ? 1 : 0), 0)
    sum += voxels * (confidence ?? 0)
    weight += voxels
  }
  return weight === 0 ? null : sum / weight
}

/** What the inferences cost together; of an ANN their multiply-accumulates alone. */
function operationsOf(
  { manifest: { architecture } }: Model,
  regions: readonly SegmentedRegion[]
): OperationsOf {
  const voxels = regions.reduce((sum, { inference }) => sum + inference.paddedVoxels, 0)
  const activities = regions.map(({ inference }) => inference.activity)
  const [first, ...others] = activities
  if (!first) {
    const macs = networkMacs(architecture, voxels)
    return { meanFiringRate: null, synapticOperations: null, macs, energyRatio: null }
  }
  const activity = first.map((layer, n) => ({
    layer: layer.layer,
    spikes: others.reduce((sum, other) => sum + (other?.[n]?.spikes ?? 0), layer.spikes),
    opportunities: others.reduce(
      (sum, other) => sum + (other?.[n]?.opportunities ?? 0),
      layer.opportunities
    )
  }))
  const { meanFiringRate, synapticOperations, macs, energyRatio } = countOperations(
    architecture,
    voxels,
    activity
  )
  return { meanFiringRate, synapticOperations, macs, energyRatio }
}
