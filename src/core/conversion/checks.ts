import type { Architecture } from '../../shared/model'
import { activatedLayers } from '../snn/architecture'
import type { ParameterSet } from '../snn/parameter-set'
import type { ActivationStatistics } from './activation-statistics'

/** Something that keeps a network from being converted, or makes the conversion poor. */
export interface ConversionProblem {
  severity: 'error' | 'warning'
  /** The layer it is about; null for the whole network. */
  layer: string | null
  message: string
}

/** Above this ratio of the largest activation to its 99.9th percentile, rates cannot stand for both. */
const HEAVY_TAIL_RATIO = 20

/**
 * What can be told from the network alone: before any calibration.
 *
 * Spiking neurons stand for activations by their firing rate, which is linear in weights and inputs, never negative, and bounded; what
 * does not fit that is named here with the reason.
 */
export function checkNetwork(
  architecture: Architecture,
  parameters: ParameterSet
): ConversionProblem[] {
  const problems: ConversionProblem[] = []
  if (architecture.pooling === 'max') {
    problems.push({
      severity: 'error',
      layer: null,
      message:
        'max pooling cannot be converted: the largest rate is not known until all timesteps are over; train with average pooling'
    })
  }
  for (const layer of activatedLayers(architecture)) {
    if (architecture.batchNorm) {
      problems.push({
        severity: 'error',
        layer: layer.name,
        message:
          'batch normalisation is not folded: a spiking neuron has weights and a bias, but no normalisation between its current and its threshold; fold it first'
      })
    }
  }
  for (const { name, offset, size } of parameters.entries) {
    const values = parameters.values.subarray(offset, offset + size)
    if (values.some((value) => !Number.isFinite(value))) {
      problems.push({
        severity: 'error',
        layer: name.slice(0, name.lastIndexOf('.')),
        message: `${name} holds NaN or infinite values; the training diverged`
      })
    }
  }
  return problems
}

/** What shows only in the activations over the calibration cases. */
export function checkActivations(
  statistics: ReadonlyMap<string, ActivationStatistics>
): ConversionProblem[] {
  const problems: ConversionProblem[] = []
  for (const [layer, distribution] of statistics) {
    const maximum = distribution.maximum()
    if (distribution.minimum() < 0) {
      problems.push({
        severity: 'error',
        layer,
        message: `negative activations (down to ${distribution.minimum().toPrecision(3)}): a firing rate cannot be negative; use ReLU`
      })
    }
    if (!(maximum > 0)) {
      problems.push({
        severity: 'error',
        layer,
        message: 'never active on the calibration cases: there is no threshold to choose'
      })
      continue
    }
    const high = distribution.percentile(99.9)
    if (high > 0 && maximum / high > HEAVY_TAIL_RATIO) {
      problems.push({
        severity: 'warning',
        layer,
        message: `the largest activation is ${(maximum / high).toFixed(0)} times the 99.9th percentile: few timesteps cannot stand for both; train with batch normalisation`
      })
    }
  }
  return problems
}
