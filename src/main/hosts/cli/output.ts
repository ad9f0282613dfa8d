import { CommanderError } from 'commander'
import { HippospikeError, toHippospikeError } from '../../../shared/errors'
import type { CliHost } from './host'

/** Prints a result: as one JSON document, or as text for people. */
export function printResult(
  host: CliHost,
  options: { json?: true },
  result: unknown,
  text: () => string
): void {
  host.out(options.json ? `${JSON.stringify(result, null, 2)}\n` : `${text()}\n`)
}

/** A failure that the result on stdout tells of already: there is no other document about it. */
export class ReportedError extends HippospikeError {}

/** Prints a failure as one line on stderr and, where JSON was asked for, as JSON on stdout. */
export function printFailure(host: CliHost, failure: HippospikeError, json: boolean): void {
  const message = failure.message.trim().replace(/\s*\n\s*/g, ' ')
  host.err(`hippospike: ${message}\n`)
  if (json) host.out(`${JSON.stringify({ error: { kind: failure.kind, message } })}\n`)
}

/** What a command ended with as a failure; null for commander's way to say that help or the version was printed. */
export function failureOf(thrown: unknown): HippospikeError | null {
  if (!(thrown instanceof CommanderError)) return toHippospikeError(thrown)
  if (thrown.exitCode === 0) return null
  const message =
    thrown.code === 'commander.help'
      ? 'a command is needed; see hippospike --help'
      : thrown.message.replace(/^error: /, '')
  return new HippospikeError('usage', message)
}

/** Lines with their columns aligned: the first, or so many, to the left, and numbers after them to the right. */
export function table(rows: readonly (readonly string[])[], left = 1): string {
  const columns = Math.max(...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => row[i]?.length ?? 0))
  )
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i < left ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}

/** Lines of a name and its value, the values below each other; a value that is null is left out. */
export function fields(values: readonly (readonly [string, string | null])[]): string {
  const rows = values.filter((row): row is [string, string] => row[1] !== null)
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

/** A number with so many decimals, or a dash where there is none. */
export function decimals(value: number | null, digits: number): string {
  return value === null ? '–' : value.toFixed(digits)
}
