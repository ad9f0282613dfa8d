import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Engine } from '../../../../src/main/engine/engine'
import { runnable } from '../../../../src/main/engine/jobs'
import { throwIfCancelled, type Job, type JobContext } from '../../../../src/main/engine/jobs/job'
import type { EngineMessage } from '../../../../src/shared/engine-protocol'
import { HippospikeError } from '../../../../src/shared/errors'
import type { Runtime, RuntimeInfo } from '../../../../src/shared/runtime'

const request = z.strictObject({ n: z.number() })
type Request = z.infer<typeof request>

interface Bench {
  sent: EngineMessage[]
  loaded: (Runtime | null)[]
  engine: Engine
  receive: (message: unknown) => void
  /** All that a job can do without waiting has been done. */
  settle: () => Promise<void>
}

/** An engine whose only job is `job`, on a channel that keeps what it is sent. */
function bench(work: (request: Request, context: JobContext) => Promise<unknown>): Bench {
  const job: Job<Request, unknown> = { kind: 'job', request, run: work }
  const sent: EngineMessage[] = []
  const loaded: (Runtime | null)[] = []
  let receive: (message: unknown) => void = () => undefined
  const channel = {
    send: (message: EngineMessage) => void sent.push(message),
    onMessage: (listener: (message: unknown) => void) => (receive = listener)
  }
  const load = (forced: Runtime | null): Promise<RuntimeInfo> => {
    loaded.push(forced)
    const runtime = forced ?? 'native'
    return Promise.resolve({ runtime, version: '1', device: 'test', memoryBytes: null })
  }
  const engine = new Engine(channel, new Map([['job', runnable(job)]]), load)
  engine.start()
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
  return { sent, loaded, engine, receive, settle }
}

const run = (jobId: string, n: unknown = 1, runtime: Runtime | null = null): unknown => ({
  type: 'run',
  jobId,
  kind: 'job',
  runtime,
  request: { n }
})

/** A job that runs until it is cancelled. */
function untilCancelled(_request: Request, context: JobContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    context.signal.addEventListener('abort', () => {
      try {
        throwIfCancelled(context)
      } catch (thrown) {
        reject(thrown as Error)
      }
    })
  })
}

describe('the engine', () => {
  it('says that it is ready, runs a job and answers', async () => {
    const { sent, receive, settle } = bench(({ n }, context) => {
      context.progress('count', 0.5, 'half way', { n })
      context.warn('odd')
      return Promise.resolve(n + 1)
    })
    receive(run('a', 2))
    await settle()
    expect(sent).toEqual([
      { type: 'ready' },
      {
        type: 'progress',
        jobId: 'a',
        stage: 'count',
        fraction: 0.5,
        message: 'half way',
        data: { n: 2 }
      },
      { type: 'log', level: 'warning', message: 'odd' },
      { type: 'result', jobId: 'a', value: 3 }
    ])
  })

  it('keeps progress within its contract', async () => {
    const { sent, receive, settle } = bench((_request, context) => {
      context.progress('count', 1.0000001, 'done')
      return Promise.resolve()
    })
    receive(run('a'))
    await settle()
    expect(sent[1]).toMatchObject({ fraction: 1 })
  })

  it('refuses what does not fit and goes on', async () => {
    const { sent, receive, settle } = bench(({ n }) => Promise.resolve(n))
    receive('nonsense')
    receive(null)
    receive({ type: 'run', jobId: 'bad' })
    receive({ ...(run('unknown') as object), kind: 'fly' })
    receive(run('request', 'one'))
    await settle()
    receive(run('good', 7))
    await settle()
    expect(sent.slice(1)).toMatchObject([
      { type: 'log', level: 'error' },
      { type: 'log', level: 'error' },
      { type: 'failed', jobId: 'bad', error: { kind: 'internal' } },
      { type: 'failed', jobId: 'unknown', error: { kind: 'internal' } },
      {
        type: 'failed',
        jobId: 'request',
        error: { kind: 'usage', message: expect.stringContaining('n: ') as string }
      },
      { type: 'result', jobId: 'good', value: 7 }
    ])
  })

  it('passes on the kind of a failure; anything else is internal', async () => {
    const { sent, receive, settle } = bench(({ n }) => {
      if (n === 1) throw new HippospikeError('input', 'empty file')
      return Promise.reject(new RangeError('Invalid array length'))
    })
    receive(run('a', 1))
    await settle()
    receive(run('b', 2))
    await settle()
    expect(sent.slice(1)).toEqual([
      { type: 'failed', jobId: 'a', error: { kind: 'input', message: 'empty file' } },
      { type: 'failed', jobId: 'b', error: { kind: 'internal', message: 'Invalid array length' } }
    ])
  })

  it('does one job at a time', async () => {
    const { sent, receive, settle } = bench(untilCancelled)
    receive(run('a'))
    receive(run('b'))
    receive({ type: 'cancel', jobId: 'a' })
    await settle()
    expect(sent.slice(1)).toMatchObject([
      { type: 'failed', jobId: 'b', error: { message: 'the engine is busy' } },
      { type: 'failed', jobId: 'a', error: { kind: 'cancelled' } }
    ])
  })

  it('does not mind a cancel for a job that is done', async () => {
    const { sent, receive, settle } = bench(untilCancelled)
    receive(run('a'))
    receive({ type: 'cancel', jobId: 'before' })
    await settle()
    expect(sent).toEqual([{ type: 'ready' }])
  })

  it('tells an error that nobody caught, as the failure of the running job', async () => {
    const { sent, engine, receive, settle } = bench(untilCancelled)
    engine.fail(new Error('idle'))
    receive(run('a'))
    await settle()
    engine.fail(new Error('lost'))
    expect(sent.slice(1)).toEqual([
      { type: 'log', level: 'error', message: 'idle' },
      { type: 'failed', jobId: 'a', error: { kind: 'internal', message: 'lost' } }
    ])
  })

  it('loads one runtime, once', async () => {
    const { sent, loaded, receive, settle } = bench(async (_request, context) => {
      await context.runtime()
      return (await context.runtime()).runtime
    })
    for (const [jobId, forced] of [
      ['a', null],
      ['b', 'native'],
      ['c', 'wasm']
    ] as const) {
      receive(run(jobId, 1, forced))
      await settle()
    }
    expect(loaded).toEqual([null])
    expect(sent.slice(1)).toMatchObject([
      { type: 'result', value: 'native' },
      { type: 'result', value: 'native' },
      { type: 'failed', jobId: 'c', error: { message: expect.stringContaining('wasm') as string } }
    ])
  })
})
