import * as tf from '@tensorflow/tfjs-core'
import { channelAffine, channelSum } from './channel-affine'
import { convolveSources } from './sources'
import { conv3dFilterGradient, conv3dInputGradient } from './convolution'
import { fire, spikeDerivative, type NeuronParameters } from './neuron'

/** What the neurons of a layer went through, over T timesteps; every tensor is [M, C] for one timestep. */
interface NeuronTrace {
  spikes: tf.Tensor[]
  potentials: tf.Tensor[]
  canTakeBack: (tf.Tensor | null)[]
}

/**
 * Runs the neurons of a layer over all timesteps, given the current without its constant part. The bias joins in the pass that
 * adds the initial potential, so it costs no pass of its own at the first step.
 *
 * @param currentAt the current of timestep t over θ, [M, C], without the bias
 * @param bias bias over θ, [C]
 */
function runNeurons(
  parameters: NeuronParameters,
  timesteps: number,
  currentAt: (t: number) => tf.Tensor,
  bias: tf.Tensor1D
): NeuronTrace {
  const one = tf.onesLike(bias)
  const firstShift = tf.add(bias, parameters.initialPotential) as tf.Tensor1D
  const trace: NeuronTrace = { spikes: [], potentials: [], canTakeBack: [] }
  let netCount: tf.Tensor | null = null
  for (let t = 0; t < timesteps; t++) {
    const previous = trace.potentials.at(-1)
    const summed = previous
      ? tf.add(tf.sub(previous, trace.spikes.at(-1)!), currentAt(t))
      : currentAt(t)
    const potential = channelAffine(summed, one, previous ? bias : firstShift)
    const { spikes, canTakeBack } = fire(parameters, potential, netCount)
    trace.spikes.push(spikes)
    trace.potentials.push(potential)
    trace.canTakeBack.push(canTakeBack)
    if (parameters.mode === 'ternary-memory') {
      netCount = netCount === null ? spikes : tf.add(netCount, spikes)
    }
  }
  return trace
}

/**
 * Backpropagation through time of {@link runNeurons}: from ∂L/∂s[t] to ∂L/∂I[t] (over θ). With h = ∂s/∂u by surrogate and the
 * reset path kept (u⁺ = u − s, so ∂u⁺/∂u = 1 − h):
 *
 *     δ[t] = ε[t] + (g[t] − ε[t]) · h[t],   ε[t] = δ[t+1],   ε[T] = 0
 *
 * The take-back gate of the memory is treated as a constant.
 */
function neuronGradients(
  parameters: NeuronParameters,
  potentials: tf.Tensor[],
  canTakeBack: (tf.Tensor | null)[],
  upstream: tf.Tensor[]
): tf.Tensor[] {
  const deltas: tf.Tensor[] = []
  let later: tf.Tensor | null = null
  for (let t = potentials.length - 1; t >= 0; t--) {
    const next: tf.Tensor | null = later
    later = tf.tidy(() => {
      const h = spikeDerivative(parameters, {
        potential: potentials[t]!,
        canTakeBack: canTakeBack[t]!
      })
      const g = upstream[t]!
      return next === null ? tf.mul(g, h) : tf.add(next, tf.mul(tf.sub(g, next), h))
    })
    deltas.unshift(later)
  }
  return deltas
}

/** [T·B, D, H, W, C] (time-major) to T tensors [M, C]. */
function splitTime(x: tf.Tensor, timesteps: number): tf.Tensor[] {
  const channels = x.shape.at(-1)!
  return tf.unstack(tf.reshape(x, [timesteps, -1, channels]))
}

export interface SpikingLayerOptions {
  neuron: NeuronParameters
  timesteps: number
  /**
   * Derivative of a firing-rate penalty by each spike (its absolute value in the ternary modes): joined to the upstream gradient
   * here, since as a term of the loss it would cost three passes over the spikes.
   */
  spikePenalty: number
}

function withSpikePenalty(
  upstream: tf.Tensor[],
  spikes: tf.Tensor[],
  gradient: number,
  signed: boolean
): tf.Tensor[] {
  if (gradient === 0) return upstream
  return upstream.map((g, t) =>
    tf.add(g, signed ? tf.mul(tf.sign(spikes[t]!), gradient) : gradient)
  )
}

/** The neurons' part of an operation: what it gives, what its gradient needs, and that gradient. */
interface NeuronOperation {
  /** Spikes of all timesteps, time-major, in `outShape`. */
  value: tf.Tensor5D
  saved: tf.Tensor[]
  /** From ∂L/∂spikes and what was saved to ∂L/∂I[t], T tensors [M, C]. */
  gradient: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[]
}

function neuronOperation(
  currents: tf.Tensor[],
  bias: tf.Tensor1D,
  outShape: tf.Tensor5D['shape'],
  { neuron, timesteps, spikePenalty }: SpikingLayerOptions
): NeuronOperation {
  const constant = currents.length === 1
  const trace = runNeurons(neuron, timesteps, (t) => currents[constant ? 0 : t]!, bias)
  const value = tf.reshape(tf.stack(trace.spikes), outShape) as tf.Tensor5D
  const gates = trace.canTakeBack.filter((gate) => gate !== null)
  return {
    value,
    saved: [value, ...trace.potentials, ...gates],
    gradient: (dy, saved) => {
      const [spikes, ...rest] = saved
      const potentials = rest.slice(0, timesteps)
      const savedGates = rest.slice(timesteps)
      // The first step has no memory yet, so its gate was not saved.
      const ungated = timesteps - savedGates.length
      const canTakeBack = potentials.map((_, t) => (t < ungated ? null : savedGates[t - ungated]!))
      const upstream = withSpikePenalty(
        splitTime(dy, timesteps),
        splitTime(spikes!, timesteps),
        spikePenalty,
        neuron.mode !== 'binary'
      )
      return neuronGradients(neuron, potentials, canTakeBack, upstream)
    }
  }
}

/**
 * A spiking layer as one differentiable operation over all T: convolution of every source, sum, bias, integrate-and-fire.
 *
 * The tape keeps the sources and u[t] alone (4·(T+1) bytes a neuron); written with tfjs's own operations it would keep some six
 * tensors a timestep. Weights and bias come divided by the threshold (and kernels multiplied by the amplitude of the spikes they
 * take in), so the gradient reaches the learnable thresholds through these small tensors.
 *
 * @param sources spikes [T·B, D, H, W, Ci], time-major, at the layer's resolution
 * @param kernels [k, k, k, Ci, C] a source
 * @param bias [C]
 * @returns spikes [T·B, D, H, W, C]
 */
export function spikingConvolution(
  sources: tf.Tensor5D[],
  kernels: tf.Tensor5D[],
  bias: tf.Tensor1D,
  options: SpikingLayerOptions
): tf.Tensor5D {
  const outShape = [...sources[0]!.shape.slice(0, 4), bias.shape[0]] as tf.Tensor5D['shape']
  const count = sources.length
  const op = tf.customGrad((...inputs) => {
    const save = inputs.at(-1) as tf.GradSaveFunc
    const tensors = inputs.slice(0, -1) as tf.Tensor[]
    const xs = tensors.slice(0, count) as tf.Tensor5D[]
    const ws = tensors.slice(count, 2 * count) as tf.Tensor5D[]
    const current = convolveSources(xs, ws)
    const neurons = neuronOperation(
      splitTime(current, options.timesteps),
      tensors.at(-1) as tf.Tensor1D,
      outShape,
      options
    )
    save([...xs, ...ws, ...neurons.saved])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const savedXs = saved.slice(0, count) as tf.Tensor5D[]
      const savedWs = saved.slice(count, 2 * count) as tf.Tensor5D[]
      const deltas = tf.tidy(() =>
        tf.reshape(tf.stack(neurons.gradient(dy, saved.slice(2 * count))), outShape)
      ) as tf.Tensor5D
      return [
        ...savedXs.map((x, i) => conv3dInputGradient(deltas, savedWs[i]!, x.shape)),
        ...savedWs.map((w, i) => conv3dFilterGradient(savedXs[i]!, deltas, w.shape)),
        channelSum(deltas)
      ]
    }
    return { value: neurons.value, gradFunc }
  })
  return op(...sources, ...kernels, bias) as tf.Tensor5D
}

/**
 * The neurons alone, differentiable, on a current that is already there: one tensor [B, D, H, W, C] for a current that is constant
 * over time (the first layer: the image is convolved once and not once a timestep), or one a timestep.
 *
 * @returns spikes [T·B, D, H, W, C], time-major
 */
export function integrateAndFire(
  currents: tf.Tensor5D[],
  bias: tf.Tensor1D,
  options: SpikingLayerOptions
): tf.Tensor5D {
  const channels = bias.shape[0]
  const [batch, ...rest] = currents[0]!.shape
  const outShape = [options.timesteps * batch, ...rest] as tf.Tensor5D['shape']
  const op = tf.customGrad((...inputs) => {
    const save = inputs.at(-1) as tf.GradSaveFunc
    const tensors = inputs.slice(0, -1) as tf.Tensor[]
    const neurons = neuronOperation(
      tensors.slice(0, -1).map((current) => tf.reshape(current, [-1, channels])),
      tensors.at(-1) as tf.Tensor1D,
      outShape,
      options
    )
    save(neurons.saved)
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const deltas = neurons.gradient(dy, saved)
      const summed = tf.addN(deltas)
      const toCurrent = (delta: tf.Tensor): tf.Tensor => tf.reshape(delta, currents[0]!.shape)
      const currentGradients = currents.length === 1 ? [toCurrent(summed)] : deltas.map(toCurrent)
      return [...currentGradients, channelSum(summed)]
    }
    return { value: neurons.value, gradFunc }
  })
  return op(...currents, bias) as tf.Tensor5D
}
