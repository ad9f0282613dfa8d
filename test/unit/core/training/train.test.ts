import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { parameterValues, toTensors, type ParameterSet } from '../../../../src/core/snn/parameters'
import { annForward } from '../../../../src/core/snn/unet-ann'
import { annNetwork } from '../../../../src/core/training/ann-network'
import type { TrainableNetwork } from '../../../../src/core/training/network'
import {
  AUGMENTATION_DEFAULTS,
  type TrainingCase
} from '../../../../src/core/training/augmentation'
import { ADAMW_DEFAULTS } from '../../../../src/core/training/optimiser'
import { NO_PENALTIES, snnNetwork } from '../../../../src/core/training/snn-network'
import {
  DivergenceError,
  keptParameters,
  train,
  validate,
  type TrainingEvent,
  type TrainingOptions,
  type TrainingState
} from '../../../../src/core/training/train'
import { maxDifference, useCpuBackend } from '../../../fixtures/cpu-backend'
import { tinyCase } from '../../../fixtures/tiny-case'
import { tinySpikingParameters } from '../../../fixtures/tiny-model'
import { randomParameters, tinyArchitecture } from '../../../fixtures/tiny-network'

beforeAll(useCpuBackend)
// Some twenty training steps a test, in plain JavaScript.
vi.setConfig({ testTimeout: 120_000 })

const ARCHITECTURE = tinyArchitecture({ batchNorm: true })
const OPTIONS: TrainingOptions = {
  epochs: 3,
  batchSize: 2,
  patch: [8, 8, 8],
  learningRate: 0.02,
  warmUpEpochs: 0.5,
  finalRateFraction: 0.1,
  adamW: ADAMW_DEFAULTS,
  averageDecay: 0.9,
  statisticsMomentum: 0.1,
  augmentation: AUGMENTATION_DEFAULTS,
  stepsPerEpoch: null,
  rehearsalShare: 0.5,
  validateEvery: 1,
  seed: 7
}
const CASES = [1, 2, 3].map((seed) => tinyCase(8, seed))
const VALIDATION = [tinyCase(8, 9)]

const ann = (): TrainableNetwork =>
  annNetwork(ARCHITECTURE, randomParameters(ARCHITECTURE, 1), 'dice+cross-entropy', 2)

const snn = (): TrainableNetwork =>
  snnNetwork(tinyArchitecture(), tinySpikingParameters(1), {
    neuron: { mode: 'binary', initialPotential: 0.5, surrogate: 'triangle' },
    timesteps: 2,
    loss: 'dice+cross-entropy',
    teacher: null,
    penalties: NO_PENALTIES,
    padMultiple: 2
  })

/** What a checkpoint would hold. */
function copied(state: TrainingState): TrainingState {
  return structuredClone(state)
}

interface Run {
  events: TrainingEvent[]
  state: TrainingState
}

async function run(
  network: TrainableNetwork,
  options: TrainingOptions,
  state: TrainingState | null = null,
  { cases = CASES, validation = VALIDATION, stopAfter = Infinity, stopAtStep = Infinity } = {}
): Promise<Run> {
  const events: TrainingEvent[] = []
  const generator = train(network, cases, validation, options, state)
  for (;;) {
    const next = await generator.next()
    if (next.done) return { events, state: next.value }
    events.push(next.value)
    if (next.value.type === 'validation') continue
    const steps = events.filter(({ type }) => type === 'step').length
    if (next.value.type === 'epoch' ? next.value.epoch === stopAfter : steps === stopAtStep) {
      const kept = copied(next.value.state)
      await generator.return(next.value.state)
      return { events, state: kept }
    }
  }
}

const losses = ({ events }: Run): number[] =>
  events.flatMap((event) => (event.type === 'epoch' ? [event.meanLoss] : []))

describe('train', () => {
  it.each([
    ['an ANN', ann],
    ['an SNN', snn]
  ])('lowers the loss of %s', async (_, network) => {
    const outcome = await run(network(), { ...OPTIONS, epochs: 12, augmentation: null }, null, {
      validation: []
    })
    const all = losses(outcome)
    expect(all).toHaveLength(12)
    expect(all.at(-1)!).toBeLessThan(0.7 * all[0]!)
  })

  it.each([
    ['an ANN', ann],
    ['an SNN', snn]
  ])(
    'ends with the same weights of %s, stopped after an epoch and resumed or not',
    async (_, network) => {
      const undisturbed = await run(network(), OPTIONS)
      const { state } = await run(network(), OPTIONS, null, { stopAfter: 1 })
      expect(state.epochsDone).toBe(1)
      const resumed = await run(network(), OPTIONS, copied(state))
      expect(resumed.state).toEqual(undisturbed.state)
      expect(losses(resumed)).toEqual(losses(undisturbed).slice(1))
      expect(maxDifference(state.values, undisturbed.state.values)).toBeGreaterThan(1e-4)
    }
  )

  it.each([1, 2, 3])(
    'ends with the same weights, stopped after %s steps, in or at the end of an epoch before it is validated',
    async (steps) => {
      const undisturbed = await run(ann(), OPTIONS)
      const { state } = await run(ann(), OPTIONS, null, { stopAtStep: steps })
      expect([state.epochsDone, state.stepsDone]).toEqual([
        steps < 3 ? 0 : 1,
        steps < 3 ? steps : 1
      ])
      const resumed = await run(ann(), OPTIONS, copied(state))
      expect(resumed.state).toEqual(undisturbed.state)
      expect(losses(resumed)).toEqual(losses(undisturbed).slice(state.epochsDone))
    }
  )

  it('trains the same again with the seed, and something else with another', async () => {
    const [one, two, other] = await Promise.all([
      run(ann(), { ...OPTIONS, epochs: 1 }),
      run(ann(), { ...OPTIONS, epochs: 1 }),
      run(ann(), { ...OPTIONS, epochs: 1, seed: 8 })
    ])
    expect(two.state).toEqual(one.state)
    expect(maxDifference(other.state.values, one.state.values)).toBeGreaterThan(1e-4)
  })

  it('counts steps and epochs, the last batch short, with the scheduled rates', async () => {
    const { events } = await run(ann(), { ...OPTIONS, epochs: 2, validateEvery: 5 })
    expect(events.map(({ type, epoch }) => `${type} ${epoch}`)).toEqual([
      'step 1',
      'step 1',
      'epoch 1',
      'step 2',
      'step 2',
      'validation 2',
      'epoch 2'
    ])
    const steps = events.filter((event) => event.type === 'step')
    expect(steps.map(({ step, steps: of }) => [step, of])).toEqual([
      [1, 2],
      [2, 2],
      [1, 2],
      [2, 2]
    ])
    // Warm-up over one step, then a cosine over three.
    expect(steps[0]!.learningRate).toBeCloseTo(0.02, 12)
    expect(steps[2]!.learningRate).toBeCloseTo(
      0.02 * (0.1 + 0.45 * (1 + Math.cos(Math.PI / 3))),
      12
    )
  })

  it('keeps the parameters of the best validation, or the average where there is none', async () => {
    const { state, events } = await run(ann(), OPTIONS)
    const scores = events.flatMap((event) => (event.type === 'validation' ? [event] : []))
    const best = scores.reduce((a, b) => (b.meanDice > a.meanDice ? b : a))
    expect(state.best).toMatchObject({ epoch: best.epoch, score: best.meanDice, dice: best.dice })
    expect(keptParameters(state)).toBe(state.best!.values)
    const network = ann()
    expect((await validate(network, state.best!.values, VALIDATION)).dice).toEqual(best.dice)
    const without = await run(ann(), { ...OPTIONS, epochs: 1 }, null, { validation: [] })
    expect(without.state.best).toBeNull()
    expect(keptParameters(without.state)).toBe(without.state.average)
  })

  it('averages the parameters with a short memory at first', async () => {
    const start = ann().parameters.values
    const single = [CASES[0]!]
    const { state } = await run(ann(), { ...OPTIONS, epochs: 1 }, null, { cases: single })
    // min(0.9, 1/10) at the first step.
    const expected = start.map((value, i) => 0.1 * value + 0.9 * state.values[i]!)
    expect(maxDifference(state.values, start)).toBeGreaterThan(1e-3)
    expect(maxDifference(state.average, expected)).toBeLessThan(1e-6)
  })

  it('lets the running statistics follow those of the batch', async () => {
    const network = ann()
    const single = [CASES[0]!]
    const options = { ...OPTIONS, epochs: 1, augmentation: null, statisticsMomentum: 0.25 }
    const before: ParameterSet = {
      ...network.parameters,
      values: Float32Array.from(network.parameters.values)
    }
    await run(network, options, null, { cases: single, validation: [] })
    const image = tf.tensor(single[0]!.image, [1, 8, 8, 8, 1]) as tf.Tensor5D
    annForward(ARCHITECTURE, toTensors(before), image, {
      training: {
        onStatistics: (layer, statistics) => {
          for (const what of ['mean', 'variance'] as const) {
            const name = `${layer}.${what}`
            const batch = statistics[what].dataSync()
            const expected = parameterValues(before, name).map(
              (x, c) => 0.75 * x + 0.25 * batch[c]!
            )
            expect(maxDifference(parameterValues(network.parameters, name), expected)).toBeLessThan(
              1e-5
            )
          }
        }
      }
    })
  })

  it.each([
    ['an ANN', ann],
    ['an SNN', snn]
  ])('stops %s at a case with NaN, and spoils no parameter with it', async (_, network) => {
    const bad: TrainingCase = { ...tinyCase(8, 4), id: 'bad' }
    bad.image = Float32Array.from(bad.image).fill(NaN)
    const trained = network()
    const options = { ...OPTIONS, batchSize: 1, augmentation: null }
    const stopped = run(trained, options, null, { cases: [CASES[0]!, bad] })
    await expect(stopped).rejects.toThrow(DivergenceError)
    await expect(stopped).rejects.toThrow(
      /is NaN in epoch 1, step [12], at a learning rate of 0\.\d+/
    )
    expect(trained.parameters.values.every(Number.isFinite)).toBe(true)
  })

  it.each([
    ['an ANN', ann],
    ['an SNN', snn]
  ])('holds as many tensors after each step of %s as after the first', async (_, network) => {
    const before = tf.memory().numTensors
    const trained = network()
    const counts: number[] = []
    for await (const event of train(trained, CASES, VALIDATION, OPTIONS, null)) {
      counts.push(event.type === 'epoch' ? event.tensors : tf.memory().numTensors)
    }
    expect(counts).toHaveLength(12)
    expect(new Set(counts)).toEqual(new Set([before]))
  })
})
