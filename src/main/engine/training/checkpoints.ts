import { rename, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HippospikeError } from '../../../shared/errors'
import type { TrainingState } from '../../../core/training/train'
import { writeFileAtomic } from '../../workspace/atomic-write'
import { checkpointBytes, readCheckpoint } from './checkpoint-file'

/** What a power cut may cost, in seconds of training, where nothing else is asked for. */
const DEFAULT_SECONDS = 15
const VARIABLE = 'HIPPOSPIKE_CHECKPOINT_SECONDS'
/** On a slow disk checkpoints become rarer, so that no more than this share of the time goes into them. */
const SHARE_OF_TIME = 0.02

const NEWEST = 'checkpoint.bin'
const BEFORE = 'checkpoint.previous.bin'
/** Names of the files that a run keeps its state in. */
export const CHECKPOINT_FILES: readonly string[] = [NEWEST, BEFORE]

const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT'])

/** The checkpoints of one run in its folder: the newest, and the one before it in case the newest is damaged. */
export class Checkpoints {
  readonly path: string
  private readonly before: string
  private readonly everyMs = 1000 * secondsBetween(process.env[VARIABLE])
  /** What the newest checkpoint holds, `after epoch 2` say; null where there is none. */
  kept: string | null = null
  private writtenAt = performance.now()
  private writingMs = 0

  /**
   * @param fingerprint of everything that must be the same for the run to go on
   * @param parameters how many there are
   */
  constructor(
    dir: string,
    private readonly fingerprint: string,
    private readonly parameters: number
  ) {
    this.path = join(dir, NEWEST)
    this.before = join(dir, BEFORE)
  }

  /**
   * The state to go on from.
   *
   * @param warn told where the newest checkpoint was damaged and the one before is used
   * @returns null where there is none
   * @throws HippospikeError (output) where none can be used, saying what to do
   */
  async read(warn: (message: string) => void): Promise<TrainingState | null> {
    const newest = await this.readOne(this.path)
    if (newest && 'state' in newest) return this.found(newest.state)
    if (newest && !newest.damaged) throw this.refusal(newest.reason, this.path)
    const before = await this.readOne(this.before)
    if (newest === null && before === null) return null
    if (before && 'state' in before) {
      // Without a newest one the writing was killed between two renames: nothing is damaged.
      if (newest) {
        const where = positionText(before.state)
        warn(`${this.path}: ${newest.reason}; going on from the checkpoint before it, ${where}`)
      }
      await rename(this.before, this.path)
      return this.found(before.state)
    }
    if (newest === null) throw this.refusal(before!.reason, this.before)
    throw before === null
      ? this.refusal(`${newest.reason}, and there is none before it`, this.path)
      : this.refusal(
          `${newest.reason}; ${this.before}, the one before it, neither: ${before.reason}`,
          'both'
        )
  }

  /** Whether so much time has gone since the last one that a state in the midst of an epoch is worth a checkpoint. */
  isDue(): boolean {
    const wait = Math.max(this.everyMs, this.writingMs / SHARE_OF_TIME)
    return performance.now() - this.writtenAt >= wait
  }

  /**
   * Keeps a state, and the one before it.
   *
   * @throws HippospikeError (output); the checkpoint before stays
   */
  async write(state: TrainingState): Promise<void> {
    const start = performance.now()
    const bytes = checkpointBytes(state, this.fingerprint)
    try {
      await writeFileAtomic(this.path, bytes, { verify: () => this.setAside() })
    } catch (cause) {
      throw await this.writeError(cause, positionText(state), bytes.length)
    }
    this.kept = positionText(state)
    this.writtenAt = performance.now()
    this.writingMs = this.writtenAt - start
  }

  /** What is there to go on from, for the end of a message on why the run stopped. */
  keptText(): string {
    return this.kept === null
      ? 'there is no checkpoint yet to go on from'
      : `the checkpoint ${this.kept} is kept: start the run again and it goes on from there`
  }

  private found(state: TrainingState): TrainingState {
    this.kept = positionText(state)
    return state
  }

  private readOne(path: string): ReturnType<typeof readCheckpoint> {
    return readCheckpoint(path, this.fingerprint, this.parameters)
  }

  private async setAside(): Promise<void> {
    try {
      await rename(this.path, this.before)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    }
  }

  private refusal(reason: string, remove: string): HippospikeError {
    const what = remove === this.path ? 'it' : remove
    return new HippospikeError(
      'output',
      `${this.path} cannot be resumed: ${reason}; remove ${what} to start anew, or choose another folder with --out`
    )
  }

  private async writeError(cause: unknown, where: string, bytes: number): Promise<unknown> {
    if (!(cause instanceof HippospikeError)) return cause
    const code = (cause.cause as NodeJS.ErrnoException | undefined)?.code
    const space = FULL.has(code) ? `; it takes ${megabytes(bytes)}, ${await this.free()}` : ''
    return new HippospikeError(
      'output',
      `the checkpoint ${where} could not be kept: ${cause.message}${space}`,
      { cause }
    )
  }

  private async free(): Promise<string> {
    const { bavail, bsize } = await statfs(dirname(this.path))
    return `${megabytes(bavail * bsize)} are free`
  }
}

/** 'after epoch 2', or 'after step 5 of epoch 3'. */
export function positionText({
  epochsDone,
  stepsDone
}: Pick<TrainingState, 'epochsDone' | 'stepsDone'>): string {
  return stepsDone === 0
    ? `after epoch ${epochsDone}`
    : `after step ${stepsDone} of epoch ${epochsDone + 1}`
}

function secondsBetween(given: string | undefined): number {
  const seconds = given === undefined || given.trim() === '' ? NaN : Number(given)
  return seconds >= 0 ? seconds : DEFAULT_SECONDS
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
