import type { AvailableRuntime, Candidate, DoctorReport } from '../../../shared/doctor'

const GIBIBYTE = 1024 ** 3

/** The report for people: a line a runtime that works, and for each other one its reason and what to do. */
export function formatReport(report: DoctorReport): string {
  const { application, node, platform, candidates, chosen } = report
  return [
    `Hippospike ${application}, Node ${node}, ${platform}`,
    '',
    ...table([
      ['runtime', 'state', 'speed', 'memory', 'version', 'device'],
      ...candidates.map((candidate) => row(candidate, candidate.runtime === chosen))
    ]),
    '',
    ...candidates.flatMap(remarks),
    chosen === null
      ? 'No runtime works here.'
      : `Used unless another is forced (--runtime, HIPPOSPIKE_RUNTIME): ${chosen}`
  ].join('\n')
}

function row(candidate: Candidate, chosen: boolean): string[] {
  const { runtime } = candidate
  if (!candidate.available) return [runtime, 'out', '–', '–', '–', '–']
  const { gmacsPerSecond, version, device } = candidate
  const state = chosen ? 'used' : 'works'
  return [runtime, state, `${speed(gmacsPerSecond)} GMAC/s`, memory(candidate), version, device]
}

function remarks({ runtime, note, ...candidate }: Candidate): string[] {
  const lines: string[] = []
  if (!candidate.available) lines.push(`${runtime}: out, because ${candidate.reason}`)
  if (!candidate.available) lines.push(`  what to do: ${candidate.advice}`)
  if (note !== null) lines.push(candidate.available ? `${runtime}: ${note}` : `  ${note}`)
  return lines.length > 0 ? [...lines, ''] : []
}

function speed(gmacs: number): string {
  return gmacs >= 100 ? gmacs.toFixed(0) : gmacs.toPrecision(2)
}

function memory({ memoryBytes }: AvailableRuntime): string {
  return memoryBytes === null ? 'unknown' : `${(memoryBytes / GIBIBYTE).toFixed(1)} GiB`
}

function table(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]!.length))
  )
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  )
}
