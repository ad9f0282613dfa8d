import * as tf from '@tensorflow/tfjs-core'
import type { SpikeMode } from '../../shared/model'
import { surrogateDerivative, type Surrogate } from './surrogate'

/**
 * An integrate-and-fire neuron without leak, in units of its threshold (u = v/θ, so the threshold is 1 and the current is
 * divided by θ before it arrives):
 *
 *     u[t] = u⁺[t−1] + I[t]/θ        integrate
 *     s[t] = fire(u[t], n[t−1])      fire
 *     u⁺[t] = u[t] − s[t]            soft reset: subtract the threshold, keep the rest
 *     n[t] = n[t−1] + s[t]           net spike count (ternary with memory only)
 *
 * fire is, by mode,
 * - binary:          1 if u ≥ 1, else 0
 * - ternary:         1 if u ≥ 1, −1 if u ≤ −1, else 0
 * - ternary-memory:  1 if u ≥ 1, −1 if u < 0 and n > 0, else 0: a negative spike only takes back an earlier positive one,
 *   so that the net count stays what a ReLU allows (never below 0).
 */
export interface NeuronParameters {
  mode: SpikeMode
  /** u⁺[0], as a fraction of the threshold. */
  initialPotential: number
  surrogate: Surrogate
}

/** Tensors of one shape: the potential after the reset, and the net spike count where the mode has a memory. */
export interface NeuronState {
  potential: tf.Tensor
  netCount: tf.Tensor | null
}

export interface NeuronStep {
  /** s[t], of {0, 1} or {−1, 0, 1}. */
  spikes: tf.Tensor
  /** u[t], before the reset: what the surrogate gradient needs. */
  potential: tf.Tensor
  /** Where n[t−1] > 0 (bool), null without a memory. */
  canTakeBack: tf.Tensor | null
  state: NeuronState
}

/** Fires from the potential u[t], and resets. `last` leaves the state out, which nobody reads after the last step. */
export function fire(
  parameters: NeuronParameters,
  potential: tf.Tensor,
  netCount: tf.Tensor | null
): Omit<NeuronStep, 'state' | 'potential'> {
  const positive = tf.greaterEqual(potential, 1)
  switch (parameters.mode) {
    case 'binary':
      return { spikes: tf.cast(positive, 'float32'), canTakeBack: null }
    case 'ternary': {
      const negative = tf.lessEqual(potential, -1)
      return {
        spikes: tf.sub(tf.cast(positive, 'float32'), tf.cast(negative, 'float32')),
        canTakeBack: null
      }
    }
    case 'ternary-memory': {
      const up = tf.cast(positive, 'float32')
      if (netCount === null) return { spikes: up, canTakeBack: null }
      const canTakeBack = tf.greater(netCount, 0)
      const negative = tf.logicalAnd(tf.less(potential, 0), canTakeBack)
      return { spikes: tf.sub(up, tf.cast(negative, 'float32')), canTakeBack }
    }
  }
}

/**
 * One timestep. Pure: the state that comes in is not changed.
 *
 * @param current I[t]/θ; any shape, the state's own
 * @param state null before the first step
 */
export function step(
  parameters: NeuronParameters,
  current: tf.Tensor,
  state: NeuronState | null
): NeuronStep {
  const before = state ? state.potential : tf.scalar(parameters.initialPotential)
  const potential = tf.add(before, current)
  const { spikes, canTakeBack } = fire(parameters, potential, state?.netCount ?? null)
  const remembers = parameters.mode === 'ternary-memory'
  return {
    spikes,
    potential,
    canTakeBack,
    state: {
      potential: tf.sub(potential, spikes),
      netCount: !remembers ? null : state?.netCount ? tf.add(state.netCount, spikes) : spikes
    }
  }
}

/** ∂s[t]/∂u[t] by surrogate: one bump at each potential where the neuron's output changes. */
export function spikeDerivative(
  parameters: NeuronParameters,
  { potential, canTakeBack }: Pick<NeuronStep, 'potential' | 'canTakeBack'>
): tf.Tensor {
  const { surrogate, mode } = parameters
  return tf.tidy(() => {
    const up = surrogateDerivative(surrogate, tf.sub(potential, 1))
    if (mode === 'ternary') {
      return tf.add(up, surrogateDerivative(surrogate, tf.add(potential, 1)))
    }
    if (mode === 'ternary-memory' && canTakeBack !== null) {
      const down = surrogateDerivative(surrogate, potential)
      return tf.add(up, tf.mul(down, tf.cast(canTakeBack, 'float32')))
    }
    return up
  })
}
