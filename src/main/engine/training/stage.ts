import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { HippospikeError } from '../../../shared/errors'
import type { Preprocessing } from '../../../shared/model'
import type { TrainingCase } from '../../../core/training/augmentation'
import type { TrainableNetwork } from '../../../core/training/network'
import {
  keptParameters,
  train,
  type DiceByStructure,
  type TrainingEvent,
  type TrainingOptions,
  type TrainingState
} from '../../../core/training/train'
import type { Dataset, Split } from '../../imaging/dataset'
import { makeFolder } from '../../workspace/atomic-write'
import { readTrainingCase } from '../cases'
import { throwIfCancelled, yieldToHost, type JobContext } from '../jobs/job'
import { readCheckpoint, writeCheckpoint } from './checkpoint-file'
import { Curves } from './curves'

export interface StageRun {
  /** Name of the stage in progress messages. */
  stage: string
  dir: string
  network: TrainableNetwork
  options: TrainingOptions
  /** Everything else that tells this run from another: settings, hash of the data, hash of the starting weights. */
  identity: unknown
}

export interface StageOutcome {
  /** The parameters to keep. */
  values: Float32Array
  validation: DiceByStructure | null
  bestEpoch: number | null
  seconds: number
}

/**
 * Reads the cases of a split onto the network's grid.
 *
 * @throws HippospikeError (input) for a file that cannot be read, and where there is nothing to train on
 */
export async function loadCases(
  dataset: Dataset,
  split: Split,
  preprocessing: Preprocessing,
  context: JobContext
): Promise<TrainingCase[]> {
  const sources = dataset.cases.filter((source) => source.split === split)
  if (split === 'train' && sources.length === 0) {
    throw new HippospikeError(
      'input',
      `${dataset.dir} has no training cases; list some under split.train in its dataset.json, or leave the split out`
    )
  }
  const cases: TrainingCase[] = []
  for (const source of sources) {
    context.progress('load', cases.length / sources.length, `reading ${split} case ${source.id}`)
    cases.push(await readTrainingCase(source, preprocessing))
    throwIfCancelled(context)
  }
  return cases
}

/**
 * Trains, with a checkpoint after every epoch, curves, progress and cancelling. A run that was interrupted goes on from its last checkpoint and
 * ends with the same weights as an undisturbed one.
 *
 * @throws HippospikeError (input) when the loss stops being finite: the last checkpoint is kept
 */
export async function runStage(
  { stage, dir, network, options, identity }: StageRun,
  training: TrainingCase[],
  validation: TrainingCase[],
  context: JobContext
): Promise<StageOutcome> {
  const start = performance.now()
  await makeFolder(dir)
  const path = join(dir, 'checkpoint.bin')
  const fingerprint = fingerprintOf({ identity, options, start: hashOf(network.parameters.values) })
  const found = await readCheckpoint(path, fingerprint, network.parameters.values.length)
  let state: TrainingState | null = null
  if (found && 'reason' in found) {
    throw new HippospikeError(
      'output',
      `${path} cannot be resumed: ${found.reason}; remove it to start anew, or choose another folder with --out`
    )
  }
  if (found) {
    state = found.state
    context.progress(stage, null, `resuming after epoch ${state.epochsDone}`)
  }
  const curves = await Curves.open(dir, state?.epochsDone ?? 0)
  const events = train(network, training, validation, options, state)
  for (;;) {
    const next = await events.next().catch((cause: unknown) => {
      throw diverged(stage, path, cause)
    })
    if (next.done) {
      const { best } = next.value
      return {
        values: keptParameters(next.value),
        validation: best?.dice ?? null,
        bestEpoch: best?.epoch ?? null,
        seconds: (performance.now() - start) / 1000
      }
    }
    await handle(next.value)
    await yieldToHost(context)
  }

  async function handle(event: TrainingEvent): Promise<void> {
    switch (event.type) {
      case 'step': {
        const { epoch, step, steps, loss, learningRate, gradientNorm, seconds } = event
        const globalStep = (epoch - 1) * steps + step
        const fraction = globalStep / (options.epochs * steps)
        const message = `epoch ${epoch} of ${options.epochs}, step ${step} of ${steps}, loss ${loss.toFixed(3)}`
        const values = { loss, learningRate, gradientNorm, seconds }
        context.progress(stage, fraction, message, { epoch, step: globalStep, ...values })
        await curves.add(epoch, globalStep, values)
        return
      }
      case 'validation': {
        const { dice, epoch } = event
        const globalStep = epoch * Math.ceil(training.length / options.batchSize)
        const text = Object.values(dice).map((value) => value.toFixed(4))
        context.progress(
          stage,
          epoch / options.epochs,
          `epoch ${epoch}: validation Dice ${text.join(' / ')}`,
          { epoch, ...dice }
        )
        await curves.add(epoch, globalStep, {
          'validation/anterior': dice.anterior,
          'validation/posterior': dice.posterior,
          'validation/whole': dice.whole
        })
        return
      }
      case 'epoch':
        await writeCheckpoint(path, event.state, fingerprint)
        await curves.flushTensorboard()
        return
    }
  }
}

function diverged(stage: string, path: string, cause: unknown): unknown {
  if (!(cause instanceof RangeError)) return cause
  return new HippospikeError(
    'input',
    `${stage}: training diverged (${cause.message}); the last good state is in ${path}; lower the learning rate and start anew`,
    { cause }
  )
}

function hashOf(values: Float32Array): string {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return createHash('sha256').update(bytes).digest('hex')
}

/** Hash of a JSON value; the keys come in the order of the code that wrote them. */
function fingerprintOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
