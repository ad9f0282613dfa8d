import * as tf from '@tensorflow/tfjs-core'
import type { Triple } from '../../../shared/geometry'
import { HippospikeError } from '../../../shared/errors'
import { benchRequestSchema, type BenchRequest, type BenchResult } from '../../../shared/jobs'
import type { Architecture, Model } from '../../../shared/model'
import type { RuntimeInfo } from '../../../shared/runtime'
import { median } from '../../../core/metrics/statistics'
import { modelParameters } from '../../../core/snn/model-parameters'
import { initialParameters, toTensors } from '../../../core/snn/parameters'
import { annForward } from '../../../core/snn/unet-ann'
import type { TrainingCase } from '../../../core/training/augmentation'
import { annNetwork } from '../../../core/training/ann-network'
import { createRandom } from '../../../core/training/random'
import { NO_PENALTIES, snnNetwork } from '../../../core/training/snn-network'
import { createDensePredictor, neuronOf } from '../inference/dense'
import { annSettingsSchema, trainingOptions } from '../training/settings'
import { syntheticCase, timedSteps } from '../training/timed-steps'
import { readModel } from '../../workspace/model-folder'
import { yieldToHost, type Job, type JobContext } from './job'

/** The crop that all figures are about. */
const SIZE: Triple = [40, 56, 40]
const WARM_UP = 2
/** One case a step. */
const OPTIONS = trainingOptions(annSettingsSchema.parse({ batchSize: 1 }))

/** Measures inference and training steps of a spiking model and of the ANN of its shape, in one run, so that ratios mean something. */
export const benchJob: Job<BenchRequest, BenchResult> = {
  kind: 'bench',
  request: benchRequestSchema,
  run: bench
}

async function bench(request: BenchRequest, context: JobContext): Promise<BenchResult> {
  const model = await readModel(request.model)
  const { spiking, architecture, preprocessing } = model.manifest
  if (spiking === null) {
    throw new HippospikeError(
      'usage',
      `model ${model.manifest.id} is an ANN; give a spiking one with --model`
    )
  }
  const runtime = await context.denseRuntime()
  const total = request.repeats + WARM_UP
  const cases = Array.from({ length: total }, (_, i) => syntheticCase(i, SIZE))
  const withBatchNorm: Architecture = { ...architecture, batchNorm: true }
  const ann = initialParameters(withBatchNorm, createRandom(1).gaussian)
  const { padMultiple } = preprocessing

  const milliseconds: Record<string, number> = {}
  const measure = async (name: string, run: () => AsyncIterable<number>): Promise<void> => {
    const taken: number[] = []
    for await (const ms of run()) {
      taken.push(ms)
      context.progress('bench', taken.length / total, name)
      await yieldToHost(context)
    }
    milliseconds[name] = median(taken.slice(WARM_UP))
  }

  const tensors = toTensors(ann)
  await measure('ANN inference', () =>
    inferences(cases, (image) => annForward(withBatchNorm, tensors, image))
  )
  tf.dispose(tensors)
  await measure(`SNN inference, T=${spiking.defaultTimesteps}`, () =>
    spikingInferences(model, runtime, cases)
  )
  await measure('ANN training step', () =>
    timedSteps(annNetwork(withBatchNorm, ann, 'dice+cross-entropy', padMultiple), cases, OPTIONS)
  )
  await measure(`SNN training step, T=${spiking.defaultTimesteps}`, () =>
    timedSteps(
      snnNetwork(architecture, modelParameters(model), {
        neuron: neuronOf(spiking),
        timesteps: spiking.defaultTimesteps,
        loss: 'dice+cross-entropy',
        teacher: null,
        penalties: NO_PENALTIES,
        padMultiple
      }),
      cases,
      OPTIONS
    )
  )
  const [annInference, snnInference, annStep, snnStep] = Object.values(milliseconds)
  return {
    runtime: runtime.runtime,
    size: [...SIZE],
    timesteps: spiking.defaultTimesteps,
    milliseconds,
    ratios: {
      'SNN ÷ ANN inference': snnInference! / annInference!,
      'SNN ÷ ANN training step': snnStep! / annStep!
    },
    // Kilobytes on Linux and macOS alike (Node documents it so).
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024
  }
}

async function* inferences(
  cases: TrainingCase[],
  run: (image: tf.Tensor5D) => tf.Tensor5D
): AsyncGenerator<number> {
  const [nx, ny, nz] = SIZE
  for (const { image } of cases) {
    const start = performance.now()
    const output = tf.tidy(() =>
      run(tf.tensor(image, [1, nz, ny, nx, 1], 'float32') as tf.Tensor5D)
    )
    await output.data()
    output.dispose()
    yield performance.now() - start
  }
}

async function* spikingInferences(
  model: Model,
  runtime: RuntimeInfo,
  cases: TrainingCase[]
): AsyncGenerator<number> {
  const predictor = createDensePredictor(model, null, runtime)
  try {
    for (const input of cases) {
      const start = performance.now()
      await predictor.infer(input)
      yield performance.now() - start
    }
  } finally {
    await predictor.dispose()
  }
}
