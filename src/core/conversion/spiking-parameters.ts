import { createParameterSet, type ParameterInit, type ParameterSet } from '../snn/parameter-set'
import type { Thresholds } from './thresholds'

/**
 * The parameters of an SNN from a folded ANN's and thresholds.
 *
 * The weights stay the ANN's. Each spiking layer gets the logarithm of its threshold, so that a learned one stays positive. With
 * `outputScaling` a spike is worth its layer's threshold, so that the firing rate times the threshold is the ANN's
 * activation, also while the threshold is learned; without it a spike keeps the worth it has now, whatever becomes of the
 * threshold.
 */
export function spikingParameters(
  folded: ParameterSet,
  thresholds: Thresholds,
  outputScaling: boolean
): ParameterSet {
  const inits: ParameterInit[] = folded.entries.map((entry) => ({
    name: entry.name,
    shape: entry.shape,
    role: entry.role,
    values: folded.values.subarray(entry.offset, entry.offset + entry.size)
  }))
  for (const [layer, values] of thresholds) {
    inits.push({
      name: `${layer}.logThreshold`,
      shape: [values.length],
      role: 'threshold',
      values: values.map(Math.log)
    })
    if (!outputScaling) {
      inits.push({
        name: `${layer}.amplitude`,
        shape: [values.length],
        role: 'statistic',
        values
      })
    }
  }
  return createParameterSet(inits)
}
