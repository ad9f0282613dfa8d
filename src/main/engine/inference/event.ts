import { createEventNetwork, type EventRun, type SpikeRecord } from '../../../core/event'
import { cropBack, padToMultiple, type Padded } from '../../../core/volume/preprocess'
import type { Triple } from '../../../shared/geometry'
import type { InferenceOptions } from '../../../shared/jobs'
import type { Model } from '../../../shared/model'
import { defaultThreads, eventRuntimeInfo } from '../runtimes/event'
import { spareMemory } from '../runtimes/processor'
import { createCrew } from './crew'
import {
  timestepsOf,
  timestepWarnings,
  type EventSettings,
  type Inference,
  type Predictor
} from './predictor'

/**
 * Prepares a spiking model for the event-driven kernel.
 *
 * @throws UnsupportedPlan for a model that the kernel cannot run
 */
export function createEventPredictor(model: Model, options: InferenceOptions): Predictor {
  const settings: EventSettings = {
    precision: options.precision ?? 'float32',
    threads: options.threads ?? defaultThreads(),
    earlyExit: options.earlyExit
  }
  const timesteps = timestepsOf(model, options.timesteps)
  const network = createEventNetwork(
    model,
    { timesteps, precision: settings.precision, spareMemory },
    createCrew(settings.threads)
  )
  const earlyExit = settings.earlyExit === null ? null : { tolerance: settings.earlyExit }
  return {
    runtime: eventRuntimeInfo(settings.threads),
    timesteps,
    event: settings,
    warnings: timestepWarnings(model, timesteps),
    async infer({ size, image }, { recordSpikes = false, signal } = {}) {
      const padded = padToMultiple(image, size, model.manifest.preprocessing.padMultiple)
      const run = await network.run(padded, {
        keepSpikes: recordSpikes,
        earlyExit,
        signal
      })
      return inferenceOf(run, padded, size)
    },
    dispose: () => network.dispose()
  }
}

function inferenceOf(run: EventRun, padded: Padded, size: Triple): Inference {
  const { classes } = run
  const crop = (values: Float32Array): Float32Array =>
    cropBack(values, padded.size, padded.offset, size, classes)
  return {
    logits: crop(run.logits),
    classes,
    paddedVoxels: padded.voxels.length,
    timestepsRun: run.timestepsRun,
    activity: run.activity,
    accumulates: run.accumulates,
    spikes: run.record && spikesOf(run.record),
    steps: run.record && run.record.steps.map(crop),
    record: run.record,
    paddedSize: padded.size,
    paddedOffset: padded.offset
  }
}

function spikesOf(record: SpikeRecord): NonNullable<Inference['spikes']> {
  return record.layers.map(({ name, level, size }) => ({
    layer: name,
    level,
    size,
    counts: record.counts(name)
  }))
}
