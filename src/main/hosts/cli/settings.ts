import { readFile } from 'node:fs/promises'
import { Option, type Command } from 'commander'
import { HippospikeError } from '../../../shared/errors'
import { PRESET_NAMES } from '../../../shared/training-presets'
import { realNumber, wholeNumber } from './options'

export type Settings = Record<string, unknown>

/** Adds --preset. */
export function withPresetOption(command: Command, about: string): Command {
  return command.addOption(
    new Option(
      '--preset <preset>',
      `how long to train, ${about}; --config and the other options override it`
    ).choices(PRESET_NAMES)
  )
}

/** Settings that have an option of their own. */
export interface SettingOptions {
  config?: string
  epochs?: number
  seed?: number
  learningRate?: number
  batchSize?: number
}

/** Adds --config and the options that override it. */
export function withSettingOptions(command: Command): Command {
  return command
    .option('--config <file>', 'JSON file of settings; the options below override it')
    .option('--epochs <n>', 'passes over the training cases', wholeNumber(1))
    .option('--batch-size <n>', 'cases a step', wholeNumber(1))
    .option(
      '--learning-rate <rate>',
      'largest learning rate of the schedule',
      realNumber(0, Infinity, { above: true })
    )
    .option('--seed <n>', 'seed of everything random', wholeNumber(0))
}

/** The settings of --config, overridden by the options that were given. */
export async function settingsOf(options: SettingOptions): Promise<Settings> {
  const { config, epochs, seed, learningRate, batchSize } = options
  const given = { epochs, seed, learningRate, batchSize }
  return {
    ...(config === undefined ? {} : await readSettings(config)),
    ...definedOnly(given)
  }
}

/** @throws HippospikeError (input) where the file cannot be read or is not a JSON object */
export async function readSettings(path: string): Promise<Settings> {
  let json: unknown
  try {
    json = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const problem = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read'
    throw new HippospikeError('input', `--config ${path}: ${problem} (${why})`, { cause })
  }
  if (isRecord(json)) return json
  throw new HippospikeError('input', `--config ${path}: is not a JSON object of settings`)
}

export function isRecord(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The entries that have a value. */
export function definedOnly(values: Settings): Settings {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
