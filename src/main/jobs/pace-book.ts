import { hostname } from 'node:os'
import { z } from 'zod'
import type { Triple } from '../../shared/geometry'
import { median } from '../../core/metrics/statistics'
import { readJsonOrNull, writeJson } from '../workspace/json-file'
import type { StageSeconds } from './time-left'

/** Jobs of a kind that are remembered: enough to see which was an exception. */
const JOBS = 5
/** Kinds of jobs that are remembered, the latest ones. */
const KINDS = 50

const pacesSchema = z.record(z.string(), z.array(z.record(z.string(), z.number().min(0))))
const fileSchema = z.strictObject({ machine: z.string(), paces: pacesSchema })

/** What jobs took on this machine, by their kind and stage, kept from one start of the program to the next. */
export class PaceBook {
  private readonly paces = new Map<string, StageSeconds[]>()
  /** One after the other, the first reading included. */
  private filing: Promise<void>

  /** @param path of the file; null for a book that is forgotten with the program. A damaged file, or one of another machine, counts as none */
  constructor(private readonly path: string | null = null) {
    this.filing = this.read()
  }

  /** @returns the median of each stage, in the order of the last job of this kind; null where there was none */
  usual(kind: string): StageSeconds | null {
    const jobs = this.paces.get(kind)
    const last = jobs?.at(-1)
    if (jobs === undefined || last === undefined) return null
    return Object.fromEntries(
      Object.keys(last).map((stage) => [stage, median(jobs.map((one) => one[stage] ?? 0))])
    )
  }

  /** Keeps what a job took that was done. Never fails: a file that cannot be written costs an estimate at the next start. */
  async remember(kind: string, seconds: StageSeconds): Promise<void> {
    this.add(kind, [seconds])
    this.filing = this.filing.then(() => this.write())
    await this.filing
  }

  private async read(): Promise<void> {
    if (this.path === null) return
    const found = await readJsonOrNull(this.path, fileSchema)
    if (found?.machine !== hostname()) return
    // Jobs may have been done meanwhile.
    const since = [...this.paces]
    this.paces.clear()
    for (const [kind, jobs] of [...Object.entries(found.paces), ...since]) this.add(kind, jobs)
  }

  private add(kind: string, jobs: StageSeconds[]): void {
    const all = [...(this.paces.get(kind) ?? []), ...jobs].slice(-JOBS)
    // The latest kind comes last.
    this.paces.delete(kind)
    this.paces.set(kind, all)
    for (const oldest of [...this.paces.keys()].slice(0, -KINDS)) this.paces.delete(oldest)
  }

  private async write(): Promise<void> {
    if (this.path === null) return
    const paces = Object.fromEntries(this.paces) as z.infer<typeof pacesSchema>
    await writeJson(this.path, { machine: hostname(), paces }).catch(() => undefined)
  }
}

/** Of images with about as many voxels, within a factor of the square root of two: reading and writing them takes about as long. */
export function likeSize(size: Readonly<Triple>): string {
  return `2^${Math.round(Math.log2(size[0] * size[1] * size[2]))}`
}
