import type { RunState } from '../../../shared/training'

/** A part of a run and what it should take. */
export interface Leg {
  state: RunState
  seconds: number
}

/** Below this share of a leg, done since it was entered, its pace says nothing. */
const LEAST_SHARE = 0.02

/**
 * How far a run is, and what it will still take: at first by what was measured before, then by the pace that shows, for the legs to come too.
 */
export class Progression {
  private index = -1
  private share = 0
  private enteredAt = 0
  /** Share of the leg that was there at the first news of it: done in an earlier session. */
  private shareAtEntry: number | null = null
  /** What legs so far took, by what they should have taken. */
  private ratio = 1

  /**
   * @param legs in order, of the whole run
   * @param now seconds of a clock that only goes forward
   */
  constructor(
    private readonly legs: readonly Leg[],
    private readonly now: () => number
  ) {}

  /** A leg begins; those before it are done. */
  enter(state: RunState): void {
    const index = this.legs.findIndex((leg) => leg.state === state)
    // It is through, whatever was told of it last.
    if (index > this.index && this.shareAtEntry !== null) this.share = 1
    this.ratio = this.paceRatio()
    if (index < 0) return
    this.index = index
    this.share = 0
    this.shareAtEntry = null
    this.enteredAt = this.now()
  }

  /** @param share of the leg that is done, 0 to 1 */
  advance(share: number): void {
    if (this.shareAtEntry === null) {
      this.shareAtEntry = share
      this.enteredAt = this.now()
    }
    this.share = Math.max(this.share, share)
  }

  /** Of the whole run, 0 to 1. */
  get fraction(): number {
    const total = sum(this.legs)
    if (total <= 0 || this.index < 0) return 0
    const done = sum(this.legs.slice(0, this.index)) + this.share * (this.leg?.seconds ?? 0)
    return Math.min(1, done / total)
  }

  get secondsLeft(): number | null {
    if (this.leg === undefined) return null
    const pace = this.secondsPerShare()
    const here = (1 - this.share) * (pace ?? this.leg.seconds * this.ratio)
    return here + this.paceRatio() * sum(this.legs.slice(this.index + 1))
  }

  private get leg(): Leg | undefined {
    return this.legs[this.index]
  }

  /** Seconds that the whole leg would take at the pace since it was entered; null where that is not known yet. */
  private secondsPerShare(): number | null {
    const gone = this.share - (this.shareAtEntry ?? 0)
    return gone < LEAST_SHARE ? null : (this.now() - this.enteredAt) / gone
  }

  private paceRatio(): number {
    const pace = this.secondsPerShare()
    const expected = this.leg?.seconds ?? 0
    return pace === null || expected <= 0 ? this.ratio : pace / expected
  }
}

function sum(legs: readonly Leg[]): number {
  return legs.reduce((total, { seconds }) => total + seconds, 0)
}
