import { createHash } from 'node:crypto'
import { HippospikeError } from '../../../shared/errors'
import { STRUCTURES } from '../../../shared/labels'
import type { VerdictDice } from '../../../shared/training'
import type { TrainingCase } from '../../../core/training/augmentation'
import type { TrainableNetwork } from '../../../core/training/network'
import { stepsPerEpoch } from '../../../core/training/sample-plan'
import {
  keptParameters,
  train,
  DivergenceError,
  type TrainingEvent,
  type TrainingOptions,
  type TrainingState
} from '../../../core/training/train'
import { makeFolder } from '../../workspace/atomic-write'
import { yieldToHost, type JobContext } from '../jobs/job'
import { checkCases } from './check-cases'
import { Checkpoints, positionText } from './checkpoints'
import { Curves } from './curves'
import { previewStart, writePreview } from './preview'

export interface StageRun {
  /** Name of the stage in progress messages. */
  stage: string
  dir: string
  network: TrainableNetwork
  options: TrainingOptions
  /** Mixed in, against forgetting; none by default. */
  rehearsal?: TrainingCase[]
  /** Folder for pictures of a validation case before training and after each validation; null for none. */
  previews?: string | null
  /** Everything else that tells this run from another: settings, hash of the data, hash of the starting weights. */
  identity: unknown
}

export interface StageOutcome {
  /** The parameters to keep. */
  values: Float32Array
  validation: VerdictDice | null
  bestEpoch: number | null
  seconds: number
}

/**
 * Trains, with checkpoints, curves, progress and cancelling. A run that was interrupted goes on from its last checkpoint and ends with the same
 * weights as an undisturbed one. Cancelled, it goes on from the very step.
 *
 * @throws HippospikeError (input) for cases that cannot be trained on together, and when the loss or a gradient stops being finite: the last good state is kept
 */
export async function runStage(
  { stage, dir, network, options, identity, rehearsal = [], previews = null }: StageRun,
  training: TrainingCase[],
  validation: TrainingCase[],
  context: JobContext
): Promise<StageOutcome> {
  const start = performance.now()
  checkCases([...training, ...validation])
  await makeFolder(dir)
  const fingerprint = fingerprintOf({ identity, options, start: hashOf(network.parameters.values) })
  const checkpoints = new Checkpoints(dir, fingerprint, network.parameters.values.length)
  const state = await checkpoints.read((message) => {
    context.warn(message)
  })
  if (state) context.progress(stage, null, `resuming ${positionText(state)}`)
  if (previews !== null) await previewStart(previews, network, validation)
  const steps = stepsPerEpoch(options, {
    training: training.length,
    rehearsal: rehearsal.length
  })
  const { epochsDone, stepsDone } = state ?? { epochsDone: 0, stepsDone: 0 }
  const curves = await Curves.open(dir, {
    epochsDone,
    step: epochsDone * steps + stepsDone
  })
  /** The last state, where no checkpoint holds it. */
  let unkept: TrainingState | null = null
  try {
    return await run()
  } catch (cause) {
    throw await stopped(cause)
  }

  async function run(): Promise<StageOutcome> {
    const events = train(network, training, validation, options, state, rehearsal)
    for (;;) {
      const next = await events.next()
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
  }

  async function keep(reached: TrainingState): Promise<void> {
    await checkpoints.write(reached)
    unkept = null
  }

  /** Keeps what was reached where the run stops, and says why it does. */
  async function stopped(cause: unknown): Promise<unknown> {
    const diverged = cause instanceof DivergenceError
    const kind = cause instanceof HippospikeError ? cause.kind : null
    if (unkept && (diverged || kind === 'cancelled')) {
      // What keeps this from being written must not hide the reason of the stop.
      await keep(unkept).catch((failure: unknown) => {
        context.warn(failure instanceof Error ? failure.message : String(failure))
      })
    }
    if (diverged) return divergence(stage, cause, checkpoints)
    if (kind !== 'output') return cause
    const { message } = cause as HippospikeError
    return new HippospikeError('output', `${message}; ${checkpoints.keptText()}`, { cause })
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
        unkept = event.state
        if (checkpoints.isDue()) await keep(event.state)
        return
      }
      case 'validation': {
        const { dice, epoch, firingRate, example } = event
        const text = STRUCTURES.map((name) => dice[name]?.toFixed(4) ?? '–')
        context.progress(
          stage,
          epoch / options.epochs,
          `epoch ${epoch}: validation Dice ${text.join(' / ')}`,
          { epoch, step: epoch * steps, dice, firingRate }
        )
        await curves.add(epoch, epoch * steps, validationValues(dice, firingRate))
        if (previews !== null) await writePreview(previews, epoch, example)
        return
      }
      case 'epoch':
        await keep(event.state)
        await curves.flushTensorboard()
        return
    }
  }
}

/** What of a validation goes into the curves: what is not known is left out. */
function validationValues(
  dice: VerdictDice,
  firingRate: Record<string, number> | null
): Record<string, number> {
  const values: Record<string, number> = {}
  for (const name of STRUCTURES) {
    const value = dice[name]
    if (value !== null) values[`validation/${name}`] = value
  }
  for (const [layer, rate] of Object.entries(firingRate ?? {}))
    values[`firing-rate/${layer}`] = rate
  return values
}

function divergence(
  stage: string,
  cause: DivergenceError,
  { path, kept }: Checkpoints
): HippospikeError {
  const good = kept === null ? '' : `; the last good state, ${kept}, is in ${path}`
  return new HippospikeError(
    'input',
    `${stage}: training stopped, as its ${cause.message}${good}; lower the learning rate and start anew in another folder`,
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
