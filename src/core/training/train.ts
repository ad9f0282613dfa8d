import * as tf from '@tensorflow/tfjs-core'
import type { Triple } from '../../shared/geometry'
import type { VerdictDice } from '../../shared/training'
import { firingRates, summedActivity, type LayerActivity } from '../metrics/operations'
import { parameterValues, toTensors, type NamedTensors } from '../snn/parameters'
import { predictLogits } from '../snn/prediction'
import { argmaxChannels } from '../volume/resample'
import {
  augmentedSample,
  type AugmentationOptions,
  type TrainingCase,
  type TrainingSample
} from './augmentation'
import { leakCheck } from './leak-check'
import type { BatchTarget } from './losses'
import type { TrainableNetwork } from './network'
import { adamWStep, createAdamWState, type AdamWOptions, type AdamWState } from './optimiser'
import { averagedDice, overallDice, partialDice } from './partial-dice'
import { createRandom, derivedSeed } from './random'
import { epochSamples, stepsPerEpoch } from './sample-plan'
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
  /** Null for every case once an epoch. */
  stepsPerEpoch: number | null
  /** Share of the samples that comes from the rehearsal cases, where there are any. */
  rehearsalShare: number
  /** Validate after every so many epochs, and always after the last. */
  validateEvery: number
  seed: number
}

/** Everything that an interrupted run needs to go on as if it had not been. */
export interface TrainingState {
  epochsDone: number
  /** Of the epoch after those; all of them until it has been validated. */
  stepsDone: number
  /** Over those steps. */
  lossSum: number
  values: Float32Array
  average: Float32Array
  adamW: AdamWState
  best: { epoch: number; score: number; dice: VerdictDice; values: Float32Array } | null
}

/** What a validation tells. */
export interface Validation {
  /** Means over the cases. */
  dice: VerdictDice
  /** Spikes per neuron and timestep, by layer; null for an ANN. */
  firingRate: Record<string, number> | null
  /** What the network makes of the first case: its labels on the case's grid. */
  example: { case: TrainingCase; mask: Uint8Array }
}

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
      state: TrainingState
    }
  | ({ type: 'validation'; epoch: number; meanDice: number } & Validation)
  | {
      type: 'epoch'
      epoch: number
      meanLoss: number
      seconds: number
      state: TrainingState
      tensors: number
    }

/** The loss or a gradient that is not finite, before that step has changed anything. */
export class DivergenceError extends RangeError {
  override readonly name = 'DivergenceError'

  constructor(
    /** What is not finite: `loss is NaN`. */
    readonly what: string,
    readonly epoch: number,
    readonly step: number,
    readonly learningRate: number
  ) {
    super(`${what} in epoch ${epoch}, step ${step}, at a learning rate of ${learningRate}`)
  }
}

/**
 * The loop of all three stages. It yields after every step, validation and epoch, and can be stopped at any yield.
 *
 * Each step draws from seeds of its own, so a run resumed from the state after a step or an epoch goes on exactly as the undisturbed one.
 *
 * The state that a step or an epoch yields is the live one: copy or write it before going on.
 *
 * @param state where to go on; null to start
 * @param rehearsalCases mixed in with those that are trained on, against forgetting
 * @returns the state after the last epoch; `best` holds the parameters (moving average) with the best mean validation Dice
 * @throws DivergenceError when the loss or a gradient is not finite, before that step changes anything
 * @throws Error when a step leaves tensors behind
 */
export async function* train(
  network: TrainableNetwork,
  trainingCases: TrainingCase[],
  validationCases: TrainingCase[],
  options: TrainingOptions,
  state: TrainingState | null,
  rehearsalCases: TrainingCase[] = []
): AsyncGenerator<TrainingEvent, TrainingState> {
  const { parameters } = network
  const shown = [...trainingCases, ...rehearsalCases]
  const counts = { training: trainingCases.length, rehearsal: rehearsalCases.length }
  const steps = stepsPerEpoch(options, counts)
  const checkLeaks = leakCheck()
  const schedule = {
    learningRate: options.learningRate,
    warmUpSteps: Math.round(options.warmUpEpochs * steps),
    totalSteps: options.epochs * steps,
    finalFraction: options.finalRateFraction
  }
  const current: TrainingState = state ?? {
    epochsDone: 0,
    stepsDone: 0,
    lossSum: 0,
    values: parameters.values,
    average: Float32Array.from(parameters.values),
    adamW: createAdamWState(parameters),
    best: null
  }
  parameters.values.set(current.values)
  current.values = parameters.values

  for (let epoch = current.epochsDone; epoch < options.epochs; epoch++) {
    const epochStart = performance.now()
    const order = epochSamples(options, counts, epoch)
    for (let step = current.stepsDone; step < steps; step++) {
      const start = performance.now()
      const from = step * options.batchSize
      const batch = order.slice(from, from + options.batchSize)
      const samples = batch.map((index, position) =>
        augmentedSample(
          shown[index]!,
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
      const globalStep = epoch * steps + step
      const learningRate = learningRateAt(schedule, globalStep)
      const diverged = (what: string): DivergenceError =>
        new DivergenceError(what, epoch + 1, step + 1, learningRate)
      if (!Number.isFinite(loss)) throw diverged(`loss is ${loss}`)
      const gradientNorm = checked(
        () => adamWStep(parameters, gradients, current.adamW, learningRate, options.adamW),
        diverged
      )
      for (const [name, batch] of statistics) {
        follow(parameterValues(parameters, name), batch, options.statisticsMomentum)
      }
      updateAverage(current.average, parameters.values, globalStep, options.averageDecay)
      current.stepsDone = step + 1
      current.lossSum += loss
      checkLeaks()
      const seconds = (performance.now() - start) / 1000
      yield {
        type: 'step',
        epoch: epoch + 1,
        step: step + 1,
        steps,
        loss,
        learningRate,
        gradientNorm,
        seconds,
        state: current
      }
    }
    const last = epoch + 1 === options.epochs
    if (validationCases.length > 0 && (last || (epoch + 1) % options.validateEvery === 0)) {
      const validation = await validate(network, current.average, validationCases)
      const { dice } = validation
      const meanDice = overallDice(dice)
      if (!current.best || meanDice > current.best.score) {
        current.best = {
          epoch: epoch + 1,
          score: meanDice,
          dice,
          values: Float32Array.from(current.average)
        }
      }
      yield { type: 'validation', epoch: epoch + 1, meanDice, ...validation }
    }
    const meanLoss = current.lossSum / steps
    Object.assign(current, { epochsDone: epoch + 1, stepsDone: 0, lossSum: 0 })
    yield {
      type: 'epoch',
      epoch: epoch + 1,
      meanLoss,
      seconds: (performance.now() - epochStart) / 1000,
      state: current,
      tensors: tf.memory().numTensors
    }
  }
  return current
}

/** What `compute` gives; a number that it refuses as not finite, as the error of the step. */
function checked(compute: () => number, diverged: (what: string) => DivergenceError): number {
  try {
    return compute()
  } catch (cause) {
    throw cause instanceof RangeError ? diverged(cause.message) : cause
  }
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
    const target: BatchTarget = {
      labels: tf.tensor1d(labels, 'int32'),
      wholeOnly: samples.map(({ wholeOnly }) => wholeOnly)
    }
    const lossOf = (...inputs: tf.Tensor[]): tf.Scalar => {
      const named: NamedTensors = { ...tensors }
      trained.forEach((entry, i) => (named[entry.name] = inputs[i]!))
      return network.loss(named, image, target, {
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

/**
 * Runs the network on every case.
 *
 * @param values the parameters to validate
 * @param cases one at least
 */
export async function validate(
  network: TrainableNetwork,
  values: Float32Array,
  cases: readonly TrainingCase[]
): Promise<Validation> {
  const tensors = toTensors(network.parameters, values)
  const counter = network.spikeCounter()
  const dice: VerdictDice[] = []
  const activities: LayerActivity[][] = []
  let example: Validation['example'] | null = null
  try {
    for (const one of cases) {
      const { logits, classes } = await predictLogits(one, network.padMultiple, (input) =>
        network.predict(tensors, input, counter ?? undefined)
      )
      if (counter) activities.push(await counter.take())
      const mask = argmaxChannels(logits, classes)
      example ??= { case: one, mask }
      dice.push(partialDice(mask, one.labels))
    }
  } finally {
    tf.dispose(tensors)
  }
  return {
    dice: averagedDice(dice),
    firingRate: counter && firingRates(summedActivity(activities)),
    example: example!
  }
}
