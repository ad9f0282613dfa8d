import type { Architecture } from '../../shared/model'
import { BATCH_NORM_EPSILON } from '../snn/ann-layer'
import { buildLayers } from '../snn/architecture'
import {
  createParameterSet,
  parameterValues,
  type ParameterInit,
  type ParameterSet
} from '../snn/parameter-set'

/**
 * Folds batch normalisation into kernels and biases, which spiking neurons need (Rueckauer et al. 2017):
 * w ← w·γ/√(σ²+ε), b ← β − μ·γ/√(σ²+ε). The network computes the same as before.
 *
 * A network without batch normalisation is copied as it is.
 */
export function foldBatchNorm(
  architecture: Architecture,
  parameters: ParameterSet
): { architecture: Architecture; parameters: ParameterSet } {
  const inits: ParameterInit[] = []
  for (const layer of buildLayers(architecture)) {
    const values = (name: string): Float32Array =>
      parameterValues(parameters, `${layer.name}.${name}`)
    const kernel = Float32Array.from(values('kernel'))
    let bias: Float32Array
    if (architecture.batchNorm && layer.activated) {
      const [gamma, beta, mean, variance] = [
        values('gamma'),
        values('beta'),
        values('mean'),
        values('variance')
      ]
      const scale = gamma.map((g, c) => g / Math.sqrt(variance[c]! + BATCH_NORM_EPSILON))
      for (let i = 0; i < kernel.length; i++) {
        kernel[i] = kernel[i]! * scale[i % layer.outChannels]!
      }
      bias = beta.map((b, c) => b - mean[c]! * scale[c]!)
    } else {
      bias = Float32Array.from(values('bias'))
    }
    const entry = parameters.entries.find((e) => e.name === `${layer.name}.kernel`)!
    inits.push(
      { name: entry.name, shape: entry.shape, role: 'kernel', values: kernel },
      { name: `${layer.name}.bias`, shape: [layer.outChannels], role: 'bias', values: bias }
    )
  }
  return {
    architecture: { ...architecture, batchNorm: false },
    parameters: createParameterSet(inits)
  }
}
