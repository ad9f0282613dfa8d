import { Option, type Command } from 'commander'
import {
  eventPrecisionSchema,
  type EventPrecision,
  type InferenceOptions
} from '../../../shared/jobs'
import { realNumber, timestepsOption, wholeNumber } from './options'

/** How to infer, as the options give it. */
export interface GivenInferenceOptions {
  timesteps?: number
  precision?: EventPrecision
  earlyExit?: number
  threads?: number
}

/** The share of changing labels that --early-exit without a value tolerates. */
const DEFAULT_TOLERANCE = '0.08'
const MAX_THREADS = 64

/** Adds the options of every command that infers. */
export function withInferenceOptions(command: Command): Command {
  return command
    .addOption(timestepsOption("timesteps of a spiking model (1–64; the model's own by default)"))
    .addOption(
      new Option(
        '--precision <precision>',
        'on event: what it computes with; int16 is faster and rounds'
      ).choices(eventPrecisionSchema.options)
    )
    .addOption(
      new Option(
        '--early-exit [tolerance]',
        `on event: stop once no larger share of the mask changes from one timestep to the next (${DEFAULT_TOLERANCE} where no share is given)`
      )
        .preset(DEFAULT_TOLERANCE)
        .argParser(realNumber(0, 1))
    )
    .option('--threads <n>', 'on event: threads to use', wholeNumber(1, MAX_THREADS))
}

/** The request's part that these options make up. */
export function inferenceOf(options: GivenInferenceOptions): InferenceOptions {
  const { timesteps = null, precision = null, earlyExit = null, threads = null } = options
  return { timesteps, precision, earlyExit, threads }
}
