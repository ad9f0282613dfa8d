import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runJob, type JobCall } from '../../../../src/main/jobs/engine-client'
import { failureOf } from '../../../fixtures/failure'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()
let count = 0

/** An engine that is ready, and does `work` when it is asked for a job: `send`, `jobId` and `message` are in scope. */
function engine(work: string): string {
  return folder.write(
    `engine-${count++}.cjs`,
    `const send = (message) => process.send(message)
     process.on('disconnect', () => process.exit())
     process.on('message', (message) => {
       const { jobId } = message
       ${work}
     })
     send({ type: 'ready' })`
  )
}

function call(work: string, more: Partial<JobCall<number>> = {}): JobCall<number> {
  return {
    kind: 'count',
    request: {},
    runtime: null,
    resultSchema: z.number(),
    enginePath: engine(work),
    ...more
  }
}

const answer = `send({ type: 'result', jobId, value: 3 })`

describe('running a job', () => {
  it('hands over the request and returns the result', async () => {
    const work = `send({ type: 'result', jobId, value: message.request.mask.length + 10 * (message.runtime === 'wasm') })`
    const request = { mask: new Float32Array(4) }
    expect(await runJob(call(work, { request, runtime: 'wasm' }))).toBe(14)
  })

  it('passes on progress, log lines and what is printed', async () => {
    const heard: unknown[] = []
    const work = `
      console.log('to stdout')
      console.error('to stderr')
      send({ type: 'progress', jobId, stage: 's', fraction: null, message: 'm', data: { loss: 1 } })
      send({ type: 'log', level: 'warning', message: 'careful' })
      ${answer}`
    await runJob(
      call(work, {
        onProgress: (progress) => heard.push(progress),
        onLog: (level, message) => heard.push([level, message]),
        onOutput: (line) => heard.push(line)
      })
    )
    expect(heard).toContainEqual({ stage: 's', fraction: null, message: 'm', data: { loss: 1 } })
    expect(heard).toContainEqual(['warning', 'careful'])
    expect(heard).toContain('to stdout')
    expect(heard).toContain('to stderr')
  })

  it('does not trust a message about another job', async () => {
    const work = `send({ type: 'result', jobId: 'other', value: 1 })`
    const failure = await failureOf(() => runJob(call(work)))
    expect(failure.kind).toBe('internal')
    expect(failure.message).toMatch(/does not fit/)
  })
})

describe('cancelling a job', () => {
  const onCancel = `if (message.type === 'cancel') send({ type: 'failed', jobId, error: { kind: 'cancelled', message: 'cancelled' } })`
  const started = `\nelse send({ type: 'progress', jobId, stage: 's', fraction: 0, message: 'started' })`

  it('is heard before the engine is ready', async () => {
    const abort = new AbortController()
    const running = runJob(call(`${onCancel} ${started}`, { signal: abort.signal }))
    abort.abort()
    expect((await failureOf(() => running)).kind).toBe('cancelled')
  })

  it('leaves a job that was done all the same its result', async () => {
    const abort = new AbortController()
    const work = `if (message.type === 'cancel') ${answer} ${started}`
    const running = call(work, {
      signal: abort.signal,
      onProgress: () => {
        abort.abort()
      }
    })
    expect(await runJob(running)).toBe(3)
  })
})
