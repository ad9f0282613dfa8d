import type * as tf from '@tensorflow/tfjs-core'
import type { BatchStatistics } from '../snn/ann-layer'
import type { NamedTensors, ParameterSet } from '../snn/parameters'
import type { SpikeCounter } from '../snn/spike-counter'
import type { BatchTarget } from './losses'

/** What comes and goes beside a batch and its loss. */
export interface StepContext {
  /** [B, D, H, W, 1]: the batch before it was made coarse and noisy. What a teacher looks at. */
  clean: tf.Tensor5D
  /** Gets what a forward pass learns about its batch. */
  onStatistics: (layer: string, statistics: BatchStatistics) => void
}

/** What the training loop needs to know of a network: the three stages differ in this alone. */
export interface TrainableNetwork {
  parameters: ParameterSet
  /**
   * The loss of one batch, differentiable by the tensors.
   *
   * @param image [B, D, H, W, 1]
   */
  loss(
    tensors: NamedTensors,
    image: tf.Tensor5D,
    target: BatchTarget,
    context: StepContext
  ): tf.Scalar
  /**
   * Logits [B, D, H, W, K] at inference.
   *
   * @param counter counts the spikes
   */
  predict(tensors: NamedTensors, image: tf.Tensor5D, counter?: SpikeCounter): tf.Tensor5D
  /** Null for a network that does not spike. */
  spikeCounter(): SpikeCounter | null
  classes: number
  /** Sizes of the input must be multiples of this. */
  padMultiple: number
}
