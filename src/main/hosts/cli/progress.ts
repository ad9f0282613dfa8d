import type { Progress } from '../../../shared/engine-protocol'
import type { CliHost } from './host'

const REDRAW_MS = 100
const LINE_MS = 2000
/** Time left is a guess that wants some ground. */
const MIN_FRACTION = 0.01
const MIN_ELAPSED_MS = 1500

/** Shows progress on stderr: one line that is written over on a terminal, else a line now and then. */
export class ProgressDisplay {
  private stage: string | null = null
  private stageStart = 0
  private shown: string | null = null
  private shownAt = -Infinity

  constructor(
    private readonly host: Pick<CliHost, 'err' | 'isTerminal' | 'columns' | 'now'>,
    private readonly quiet: boolean
  ) {}

  update(progress: Progress): void {
    if (this.quiet) return
    const now = this.host.now()
    const isNewStage = progress.stage !== this.stage
    if (isNewStage) {
      this.stage = progress.stage
      this.stageStart = now
    }
    const text = describeProgress(progress, now - this.stageStart)
    if (this.host.isTerminal) this.redraw(text, now, isNewStage)
    else this.printLine(text, now, isNewStage)
  }

  /** Prints a line that stays, above the progress. */
  print(line: string): void {
    const below = this.host.isTerminal ? this.shown : null
    this.clear()
    this.host.err(`${line}\n`)
    if (below !== null) this.draw(below)
  }

  /** Takes the progress off the terminal. */
  clear(): void {
    if (!this.host.isTerminal || this.shown === null) return
    this.host.err('\r\x1b[K')
    this.shown = null
  }

  private redraw(text: string, now: number, atOnce: boolean): void {
    if (!atOnce && now - this.shownAt < REDRAW_MS) return
    this.shownAt = now
    this.draw(text)
  }

  private draw(text: string): void {
    // The last column is left free: some terminals wrap when it is written.
    this.host.err(`\r\x1b[K${text.slice(0, Math.max(1, this.host.columns - 1))}`)
    this.shown = text
  }

  private printLine(text: string, now: number, atOnce: boolean): void {
    if (text === this.shown || (!atOnce && now - this.shownAt < LINE_MS)) return
    this.shown = text
    this.shownAt = now
    this.host.err(`${text}\n`)
  }
}

/** Progress in one line: `train: epoch 3 of 72, 4%, 12 min left`. */
export function describeProgress(
  { stage, fraction, message }: Progress,
  elapsedMs: number
): string {
  const parts = [`${stage}: ${message.replace(/\s+/g, ' ')}`]
  if (fraction !== null) {
    parts.push(`${Math.floor(100 * fraction)}%`)
    if (fraction >= MIN_FRACTION && fraction < 1 && elapsedMs >= MIN_ELAPSED_MS) {
      parts.push(`${duration((elapsedMs / 1000) * (1 / fraction - 1))} left`)
    }
  }
  return parts.join(', ')
}

/** Seconds for people, rounded to what matters: `8 s`, `12 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
