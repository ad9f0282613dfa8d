import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { z } from 'zod'
import {
  engineMessageSchema,
  type EngineMessage,
  type HostMessage,
  type LogLevel,
  type Progress
} from '../../shared/engine-protocol'
import { HippospikeError } from '../../shared/errors'
import { firstIssue } from '../../shared/issues'
import { NotLocatedError } from '../../shared/not-located'
import type { Runtime } from '../../shared/runtime'
import { engineEnvironment } from './engine-environment'
import { engineExitError } from './engine-exit'

export interface JobCall<Res> {
  kind: string
  /** Checked by the job in the engine. */
  request: unknown
  /** Runtime the user insists on; null for the best one. */
  runtime: Runtime | null
  resultSchema: z.ZodType<Res>
  onProgress?: ((progress: Progress) => void) | undefined
  onLog?: ((level: LogLevel, message: string) => void) | undefined
  /** What the engine, and TensorFlow in it, print; a line at a time. */
  onOutput?: ((line: string) => void) | undefined
  /** Asks the job to stop; an engine that does not within `graceMs` is killed, one that looks for the hippocampi at once. */
  signal?: AbortSignal | undefined
  enginePath?: string | undefined
  graceMs?: number
}

const GRACE_MS = 5000
/** Registration hears nothing until it is done, and has written nothing that would have to be taken back. */
const DEAF_STAGE = 'locate'
const DEAF_GRACE_MS = 200
const TAIL_LINES = 20
/** How long the output of an ended engine may lag behind its end. */
const OUTPUT_LAG_MS = 500

type Outcome<Res> = { value: Res } | { error: HippospikeError }

/**
 * Runs one job in an engine process of its own, and ends that process.
 *
 * @returns the job's result, once the process is gone
 * @throws HippospikeError of the job's kind; (cancelled) after an abort; (internal) where the engine crashed, was killed or
 *   said what this program does not know
 */
export async function runJob<Res>(call: JobCall<Res>): Promise<Res> {
  if (call.signal?.aborted) throw new HippospikeError('cancelled', 'cancelled')
  const enginePath = call.enginePath ?? join(__dirname, 'engine.cjs')
  if (!existsSync(enginePath)) {
    throw new HippospikeError(
      'internal',
      `the engine ${enginePath} is missing; run "npm run build" in Hippospike's folder`
    )
  }
  const child = fork(enginePath, [], {
    // The structured clone of Electron's utility processes, so that both carry typed arrays.
    serialization: 'advanced',
    execArgv: [],
    env: engineEnvironment(process.env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  const outcome = await new EngineRun(child, call).outcome
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

class EngineRun<Res> {
  /** Never rejects. */
  readonly outcome: Promise<Outcome<Res>>
  private readonly jobId = randomUUID()
  private readonly tail: string[] = []
  private readonly graceMs: number
  private decided: Outcome<Res> | null = null
  private killer: NodeJS.Timeout | null = null
  private stage: string | null = null

  constructor(
    private readonly child: ChildProcess,
    private readonly call: JobCall<Res>
  ) {
    this.graceMs = call.graceMs ?? GRACE_MS
    this.readOutput()
    child.on('message', (message) => {
      this.receive(message)
    })
    this.outcome = this.end()
  }

  private async end(): Promise<Outcome<Res>> {
    const { child, call } = this
    const abort = (): void => {
      this.cancel()
    }
    const kill = (): void => {
      child.kill('SIGKILL')
    }
    call.signal?.addEventListener('abort', abort)
    // Whatever ends the host, a second Ctrl-C too, ends the engine.
    process.on('exit', kill)
    try {
      const { code, signal } = await ended(child)
      if (this.decided !== null) return this.decided
      const error = call.signal?.aborted
        ? new HippospikeError('cancelled', 'cancelled')
        : engineExitError({ code, signal, tail: this.tail })
      return { error }
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const error = new HippospikeError('internal', `the engine could not be started: ${why}`, {
        cause
      })
      return { error }
    } finally {
      if (this.killer !== null) clearTimeout(this.killer)
      call.signal?.removeEventListener('abort', abort)
      process.off('exit', kill)
    }
  }

  private receive(message: unknown): void {
    if (this.decided !== null) return
    const parsed = engineMessageSchema.safeParse(message)
    if (!parsed.success) {
      this.distrust(firstIssue(parsed.error))
    } else if ('jobId' in parsed.data && parsed.data.jobId !== this.jobId) {
      this.distrust(`it is about another job, ${parsed.data.jobId}`)
    } else {
      this.act(parsed.data)
    }
  }

  private act(message: EngineMessage): void {
    const { call, jobId } = this
    switch (message.type) {
      case 'ready':
        this.send({
          type: 'run',
          jobId,
          kind: call.kind,
          runtime: call.runtime,
          request: call.request
        })
        // An abort before the engine was ready had nobody to hear it.
        if (call.signal?.aborted) this.cancel()
        break
      case 'progress': {
        const { stage, fraction, message: text, data } = message
        this.stage = stage
        const extra = data === undefined ? {} : { data }
        call.onProgress?.({ stage, fraction, message: text, ...extra })
        break
      }
      case 'log':
        call.onLog?.(message.level, message.message)
        break
      case 'result': {
        const parsed = call.resultSchema.safeParse(message.value)
        if (parsed.success) this.decide({ value: parsed.data })
        else this.distrust(`the result of ${call.kind}: ${firstIssue(parsed.error)}`)
        break
      }
      case 'failed': {
        const { kind, message: text, guess } = message.error
        const error = guess ? new NotLocatedError(text, guess) : new HippospikeError(kind, text)
        this.decide({ error })
        break
      }
    }
  }

  private cancel(): void {
    if (this.decided !== null) return
    this.send({ type: 'cancel', jobId: this.jobId })
    this.killLater(this.stage === DEAF_STAGE ? DEAF_GRACE_MS : this.graceMs)
  }

  private decide(outcome: Outcome<Res>): void {
    this.decided = outcome
    // The engine ends itself when its host is gone.
    if (this.child.connected) this.child.disconnect()
    this.killLater()
  }

  private distrust(issue: string): void {
    this.decided = {
      error: new HippospikeError(
        'internal',
        `the engine sent a message that does not fit (${issue}); build Hippospike again`
      )
    }
    this.child.kill('SIGKILL')
  }

  private killLater(ms = this.graceMs): void {
    this.killer ??= setTimeout(() => this.child.kill('SIGKILL'), ms)
  }

  private send(message: HostMessage): void {
    // A failure to send means that the engine is going down, which its exit tells.
    if (this.child.connected) this.child.send(message, () => undefined)
  }

  private readOutput(): void {
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        this.tail.push(line)
        if (this.tail.length > TAIL_LINES) this.tail.shift()
        this.call.onOutput?.(line)
      })
    }
  }
}

/**
 * Waits for the end of a process and of its output, but not for a grandchild that holds the output open. (`close` is no
 * help: with a channel that this side disconnected it never comes.)
 */
async function ended(
  child: ChildProcess
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null)
  const printed = Promise.all(streams.map((stream) => once(stream, 'close')))
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
    (resolve, reject) => {
      child.on('exit', (...end) => resolve(end))
      child.on('error', (error) => {
        // Sending to an engine that has just died is an error too.
        if (child.pid === undefined) reject(error)
      })
    }
  )
  const lag = setTimeout(() => {
    for (const stream of streams) stream.destroy()
  }, OUTPUT_LAG_MS)
  await printed
  clearTimeout(lag)
  return { code, signal }
}
