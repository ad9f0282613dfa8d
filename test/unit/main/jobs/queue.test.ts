import { describe, expect, it } from 'vitest'
import type { AppJob, JobState } from '../../../../src/shared/api/jobs'
import { jobStateSchema } from '../../../../src/shared/api/jobs'
import { HippospikeError } from '../../../../src/shared/errors'
import { EngineDiedError } from '../../../../src/main/jobs/engine-exit'
import { PaceBook } from '../../../../src/main/jobs/pace-book'
import { JobQueue, type JobRun, type Task } from '../../../../src/main/jobs/queue'
import { isOver, nextState, type JobHappening } from '../../../../src/main/jobs/transitions'
import type { HeadBox } from '../../../../src/shared/head'
import { NotLocatedError } from '../../../../src/shared/not-located'
import { grid } from '../../../fixtures/geometries'

describe('the transitions of a job', () => {
  const happenings: JobHappening[] = ['start', 'succeed', 'fail', 'cancel', 'lose-engine']

  it('are those of the contract and no others', () => {
    const all = jobStateSchema.options.flatMap((from: JobState) =>
      happenings.flatMap((what) => {
        const to = nextState(from, what)
        return to === null ? [] : [`${from} ${what} ${to}`]
      })
    )
    expect(all.sort()).toEqual([
      'queued cancel cancelled',
      'queued start running',
      'running cancel cancelled',
      'running fail failed',
      'running lose-engine interrupted',
      'running succeed done'
    ])
  })

  it('end in states that nothing leaves', () => {
    expect(jobStateSchema.options.filter(isOver)).toEqual([
      'done',
      'failed',
      'cancelled',
      'interrupted'
    ])
  })
})

const request = {
  kind: 'segment',
  caseId: 'a',
  model: 'snn',
  timesteps: null,
  runtime: null,
  side: 'both',
  boxes: null
} as const

function task(run: (job: JobRun) => Promise<string | null>): Task {
  return { request, paceKey: 'x', run }
}

/** A task that ends when it is told to. */
function heldTask(): Task & { finish: () => void; fail: (thrown: unknown) => void } {
  let finish = (): void => undefined
  let fail = (_: unknown): void => undefined
  const held = new Promise<string>((resolve, reject) => {
    finish = () => {
      resolve('made')
    }
    fail = reject
  })
  held.catch(() => undefined)
  const made = task(({ signal }) => {
    signal.addEventListener('abort', () => {
      fail(new HippospikeError('cancelled', 'cancelled'))
    })
    return held
  })
  return { ...made, finish: () => finish(), fail: (thrown) => fail(thrown) }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

describe('the queue', () => {
  it('runs one job at a time, in order, and tells every change', async () => {
    const queue = new JobQueue()
    const told: string[] = []
    queue.subscribe(({ id, state }) => told.push(`${ids.indexOf(id)} ${state}`))
    const ids: string[] = []
    const [first, second] = [heldTask(), heldTask()]
    ids.push('', '')
    ids[0] = queue.add(first).id
    ids[1] = queue.add(second).id
    expect(queue.list().map(({ state }) => state)).toEqual(['running', 'queued'])
    first.finish()
    await settled()
    expect(queue.list().map(({ state }) => state)).toEqual(['done', 'running'])
    second.finish()
    await settled()
    expect(queue.list().map(({ state, resultId }) => [state, resultId])).toEqual([
      ['done', 'made'],
      ['done', 'made']
    ])
    expect(told.slice(-3)).toEqual(['0 done', '1 running', '1 done'])
  })

  const box: HeadBox = { side: 'left', grid: grid({ size: [52, 68, 52] }) }
  const endings: [string, unknown, Partial<AppJob>][] = [
    ['failed', new HippospikeError('input', 'bad image'), { problem: 'bad image', guess: null }],
    ['failed', new NotLocatedError('no head', [box]), { problem: 'no head', guess: [box] }],
    ['failed', new NotLocatedError('no head', []), { problem: 'no head', guess: [] }],
    ['interrupted', new EngineDiedError('internal', 'killed'), { problem: 'killed' }],
    ['cancelled', new HippospikeError('cancelled', 'cancelled'), { problem: null }]
  ]
  it.each(endings)('ends a job as %s by why it stopped, and goes on', async (state, why, more) => {
    const queue = new JobQueue()
    queue.add(task(() => Promise.reject(why as Error)))
    queue.add(task(() => Promise.resolve('next')))
    await settled()
    expect(queue.list()[0]).toMatchObject({ state, resultId: null, ...more })
    expect(queue.list()[1]).toMatchObject({ state: 'done', resultId: 'next' })
  })

  it('cancels a job that waits at once, and one that runs once it has stopped', async () => {
    const queue = new JobQueue()
    const [first, second] = [heldTask(), heldTask()]
    const running = queue.add(first)
    const waiting = queue.add(second)
    expect(queue.cancel(waiting.id).state).toBe('cancelled')
    expect(queue.cancel(running.id).state).toBe('running')
    await settled()
    expect(queue.list().map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
    expect(() => queue.cancel(running.id)).toThrow('over already')
    expect(() => queue.cancel('none')).toThrow('no job none')
  })

  it('tells progress as it comes', async () => {
    const queue = new JobQueue(new PaceBook(), () => 0)
    const told: AppJob[] = []
    queue.subscribe((job) => told.push(job))
    queue.add(
      task((job) => {
        job.onProgress({ stage: 'segment', fraction: 0.5, message: 'half' })
        return Promise.resolve(null)
      })
    )
    await settled()
    expect(told.find(({ stage }) => stage === 'segment')).toMatchObject({
      state: 'running',
      fraction: 0.5,
      message: 'half'
    })
  })

  it('tells what is left of a job by what the stages of the last ones took', async () => {
    let clock = 0
    const queue = new JobQueue(new PaceBook(), () => clock)
    const told: (number | null)[][] = []
    const stage = (job: JobRun, name: string, at: number): void => {
      clock = at * 1000
      job.onProgress({ stage: name, fraction: null, message: name })
      const { secondsLeft, usualSeconds } = queue.list().at(-1)!
      told.push([secondsLeft, usualSeconds])
    }
    const job = (start: number, locating: number) =>
      task((run) => {
        stage(run, 'read', start + 1)
        stage(run, 'locate', start + 2)
        stage(run, 'write', start + 2 + locating)
        clock += 500
        return Promise.resolve(null)
      })
    for (const [start, locating] of [
      [0, 4],
      [10, 6],
      [20, 4]
    ] as const) {
      clock = start * 1000
      queue.add(job(start, locating))
      await settled()
    }
    // Starting 1, reading 1, locating 4, writing 0.5; the third takes the middle of 4 and 6.
    expect(told).toEqual([
      [null, null],
      [null, null],
      [null, null],
      [5.5, 6.5],
      [4.5, 6.5],
      [0.5, 6.5],
      [6.5, 7.5],
      [5.5, 7.5],
      [0.5, 7.5]
    ])
  })

  it('remembers nothing of a job that was not done, nor of one that tells its own time', async () => {
    const paces = new PaceBook()
    const queue = new JobQueue(paces)
    queue.add(task(() => Promise.reject(new HippospikeError('input', 'bad image'))))
    const own = { ...task(() => Promise.resolve(null)), paceKey: null }
    queue.add(own)
    await settled()
    expect(paces.usual('x')).toBeNull()
    queue.add(task(() => Promise.resolve(null)))
    await settled()
    expect(paces.usual('x')).not.toBeNull()
  })

  it('stops everything when it is closed', async () => {
    const queue = new JobQueue()
    queue.add(heldTask())
    queue.add(heldTask())
    await queue.close()
    expect(queue.list().map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
  })
})
