import { z } from 'zod'
import { api, messageOf, path } from '../../api'

/** Milliseconds without an edit after which the edits are written down. */
const QUIET = 1_000
/** Milliseconds after which they are written down though the edits go on. */
const LONGEST = 5_000

/** A result that can be edited. */
export interface Target {
  readonly caseId: string
  readonly resultId: string
}

/** The labels that were drawn and never saved, or null. */
export async function readJournal({ caseId, resultId }: Target): Promise<Uint8Array | null> {
  const labels = await api.bytes(path`/api/cases/${caseId}/results/${resultId}/journal`)
  return labels.length === 0 ? null : labels
}

export async function deleteJournal({ caseId, resultId }: Target): Promise<void> {
  await api.delete(path`/api/cases/${caseId}/results/${resultId}/journal`, z.null())
}

/**
 * Writes unsaved edits down, a moment after the last one, so that a crash costs nothing. One write at a time; the latest
 * state wins.
 *
 * @param report is told why a write failed, or null when all is well again
 */
export class JournalWriter {
  private waiting: { target: Target; labels: () => Uint8Array<ArrayBuffer> | null } | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private since = 0
  private writing: Promise<void> = Promise.resolve()

  constructor(private readonly report: (problem: string | null) => void) {}

  /** `labels` is asked for when the time has come; null means that nothing is left to keep. */
  later(target: Target, labels: () => Uint8Array<ArrayBuffer> | null): void {
    if (this.waiting === null) this.since = performance.now()
    this.waiting = { target, labels }
    clearTimeout(this.timer)
    const left = Math.max(0, this.since + LONGEST - performance.now())
    this.timer = setTimeout(() => void this.flush(), Math.min(QUIET, left))
  }

  /** Writes what waits, now. Resolves when it is written, or has been reported. */
  flush(): Promise<void> {
    clearTimeout(this.timer)
    const work = this.waiting
    this.waiting = null
    if (work !== null) this.writing = this.writing.then(() => this.write(work))
    return this.writing
  }

  /** Forgets what waits, and waits for what is on its way. */
  drop(): Promise<void> {
    clearTimeout(this.timer)
    this.waiting = null
    return this.writing
  }

  private async write({
    target,
    labels
  }: {
    target: Target
    labels: () => Uint8Array<ArrayBuffer> | null
  }): Promise<void> {
    const { caseId, resultId } = target
    try {
      const now = labels()
      if (now === null) await deleteJournal(target)
      else await api.put(path`/api/cases/${caseId}/results/${resultId}/journal`, z.null(), now)
      this.report(null)
    } catch (error) {
      this.report(messageOf(error))
    }
  }
}
