import { hostMessageSchema, type HostMessage, type RunMessage } from '../../shared/engine-protocol'
import { HippospikeError, toHippospikeError } from '../../shared/errors'
import { firstIssue } from '../../shared/issues'
import { NotLocatedError } from '../../shared/not-located'
import type { DenseRuntime, RuntimeInfo } from '../../shared/runtime'
import type { Channel } from './channel'
import type { JobRegistry } from './jobs'
import { throwIfCancelled, type JobContext } from './jobs/job'
import { forcedDense, forcedRuntime, type ForcedRuntime } from './runtimes/forced'

interface Running {
  jobId: string
  abort: AbortController
}

/** Loads one of TensorFlow's runtimes into this process. */
export type LoadRuntime = (
  forced: ForcedRuntime<DenseRuntime> | null,
  signal: AbortSignal
) => Promise<RuntimeInfo>

/** Does the host's jobs, one at a time. */
export class Engine {
  private running: Running | null = null
  private loaded: RuntimeInfo | null = null

  constructor(
    private readonly channel: Channel,
    private readonly jobs: JobRegistry,
    private readonly loadRuntime: LoadRuntime
  ) {}

  start(): void {
    this.channel.onMessage((message) => {
      this.receive(message)
    })
    this.channel.send({ type: 'ready' })
  }

  /** Ends the running job as failed, because of an error that nobody caught. */
  fail(thrown: unknown): void {
    const { message } = toHippospikeError(thrown)
    if (this.running === null) {
      this.channel.send({ type: 'log', level: 'error', message })
    } else {
      this.sendFailure(this.running.jobId, new HippospikeError('internal', message))
    }
  }

  /** Asks the running job to stop. */
  cancel(): void {
    this.running?.abort.abort()
  }

  private receive(message: unknown): void {
    const parsed = hostMessageSchema.safeParse(message)
    if (parsed.success) this.act(parsed.data)
    else this.refuse(message, firstIssue(parsed.error))
  }

  private act(message: HostMessage): void {
    switch (message.type) {
      case 'run':
        void this.run(message)
        break
      case 'cancel':
        // A cancel may cross the job's result on its way.
        if (this.running?.jobId === message.jobId) this.cancel()
        break
    }
  }

  private refuse(message: unknown, issue: string): void {
    const text = `the engine was sent a message that does not fit: ${issue}`
    const { type, jobId } = (message ?? {}) as { type?: unknown; jobId?: unknown }
    if (type === 'run' && typeof jobId === 'string' && jobId !== '') {
      this.sendFailure(jobId, new HippospikeError('internal', text))
    } else {
      this.channel.send({ type: 'log', level: 'error', message: text })
    }
  }

  private async run({ jobId, kind, runtime, request }: RunMessage): Promise<void> {
    const load = this.jobs.get(kind)
    if (load === undefined || this.running !== null) {
      const why = load === undefined ? `the engine has no job ${kind}` : 'the engine is busy'
      this.sendFailure(jobId, new HippospikeError('internal', why))
      return
    }
    const abort = new AbortController()
    this.running = { jobId, abort }
    try {
      const context = this.context(jobId, forcedRuntime(runtime), abort.signal)
      const job = await load()
      // A job sees a cancel that comes from now on.
      throwIfCancelled(context)
      const value = await job.run(request, context)
      this.channel.send({ type: 'result', jobId, value })
    } catch (thrown) {
      this.sendFailure(jobId, toHippospikeError(thrown))
    } finally {
      this.running = null
    }
  }

  private context(jobId: string, forced: ForcedRuntime | null, signal: AbortSignal): JobContext {
    return {
      signal,
      forced,
      progress: (stage, fraction, message, data) => {
        const whole = fraction === null ? null : Math.min(1, Math.max(0, fraction))
        const extra = data === undefined ? {} : { data }
        this.channel.send({ type: 'progress', jobId, stage, fraction: whole, message, ...extra })
      },
      denseRuntime: () => this.denseRuntime(forced, signal),
      warn: (message) => {
        this.channel.send({ type: 'log', level: 'warning', message })
      }
    }
  }

  /** TensorFlow's registry is one a process, so what is loaded stays; what was cancelled or failed is tried again. */
  private async denseRuntime(
    forced: ForcedRuntime | null,
    signal: AbortSignal
  ): Promise<RuntimeInfo> {
    const wanted = forcedDense(forced)
    this.loaded ??= await this.loadRuntime(wanted, signal)
    if (wanted === null || wanted.runtime === this.loaded.runtime) return this.loaded
    throw new HippospikeError(
      'internal',
      `this engine runs on ${this.loaded.runtime} already; ${wanted.runtime} needs a new engine`
    )
  }

  private sendFailure(jobId: string, failure: HippospikeError): void {
    const { kind, message } = failure
    const text = message.trim() === '' ? 'failed without a reason' : message
    const guess = failure instanceof NotLocatedError ? { guess: [...failure.guess] } : {}
    this.channel.send({ type: 'failed', jobId, error: { kind, message: text, ...guess } })
  }
}
