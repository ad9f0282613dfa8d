import type { Architecture } from '../../shared/model'
import { activatedLayers } from '../snn/architecture'
import type { ParameterSet } from '../snn/parameters'
import type { NetworkInput } from '../snn/prediction'
import { ActivationStatistics } from './activation-statistics'
import { annActivations } from './layer-outputs'

/**
 * Runs the (folded) ANN over calibration cases and counts every layer's activations.
 *
 * @param onCase called after each case with how many are done
 */
export async function calibrate(
  architecture: Architecture,
  parameters: ParameterSet,
  cases: readonly NetworkInput[],
  padMultiple: number,
  onCase: (done: number) => void | Promise<void> = () => undefined
): Promise<Map<string, ActivationStatistics>> {
  const statistics = new Map(
    activatedLayers(architecture).map((layer) => [
      layer.name,
      new ActivationStatistics(layer.outChannels)
    ])
  )
  for (const [index, input] of cases.entries()) {
    const activations = await annActivations({ architecture, parameters, padMultiple }, input)
    for (const [name, values] of activations) statistics.get(name)!.add(values)
    await onCase(index + 1)
  }
  return statistics
}
