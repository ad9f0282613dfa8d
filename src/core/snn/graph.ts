import type * as tf from '@tensorflow/tfjs-core'
import type { Architecture } from '../../shared/model'
import { buildLayers, INPUT_SOURCE, OUTPUT_LAYER, type ConvLayer } from './architecture'
import { transformSource } from './resolution'

/**
 * Walks the U-Net in order of evaluation: each layer gets its sources at its own resolution and gives its output.
 *
 * @param image [N, D, H, W, 1], D, H, W multiples of the architecture's size multiple
 * @returns the output of the last layer
 */
export function walkNetwork(
  architecture: Architecture,
  image: tf.Tensor5D,
  evaluate: (layer: ConvLayer, sources: tf.Tensor5D[]) => tf.Tensor5D
): tf.Tensor5D {
  const outputs = new Map<string, tf.Tensor5D>([[INPUT_SOURCE, image]])
  for (const layer of buildLayers(architecture)) {
    const sources = layer.sources.map((source) =>
      transformSource(outputs.get(source.from)!, source.transform, architecture.pooling)
    )
    outputs.set(layer.name, evaluate(layer, sources))
  }
  return outputs.get(OUTPUT_LAYER)!
}
