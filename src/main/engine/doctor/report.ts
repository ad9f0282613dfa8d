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
      ...candidates.map((candidate) => row(candidate, isUsed(candidate, chosen)))
    ]),
    '',
    ...candidates.flatMap(remarks),
    summary(report)
  ].join('\n')
}

/** Whether the runtime is used where none is forced: for the inference of spiking models, or for everything else. */
function isUsed({ runtime, available }: Candidate, chosen: DoctorReport['chosen']): boolean {
  return available && (runtime === 'event' || runtime === chosen)
}

function summary({ candidates, chosen }: DoctorReport): string {
  const event = candidates.some(({ runtime, available }) => runtime === 'event' && available)
  const uses = [
    ...(event ? ['event for the inference of spiking models'] : []),
    ...(chosen === null ? [] : [event ? `${chosen} for everything else` : chosen])
  ]
  if (uses.length === 0) return 'No runtime works here.'
  return `Used unless another is forced (--runtime, HIPPOSPIKE_RUNTIME): ${uses.join(', ')}`
}

function row(candidate: Candidate, used: boolean): string[] {
  const { runtime } = candidate
  if (!candidate.available) return [runtime, 'out', '–', '–', '–', '–']
  const { version, device } = candidate
  return [runtime, used ? 'used' : 'works', speed(candidate), memory(candidate), version, device]
}

function remarks({ runtime, note, ...candidate }: Candidate): string[] {
  const lines: string[] = []
  if (!candidate.available) lines.push(`${runtime}: out, because ${candidate.reason}`)
  if (!candidate.available) lines.push(`  what to do: ${candidate.advice}`)
  if (note !== null) lines.push(candidate.available ? `${runtime}: ${note}` : `  ${note}`)
  return lines.length > 0 ? [...lines, ''] : []
}

/** Each kind of runtime in its own unit: they do different work, so that one number would compare what does not compare. */
function speed({ gmacsPerSecond, gaccsPerSecond }: AvailableRuntime): string {
  if (gmacsPerSecond !== null) return `${digits(gmacsPerSecond)} GMAC/s`
  return gaccsPerSecond === null ? '–' : `${digits(gaccsPerSecond)} GAcc/s`
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2)
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
