import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Engine, type LoadRuntime } from '../../../../src/main/engine/engine'
import { jobs, runnable } from '../../../../src/main/engine/jobs'
import { throwIfCancelled, type Job, type JobContext } from '../../../../src/main/engine/jobs/job'
import type { EngineMessage } from '../../../../src/shared/engine-protocol'
import { HippospikeError } from '../../../../src/shared/errors'
import type { Runtime } from '../../../../src/shared/runtime'
import { NotLocatedError } from '../../../../src/shared/not-located'
import { grid } from '../../../fixtures/geometries'

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

/**
 * An engine whose only job is `job`, on a channel that keeps what it is sent.
 *
 * @param loading what loading a runtime takes
 */
function bench(
  work: (request: Request, context: JobContext) => Promise<unknown>,
  loading: (signal: AbortSignal) => Promise<void> = () => Promise.resolve()
): Bench {
  const job: Job<Request, unknown> = { kind: 'job', request, run: work }
  const sent: EngineMessage[] = []
  const loaded: (Runtime | null)[] = []
  let receive: (message: unknown) => void = () => undefined
  const channel = {
    send: (message: EngineMessage) => void sent.push(message),
    onMessage: (listener: (message: unknown) => void) => (receive = listener)
  }
  const load: LoadRuntime = async (forced, signal) => {
    loaded.push(forced?.runtime ?? null)
    await loading(signal)
    const runtime = forced?.runtime ?? 'native'
    return { runtime, version: '1', device: 'test', memoryBytes: null }
  }
  const registry = new Map([['job', () => Promise.resolve(runnable(job))]])
  const engine = new Engine(channel, registry, load)
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

beforeEach(() => {
  vi.stubEnv('HIPPOSPIKE_RUNTIME', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

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

  it('passes on where a head that it could not locate may have its hippocampi', async () => {
    const guess = [{ side: 'left' as const, grid: grid({ size: [52, 68, 52] }) }]
    const { sent, receive, settle } = bench(() =>
      Promise.reject(new NotLocatedError('no T1-weighted head', guess))
    )
    receive(run('a'))
    await settle()
    expect(sent[1]).toEqual({
      type: 'failed',
      jobId: 'a',
      error: { kind: 'input', message: 'no T1-weighted head', guess }
    })
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
      await context.denseRuntime()
      return (await context.denseRuntime()).runtime
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
  it('tells the jobs which runtime is forced, and takes it from the environment too', async () => {
    vi.stubEnv('HIPPOSPIKE_RUNTIME', 'wasm')
    const { sent, receive, settle } = bench((_request, { forced }) => Promise.resolve(forced))
    receive(run('a'))
    await settle()
    receive(run('b', 1, 'event'))
    await settle()
    vi.stubEnv('HIPPOSPIKE_RUNTIME', 'abacus')
    receive(run('c'))
    await settle()
    expect(sent.slice(1)).toMatchObject([
      { type: 'result', value: { runtime: 'wasm', source: 'HIPPOSPIKE_RUNTIME=wasm' } },
      { type: 'result', value: { runtime: 'event', source: '--runtime event' } },
      {
        type: 'failed',
        error: { kind: 'usage', message: expect.stringContaining('abacus') as string }
      }
    ])
  })

  it('refuses to load TensorFlow where event is forced', async () => {
    const { sent, loaded, receive, settle } = bench((_request, context) => context.denseRuntime())
    receive(run('a', 1, 'event'))
    await settle()
    expect(loaded).toEqual([])
    expect(sent.at(-1)).toEqual({
      type: 'failed',
      jobId: 'a',
      error: {
        kind: 'usage',
        message:
          '--runtime event: event infers spiking models only; use one of cuda, webgpu, native, wasm here'
      }
    })
  })

  it('passes a cancel on to the loading of a runtime, and tries again for the next job', async () => {
    let first = true
    const untilAborted = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        if (!first) resolve()
        first = false
        signal.addEventListener('abort', () => {
          reject(new HippospikeError('cancelled', 'cancelled'))
        })
      })
    const { sent, loaded, receive, settle } = bench(
      async (_request, context) => (await context.denseRuntime()).runtime,
      untilAborted
    )
    receive(run('a'))
    await settle()
    receive({ type: 'cancel', jobId: 'a' })
    await settle()
    receive(run('b'))
    await settle()
    expect(loaded).toEqual([null, null])
    expect(sent.slice(1)).toMatchObject([
      { type: 'failed', jobId: 'a', error: { kind: 'cancelled' } },
      { type: 'result', jobId: 'b', value: 'native' }
    ])
  })
})

describe('the registry of jobs', () => {
  it('has each job under its own name', async () => {
    for (const [kind, load] of jobs) expect((await load()).kind).toBe(kind)
  })
})
