import { hostMessageSchema, type HostMessage, type RunMessage } from '../../shared/engine-protocol'
import { HippospikeError, toHippospikeError } from '../../shared/errors'
import { firstIssue } from '../../shared/issues'
import type { Runtime, RuntimeInfo } from '../../shared/runtime'
import type { Channel } from './channel'
import type { JobContext, RunnableJob } from './jobs/job'

interface Running {
  jobId: string
  abort: AbortController
}

/** Does the host's jobs, one at a time. */
export class Engine {
  private running: Running | null = null
  private loaded: { forced: Runtime | null; info: Promise<RuntimeInfo> } | null = null

  constructor(
    private readonly channel: Channel,
    private readonly jobs: ReadonlyMap<string, RunnableJob>,
    private readonly loadRuntime: (forced: Runtime | null) => Promise<RuntimeInfo>
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
    const job = this.jobs.get(kind)
    if (job === undefined || this.running !== null) {
      const why = job === undefined ? `the engine has no job ${kind}` : 'the engine is busy'
      this.sendFailure(jobId, new HippospikeError('internal', why))
      return
    }
    const abort = new AbortController()
    this.running = { jobId, abort }
    try {
      const value = await job.run(request, this.context(jobId, runtime, abort.signal))
      this.channel.send({ type: 'result', jobId, value })
    } catch (thrown) {
      this.sendFailure(jobId, toHippospikeError(thrown))
    } finally {
      this.running = null
    }
  }

  private context(jobId: string, forced: Runtime | null, signal: AbortSignal): JobContext {
    return {
      signal,
      progress: (stage, fraction, message, data) => {
        const whole = fraction === null ? null : Math.min(1, Math.max(0, fraction))
        const extra = data === undefined ? {} : { data }
        this.channel.send({ type: 'progress', jobId, stage, fraction: whole, message, ...extra })
      },
      runtime: () => this.runtime(forced),
      warn: (message) => {
        this.channel.send({ type: 'log', level: 'warning', message })
      }
    }
  }

  /** TensorFlow's registry is one a process, so what is loaded stays. */
  private runtime(forced: Runtime | null): Promise<RuntimeInfo> {
    if (this.loaded !== null && forced !== null && forced !== this.loaded.forced) {
      return this.loaded.info.then((info) => {
        if (info.runtime === forced) return info
        throw new HippospikeError(
          'internal',
          `this engine runs on ${info.runtime} already; ${forced} needs a new engine`
        )
      })
    }
    this.loaded ??= { forced, info: this.loadRuntime(forced) }
    return this.loaded.info
  }

  private sendFailure(jobId: string, { kind, message }: HippospikeError): void {
    const text = message.trim() === '' ? 'failed without a reason' : message
    this.channel.send({ type: 'failed', jobId, error: { kind, message: text } })
  }
}
