import { variantFor, type Model } from '../../../shared/model'
import type { StagesResult } from '../../../shared/stages'
import { foldBatchNorm } from '../../../core/conversion/fold-batch-norm'
import {
  layerErrorSums,
  relativeError,
  type LayerErrorSums
} from '../../../core/conversion/layer-error'
import {
  annActivations,
  netSpikes,
  type DenseNetwork,
  type LayerOutputs
} from '../../../core/conversion/layer-outputs'
import { activatedLayers } from '../../../core/snn/architecture'
import { modelParameters } from '../../../core/snn/model-parameters'
import type { NetworkInput } from '../../../core/snn/prediction'
import { neuronOf } from '../inference/dense'
import { yieldToHost, type JobContext } from '../jobs/job'

type Spiking = 'converted' | 'fineTuned'

/**
 * How far each layer of two spiking networks is from the ANN's of the same name, over all regions; see `relativeError`. On TensorFlow's
 * dense graph, which every model runs on.
 *
 * @param models of one shape; TensorFlow's runtime is loaded
 * @param onRegion called after each region with how many are done
 */
export async function layerErrors(
  models: Record<'ann' | Spiking, Model>,
  timesteps: number,
  regions: readonly NetworkInput[],
  context: JobContext,
  onRegion: (done: number) => void
): Promise<StagesResult['layerErrors']> {
  const ann = denseAnn(models.ann)
  const layers = activatedLayers(ann.architecture).map(({ name }) => name)
  const sums: Record<Spiking, Map<string, LayerErrorSums[]>> = {
    converted: new Map(layers.map((name) => [name, []])),
    fineTuned: new Map(layers.map((name) => [name, []]))
  }
  for (const [n, input] of regions.entries()) {
    const activations = await annActivations(ann, input)
    for (const stage of ['converted', 'fineTuned'] as const) {
      await yieldToHost(context)
      const parts = await layerSums(activations, models[stage], timesteps, input)
      for (const [name, part] of parts) sums[stage].get(name)!.push(part)
    }
    onRegion(n + 1)
  }
  return layers.map((layer) => ({
    layer,
    converted: relativeError(sums.converted.get(layer)!),
    fineTuned: relativeError(sums.fineTuned.get(layer)!)
  }))
}

function denseAnn(model: Model): DenseNetwork {
  const { architecture, preprocessing } = model.manifest
  return {
    ...foldBatchNorm(architecture, modelParameters(model)),
    padMultiple: preprocessing.padMultiple
  }
}

/** The sums of each layer of a spiking network on one image. */
export async function layerSums(
  activations: LayerOutputs,
  model: Model,
  timesteps: number,
  input: NetworkInput
): Promise<Map<string, LayerErrorSums>> {
  const { architecture, preprocessing, spiking } = model.manifest
  const network: DenseNetwork = {
    architecture,
    parameters: modelParameters(model, timesteps),
    padMultiple: preprocessing.padMultiple
  }
  const { amplitudes } = variantFor(model.manifest, timesteps)
  const spikes = await netSpikes(network, neuronOf(spiking!), timesteps, input)
  return new Map(
    [...spikes].map(([layer, counts]) => {
      const worth = [amplitudes[layer]!].flat()
      const rates = { netSpikes: counts, amplitudes: worth, timesteps }
      return [layer, layerErrorSums(activations.get(layer)!, rates)]
    })
  )
}
