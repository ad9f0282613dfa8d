import { beforeAll, describe, expect, it } from 'vitest'
import { storedTensors, variantOf } from '../../../../../src/core/snn/model-parameters'
import { openPredictor } from '../../../../../src/main/engine/inference/open'
import type { Inference, Predictor } from '../../../../../src/main/engine/inference/predictor'
import type { JobContext } from '../../../../../src/main/engine/jobs/job'
import type { ForcedRuntime } from '../../../../../src/main/engine/runtimes/forced'
import type { HippospikeError } from '../../../../../src/shared/errors'
import type { InferenceOptions } from '../../../../../src/shared/jobs'
import type { Model, SpikeMode } from '../../../../../src/shared/model'
import type { Runtime } from '../../../../../src/shared/runtime'
import { maxDifference, useCpuBackend, waves } from '../../../../fixtures/cpu-backend'
import { failureOf } from '../../../../fixtures/failure'
import { INFERENCE_DEFAULTS } from '../../../../fixtures/inference'
import { manifestHead, modelOf, tinySpikingParameters } from '../../../../fixtures/tiny-model'
import { randomParameters, tinyArchitecture } from '../../../../fixtures/tiny-network'

beforeAll(useCpuBackend)

function spikingModel(channels: number[], mode: SpikeMode = 'binary'): Model {
  const architecture = tinyArchitecture({ channels })
  const parameters = tinySpikingParameters(1, { architecture })
  const spiking = {
    mode,
    defaultTimesteps: 4,
    initialPotential: 0.5,
    variants: [variantOf(parameters, 4, '')]
  }
  return modelOf(manifestHead(architecture, spiking), storedTensors(parameters, true))
}

function annModel(): Model {
  const architecture = tinyArchitecture({ channels: [16, 16] })
  const tensors = storedTensors(randomParameters(architecture, 1), false)
  return modelOf(manifestHead(architecture, null), tensors)
}

/** A job's view of its host, and whether TensorFlow was asked for. */
function context(forced: Runtime | null): {
  context: Pick<JobContext, 'forced' | 'denseRuntime'>
  loads: () => number
} {
  let loads = 0
  const said: ForcedRuntime | null = forced && { runtime: forced, source: `--runtime ${forced}` }
  return {
    loads: () => loads,
    context: {
      forced: said,
      denseRuntime: () => {
        loads++
        return Promise.resolve({ runtime: 'wasm', version: '1', device: 'd', memoryBytes: null })
      }
    }
  }
}

/** Opens a predictor, does something with it, and closes it. */
async function withPredictor<T>(
  model: Model,
  use: (predictor: Predictor, loads: number) => T | Promise<T>,
  { forced = null, ...options }: Partial<InferenceOptions> & { forced?: Runtime | null } = {}
): Promise<T> {
  const host = context(forced)
  const predictor = await openPredictor(model, { ...INFERENCE_DEFAULTS, ...options }, host.context)
  try {
    return await use(predictor, host.loads())
  } finally {
    await predictor.dispose()
  }
}

const size: [number, number, number] = [9, 7, 6]
const input = { size, image: waves(9 * 7 * 6, 3, 1.5) }
const infer = (predictor: Predictor): Promise<Inference> =>
  predictor.infer(input, { recordSpikes: true })

describe('a spiking model', () => {
  it('runs on event, without TensorFlow', async () => {
    await withPredictor(spikingModel([16, 16]), (predictor, loads) => {
      expect(predictor).toMatchObject({ timesteps: 4, warnings: [] })
      expect(predictor.runtime).toMatchObject({ runtime: 'event' })
      expect(predictor.event).toMatchObject({ precision: 'float32', earlyExit: null })
      expect(loads).toBe(0)
    })
  })

  it('runs on event with the settings that were asked for, and names them', async () => {
    await withPredictor(
      spikingModel([16, 16]),
      ({ event, runtime, timesteps, warnings }) => {
        expect(timesteps).toBe(3)
        expect(event).toEqual({ precision: 'float32', threads: 1, earlyExit: 0.5 })
        expect(runtime.device).toMatch(/\(1 thread\)$/)
        expect(warnings).toEqual([expect.stringMatching(/tuned for T=4; T=3/)])
      },
      { timesteps: 3, precision: 'float32', threads: 1, earlyExit: 0.5, forced: 'event' }
    )
  })

  it.each(['native', 'wasm'] as const)('runs on %s where that is forced', async (forced) => {
    await withPredictor(
      spikingModel([16, 16]),
      ({ event, timesteps }, loads) => {
        expect({ event, timesteps }).toEqual({ event: null, timesteps: 4 })
        expect(loads).toBe(1)
      },
      { forced }
    )
  })

  it.each(['binary', 'ternary', 'ternary-memory'] as const)(
    'gives the same on both, spikes too: %s',
    async (mode) => {
      const model = spikingModel([16, 16], mode)
      const event = await withPredictor(model, infer, { threads: 1 })
      const dense = await withPredictor(model, infer, { forced: 'wasm' })
      expect(event.activity).toEqual(dense.activity)
      expect(event.spikes!.map(({ layer }) => layer)).toEqual(
        dense.spikes!.map(({ layer }) => layer)
      )
      for (const [i, { level, size: grid, counts }] of event.spikes!.entries()) {
        expect({ level, grid }).toEqual({
          level: dense.spikes![i]!.level,
          grid: dense.spikes![i]!.size
        })
        expect([...counts]).toEqual([...dense.spikes![i]!.counts])
      }
      expect(event.steps).toHaveLength(4)
      for (const [t, step] of event.steps!.entries()) expectClose(step, dense.steps![t]!)
      expectClose(event.logits, dense.logits)
      expect(event).toMatchObject({
        classes: dense.classes,
        paddedVoxels: dense.paddedVoxels,
        paddedSize: dense.paddedSize,
        paddedOffset: dense.paddedOffset,
        timestepsRun: 4
      })
      expect(event.accumulates).toBeGreaterThan(0)
      expect(dense.accumulates).toBeNull()
    }
  )

  it('stops early where it may', async () => {
    const run = await withPredictor(spikingModel([16, 16]), infer, {
      earlyExit: 1,
      timesteps: 8,
      threads: 1
    })
    expect(run.timestepsRun).toBe(2)
    expect(run.steps).toHaveLength(2)
    expect(run.spikes![0]!.counts).toHaveLength(2 * run.paddedVoxels)
  })

  it('does not go on once it is cancelled', async () => {
    const cancelled = (predictor: Predictor): Promise<HippospikeError> =>
      failureOf(() => predictor.infer(input, { signal: AbortSignal.abort() }))
    const error = await withPredictor(spikingModel([16, 16]), cancelled, { threads: 1 })
    expect(error.kind).toBe('cancelled')
  })
})

describe('a spiking model that the kernel cannot run', () => {
  const model = spikingModel([3, 4])

  it('runs on a dense runtime, with a warning that names the layer', async () => {
    await withPredictor(model, async (predictor, loads) => {
      expect(loads).toBe(1)
      expect(predictor.event).toBeNull()
      expect(predictor.warnings).toEqual([
        expect.stringMatching(/model tiny.*layer enc0\.conv1: .*runs on wasm instead/)
      ])
      expect((await infer(predictor)).timestepsRun).toBe(4)
    })
  })

  it('is refused where event is forced', async () => {
    const error = await failureOf(() =>
      openPredictor(model, INFERENCE_DEFAULTS, context('event').context)
    )
    expect(error.kind).toBe('usage')
    expect(error.message).toMatch(/^--runtime event: .*layer enc0\.conv1/)
  })

  it('is refused where options of event are given', async () => {
    const error = await failureOf(() =>
      openPredictor(model, { ...INFERENCE_DEFAULTS, earlyExit: 0 }, context(null).context)
    )
    expect(error.kind).toBe('usage')
    expect(error.message).toMatch(/^--early-exit: .*layer enc0\.conv1/)
  })
})

describe('an ANN', () => {
  it('runs on a dense runtime', async () => {
    await withPredictor(annModel(), async (predictor, loads) => {
      expect(loads).toBe(1)
      expect(predictor).toMatchObject({ timesteps: null, event: null, warnings: [] })
      expect(await infer(predictor)).toMatchObject({ timestepsRun: null, accumulates: null })
    })
  })

  it('is refused where event is forced', async () => {
    const host = context('event')
    const error = await failureOf(() => openPredictor(annModel(), INFERENCE_DEFAULTS, host.context))
    expect(error.kind).toBe('usage')
    expect(error.message).toBe(
      '--runtime event: event infers spiking models only; model tiny is an ANN'
    )
    expect(host.loads()).toBe(0)
  })

  it('is refused with timesteps', async () => {
    const error = await failureOf(() =>
      openPredictor(annModel(), { ...INFERENCE_DEFAULTS, timesteps: 2 }, context(null).context)
    )
    expect(error.kind).toBe('usage')
  })
})

describe('options of event', () => {
  it.each<[string, Partial<InferenceOptions>, RegExp]>([
    ['a precision', { precision: 'float32' }, /^--precision: only the event runtime/],
    ['an early exit', { earlyExit: 0 }, /^--early-exit: only/],
    ['threads', { threads: 2 }, /^--threads: only/],
    ['all of them', { precision: 'int16', earlyExit: 0, threads: 2 }, /^--precision, --early-exit/]
  ])('are refused on another runtime: %s', async (_name, options, expected) => {
    const open = (model: Model, forced: Runtime | null) => async (): Promise<unknown> =>
      openPredictor(model, { ...INFERENCE_DEFAULTS, ...options }, context(forced).context)
    for (const [error, why] of [
      [await failureOf(open(annModel(), null)), /model tiny is an ANN$/],
      [await failureOf(open(spikingModel([16, 16]), 'wasm')), /--runtime wasm is another$/]
    ] as const) {
      expect(error.kind).toBe('usage')
      expect(error.message).toMatch(expected)
      expect(error.message).toMatch(why)
    }
  })
})

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(maxDifference(actual, expected)).toBeLessThan(1e-4)
}
