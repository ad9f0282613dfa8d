import * as tf from '@tensorflow/tfjs-core'
import type { Triple } from '../../shared/geometry'
import type { StructureName } from '../../shared/labels'
import { diceScores } from '../metrics/overlap'
import { parameterValues, toTensors, type NamedTensors } from '../snn/parameters'
import { predictLogits } from '../snn/prediction'
import { argmaxChannels } from '../volume/resample'
import {
  augmentedSample,
  type AugmentationOptions,
  type TrainingCase,
  type TrainingSample
} from './augmentation'
import type { TrainableNetwork } from './network'
import { adamWStep, createAdamWState, type AdamWOptions, type AdamWState } from './optimiser'
import { createRandom, derivedSeed, shuffled } from './random'
import { learningRateAt } from './schedule'

export interface TrainingOptions {
  epochs: number
  batchSize: number
  /** Size of a training sample, [nx, ny, nz]. */
  patch: Triple
  learningRate: number
  warmUpEpochs: number
  finalRateFraction: number
  adamW: AdamWOptions
  /** Decay a step of the moving average of all parameters, which is what is validated and kept. */
  averageDecay: number
  /** Weight of a batch in the running statistics of batch normalisation. */
  statisticsMomentum: number
  augmentation: AugmentationOptions | null
  /** Validate after every so many epochs, and always after the last. */
  validateEvery: number
  seed: number
}

/** Everything that an interrupted run needs to go on as if it had not been: taken after each epoch. */
export interface TrainingState {
  epochsDone: number
  values: Float32Array
  average: Float32Array
  adamW: AdamWState
  best: { epoch: number; score: number; dice: DiceByStructure; values: Float32Array } | null
}

export type DiceByStructure = Record<StructureName, number>

export type TrainingEvent =
  | {
      type: 'step'
      epoch: number
      step: number
      steps: number
      loss: number
      learningRate: number
      gradientNorm: number
      seconds: number
    }
  | { type: 'validation'; epoch: number; dice: DiceByStructure; meanDice: number }
  | {
      type: 'epoch'
      epoch: number
      meanLoss: number
      seconds: number
      state: TrainingState
      tensors: number
    }

/**
 * The loop of all three stages. It yields after every step, validation and epoch, and can be stopped at any yield.
 *
 * Each epoch draws from seeds of its own, so a run resumed from the state after an epoch goes on exactly as the undisturbed one.
 *
 * The state that an epoch yields is the live one: copy or write it before going on.
 *
 * @param state where to go on; null to start
 * @returns the state after the last epoch; `best` holds the parameters (moving average) with the best mean validation Dice
 * @throws RangeError when the loss or a gradient is not finite, before that step changes anything
 */
export async function* train(
  network: TrainableNetwork,
  trainingCases: TrainingCase[],
  validationCases: TrainingCase[],
  options: TrainingOptions,
  state: TrainingState | null
): AsyncGenerator<TrainingEvent, TrainingState> {
  const { parameters } = network
  const stepsPerEpoch = Math.ceil(trainingCases.length / options.batchSize)
  const schedule = {
    learningRate: options.learningRate,
    warmUpSteps: Math.round(options.warmUpEpochs * stepsPerEpoch),
    totalSteps: options.epochs * stepsPerEpoch,
    finalFraction: options.finalRateFraction
  }
  const current: TrainingState = state ?? {
    epochsDone: 0,
    values: parameters.values,
    average: Float32Array.from(parameters.values),
    adamW: createAdamWState(parameters),
    best: null
  }
  parameters.values.set(current.values)
  current.values = parameters.values

  for (let epoch = current.epochsDone; epoch < options.epochs; epoch++) {
    const epochStart = performance.now()
    const order = shuffled(
      trainingCases.map((_, index) => index),
      createRandom(derivedSeed(options.seed, epoch))
    )
    let lossSum = 0
    for (let step = 0; step < stepsPerEpoch; step++) {
      const start = performance.now()
      const from = step * options.batchSize
      const batch = order.slice(from, from + options.batchSize)
      const samples = batch.map((index, position) =>
        augmentedSample(
          trainingCases[index]!,
          options.patch,
          createRandom(derivedSeed(options.seed, epoch, 1 + from + position)),
          options.augmentation
        )
      )
      const { loss, gradients, statistics } = await lossAndGradients(
        network,
        samples,
        options.patch
      )
      if (!Number.isFinite(loss)) throw new RangeError(`loss is ${loss} in epoch ${epoch + 1}`)
      const globalStep = epoch * stepsPerEpoch + step
      const learningRate = learningRateAt(schedule, globalStep)
      const gradientNorm = adamWStep(
        parameters,
        gradients,
        current.adamW,
        learningRate,
        options.adamW
      )
      for (const [name, batch] of statistics) {
        follow(parameterValues(parameters, name), batch, options.statisticsMomentum)
      }
      updateAverage(current.average, parameters.values, globalStep, options.averageDecay)
      lossSum += loss
      const seconds = (performance.now() - start) / 1000
      yield {
        type: 'step',
        epoch: epoch + 1,
        step: step + 1,
        steps: stepsPerEpoch,
        loss,
        learningRate,
        gradientNorm,
        seconds
      }
    }
    current.epochsDone = epoch + 1
    const last = epoch + 1 === options.epochs
    if (validationCases.length > 0 && (last || (epoch + 1) % options.validateEvery === 0)) {
      const dice = await validate(network, current.average, validationCases)
      const meanDice = (dice.anterior + dice.posterior + dice.whole) / 3
      if (!current.best || meanDice > current.best.score) {
        current.best = {
          epoch: epoch + 1,
          score: meanDice,
          dice,
          values: Float32Array.from(current.average)
        }
      }
      yield { type: 'validation', epoch: epoch + 1, dice, meanDice }
    }
    yield {
      type: 'epoch',
      epoch: epoch + 1,
      meanLoss: lossSum / stepsPerEpoch,
      seconds: (performance.now() - epochStart) / 1000,
      state: current,
      tensors: tf.memory().numTensors
    }
  }
  return current
}

/** The parameters to keep: the best on validation, or the moving average where nothing was validated. */
export function keptParameters(state: TrainingState): Float32Array {
  return state.best?.values ?? state.average
}

async function lossAndGradients(
  network: TrainableNetwork,
  samples: TrainingSample[],
  [nx, ny, nz]: Triple
): Promise<{
  loss: number
  gradients: Map<string, Float32Array>
  /** This batch's, by the parameter that follows them. */
  statistics: Map<string, Float32Array>
}> {
  const { parameters } = network
  const voxels = nx * ny * nz
  const images = new Float32Array(samples.length * voxels)
  const cleanImages = new Float32Array(samples.length * voxels)
  const labels = new Int32Array(samples.length * voxels)
  samples.forEach((sample, i) => {
    images.set(sample.image, i * voxels)
    cleanImages.set(sample.clean, i * voxels)
    labels.set(sample.labels, i * voxels)
  })
  const tensors = toTensors(parameters)
  const trained = parameters.entries.filter((entry) => entry.role !== 'statistic')
  const seen: { name: string; tensor: tf.Tensor1D }[] = []
  const { value, grads } = tf.tidy(() => {
    const shape: [number, number, number, number, number] = [samples.length, nz, ny, nx, 1]
    const image = tf.tensor(images, shape, 'float32') as tf.Tensor5D
    const clean = tf.tensor(cleanImages, shape, 'float32') as tf.Tensor5D
    const target = tf.oneHot(tf.tensor1d(labels, 'int32'), network.classes) as tf.Tensor2D
    const floatTarget = tf.cast(target, 'float32') as tf.Tensor2D
    const lossOf = (...inputs: tf.Tensor[]): tf.Scalar => {
      const named: NamedTensors = { ...tensors }
      trained.forEach((entry, i) => (named[entry.name] = inputs[i]!))
      return network.loss(named, image, floatTarget, {
        clean,
        onStatistics: (layer, { mean, variance }) =>
          seen.push(
            { name: `${layer}.mean`, tensor: mean },
            { name: `${layer}.variance`, tensor: variance }
          )
      })
    }
    return tf.valueAndGrads(lossOf)(trained.map((entry) => tensors[entry.name]!))
  })
  try {
    const gradients = new Map<string, Float32Array>()
    for (const [i, entry] of trained.entries()) {
      gradients.set(entry.name, (await grads[i]!.data()) as Float32Array)
    }
    const statistics = new Map<string, Float32Array>()
    for (const { name, tensor } of seen) {
      statistics.set(name, (await tensor.data()) as Float32Array)
    }
    return { loss: (await value.data())[0]!, gradients, statistics }
  } finally {
    tf.dispose([value, ...grads, ...Object.values(tensors)])
    tf.dispose(seen.map(({ tensor }) => tensor))
  }
}

function follow(running: Float32Array, batch: ArrayLike<number>, momentum: number): void {
  for (let i = 0; i < running.length; i++)
    running[i] = running[i]! + momentum * (batch[i]! - running[i]!)
}

/** Exponential moving average with a short memory at first, so that the random start is soon forgotten. */
function updateAverage(
  average: Float32Array,
  values: Float32Array,
  step: number,
  decay: number
): void {
  const keep = Math.min(decay, (1 + step) / (10 + step))
  for (let i = 0; i < average.length; i++) average[i] = keep * average[i]! + (1 - keep) * values[i]!
}

/** Mean Dice of each structure over the cases. */
export async function validate(
  network: TrainableNetwork,
  values: Float32Array,
  cases: TrainingCase[]
): Promise<DiceByStructure> {
  const tensors = toTensors(network.parameters, values)
  const sum: DiceByStructure = { anterior: 0, posterior: 0, whole: 0 }
  try {
    for (const { image, labels, size } of cases) {
      const { logits, classes } = await predictLogits(
        { image, size },
        network.padMultiple,
        (input) => network.predict(tensors, input)
      )
      const dice = diceScores(argmaxChannels(logits, classes), labels)
      for (const structure of Object.keys(sum) as StructureName[]) {
        sum[structure] += dice[structure] / cases.length
      }
    }
  } finally {
    tf.dispose(tensors)
  }
  return sum
}
