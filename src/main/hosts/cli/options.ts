import { InvalidArgumentError, Option, type Command } from 'commander'
import { parseRoi } from '../../../core/volume/crop'
import { HippospikeError } from '../../../shared/errors'
import type { Triple } from '../../../shared/geometry'
import { sideSchema, type GivenBox } from '../../../shared/head'
import { RUNTIMES, type Runtime } from '../../../shared/runtime'
import type { SegmentRequest } from '../../../shared/jobs'

/** What {@link withModelFolders} adds. */
export interface ModelFolderOptions {
  data: string
  out: string
  force?: true
}

/** Options of every command that starts an engine. */
export interface CommonOptions {
  json?: true
  quiet?: true
  verbose?: true
  runtime?: Runtime
}

export const EXIT_CODES = `
Exit codes:
  0    done
  1    internal error
  2    wrong usage
  3    bad input
  4    the output cannot be written
  130  cancelled`

const MAX_TIMESTEPS = 64

/** Adds --runtime, --json, --quiet and --verbose, and the help that follows the options. */
export function withCommonOptions(command: Command, examples: readonly string[]): Command {
  // HIPPOSPIKE_RUNTIME does the same; the engine reads it.
  command.addOption(
    new Option(
      '--runtime <runtime>',
      'runtime to use instead of the best one here (event infers spiking models only)'
    ).choices(RUNTIMES)
  )
  return withOutputOptions(command, examples)
    .option('--quiet', 'no progress on stderr')
    .option('--verbose', 'show what the engine prints')
}

/** Adds --json and the help that follows the options. */
export function withOutputOptions(command: Command, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  ${example}`).join('\n')
  return command
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', `\nExamples:\n${lines}\n${EXIT_CODES}`)
}

/** Adds --data, --out and --force, of every command that makes one model from a data set. */
export function withModelFolders(command: Command): Command {
  return command
    .requiredOption('--data <dir>', "data set in the Decathlon's layout")
    .requiredOption('--out <dir>', 'folder of the model to write')
    .option('--force', 'replace a model that is in the folder already')
}

export function timestepsOption(description: string): Option {
  return new Option('--timesteps <n>', description).argParser(wholeNumber(1, MAX_TIMESTEPS))
}

/** A parser of whole numbers for commander. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text.trim()) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`Give a whole number ${range}.`)
  }
}

/** A parser of numbers for commander; the lower end can be left out of the range. */
export function realNumber(
  min: number,
  max: number,
  options: { above?: boolean } = {}
): (text: string) => number {
  const lower = options.above ? `above ${min}` : `from ${min}`
  const range = max === Infinity ? lower : `${lower} up to ${max}`
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text)
    if ((options.above ? value > min : value >= min) && value <= max) return value
    throw new InvalidArgumentError(`Give a number ${range}.`)
  }
}

/** A parser of voxels for an option that may be given several times. @throws HippospikeError (usage) */
export function voxelOption(name: string): (text: string, before?: Triple[]) => Triple[] {
  return (text, before = []) => {
    const voxel = parseVoxel(text)
    if (voxel !== null) return [...before, voxel]
    throw new HippospikeError(
      'usage',
      `${name} ${text}: three whole numbers i,j,k are needed (0-based voxel indices in stored axis order)`
    )
  }
}

/** A parser of --box, which may be given once a side. @throws HippospikeError (usage) */
export function boxOption(text: string, before: GivenBox[] = []): GivenBox[] {
  const [name, place = ''] = text.split('=').map((part) => part.trim())
  const { data: side } = sideSchema.safeParse(name)
  const voxel = parseVoxel(place)
  if (side === undefined || voxel === null) {
    throw new HippospikeError(
      'usage',
      `--box ${text}: left=i,j,k or right=i,j,k is needed (0-based voxel indices in stored axis order)`
    )
  }
  if (before.some((box) => box.side === side)) {
    throw new HippospikeError('usage', `--box ${text}: the ${side} side has a box already`)
  }
  return [...before, { side, voxel }]
}

function parseVoxel(text: string): Triple | null {
  const parts = text.split(',').map((part) => part.trim())
  const isVoxel = parts.length === 3 && parts.every((part) => /^\d+$/.test(part))
  return isVoxel ? (parts.map(Number) as Triple) : null
}

/**
 * What --roi says, as requests have it. Whether a box fits the image is seen when that is read.
 *
 * @throws HippospikeError (usage)
 */
export function roiOption(text: string): SegmentRequest['roi'] {
  if (text === 'auto' || text === 'whole') return text
  const { start, end } = parseRoi(text)
  const axis = start.findIndex((from, i) => from < 0 || end[i]! <= from)
  if (axis >= 0) {
    throw new HippospikeError(
      'usage',
      `--roi ${text}: axis ${'ijk'[axis]!} goes from ${start[axis]!} to ${end[axis]!}; ` +
        'a start is 0 or more and lies below its end'
    )
  }
  return [...start, ...end]
}
