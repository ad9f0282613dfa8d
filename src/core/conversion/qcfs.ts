import { createParameterSet, parameterValues, type ParameterSet } from '../snn/parameter-set'
import { spikingParameters } from './spiking-parameters'
import type { Thresholds } from './thresholds'

const SUFFIX = '.logThreshold'

/**
 * The parameters of a QCFS network (see `qcfs` in core/snn/ann-layer) from a folded ANN's: the upper bound λ of each layer starts at its balanced
 * threshold and is learned.
 */
export function quantisedParameters(folded: ParameterSet, thresholds: Thresholds): ParameterSet {
  const perLayer = new Map([...thresholds].map(([layer, values]) => [layer, [Math.max(...values)]]))
  return spikingParameters(folded, perLayer, true)
}

/** Takes a trained QCFS network apart again: its weights, and λ as the thresholds of the spiking layers. */
export function quantisedThresholds(quantised: ParameterSet): {
  parameters: ParameterSet
  thresholds: Thresholds
} {
  const thresholds: Thresholds = new Map()
  const weights = quantised.entries.filter(({ name }) => !name.endsWith(SUFFIX))
  for (const { name } of quantised.entries) {
    if (!name.endsWith(SUFFIX)) continue
    thresholds.set(
      name.slice(0, -SUFFIX.length),
      Array.from(parameterValues(quantised, name), Math.exp)
    )
  }
  const parameters = createParameterSet(
    weights.map(({ name, shape, role, offset, size }) => ({
      name,
      shape,
      role,
      values: quantised.values.subarray(offset, offset + size)
    }))
  )
  return { parameters, thresholds }
}
