import { secondsLeft, type StageSeconds } from './time-left'

/** Times a job by its stages, from now on. */
export class StageClock {
  private stage: string
  private stageStartedMs: number
  private fraction: number | null = null
  private toldMs: number
  private passed: StageSeconds = {}

  /**
   * @param first the stage that it is in
   * @param usual what jobs like it took; null where there was none
   * @param now in milliseconds
   */
  constructor(
    first: string,
    private readonly usual: StageSeconds | null,
    private readonly now: () => number
  ) {
    this.stage = first
    this.stageStartedMs = this.toldMs = now()
  }

  /** Of all stages; null where there was no job like it. */
  get usualSeconds(): number | null {
    return this.usual && Object.values(this.usual).reduce((sum, seconds) => sum + seconds, 0)
  }

  /** @param fraction of the stage that is done; null where that is unknown */
  tell(stage: string, fraction: number | null): void {
    if (stage !== this.stage) {
      this.passed = this.seconds()
      this.stage = stage
      this.stageStartedMs = this.now()
    }
    this.fraction = fraction
    this.toldMs = this.now()
  }

  /** What the stages took until now. */
  seconds(): StageSeconds {
    const before = this.passed[this.stage] ?? 0
    return { ...this.passed, [this.stage]: before + this.inStage(this.now()) }
  }

  /** As {@link secondsLeft} has it. */
  secondsLeft(): number | null {
    return secondsLeft({
      stage: this.stage,
      seconds: this.inStage(this.now()),
      fraction: this.fraction,
      toldAtSeconds: this.inStage(this.toldMs),
      passed: this.passed,
      usual: this.usual
    })
  }

  private inStage(atMs: number): number {
    return (atMs - this.stageStartedMs) / 1000
  }
}
