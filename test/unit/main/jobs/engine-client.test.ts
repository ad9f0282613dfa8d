import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runJob, type JobCall } from '../../../../src/main/jobs/engine-client'
import { failureOf } from '../../../fixtures/failure'
import { temporaryFolder } from '../../../fixtures/temporary-folder'
import { NotLocatedError } from '../../../../src/shared/not-located'
import { grid } from '../../../fixtures/geometries'

const folder = temporaryFolder()
let count = 0

/** An engine that is ready, and does `work` when it is asked for a job: `send`, `jobId` and `message` are in scope. It leaves its process id. */
function engine(work: string): string {
  const path = folder.file(`engine-${count++}.cjs`)
  writeFileSync(
    path,
    `require('node:fs').writeFileSync(${JSON.stringify(`${path}.pid`)}, String(process.pid))
     const send = (message) => process.send(message)
     process.on('disconnect', () => process.exit())
     process.on('message', (message) => {
       const { jobId } = message
       ${work}
     })
     send({ type: 'ready' })`
  )
  return path
}

function isAlive(enginePath: string): boolean {
  try {
    process.kill(Number(readFileSync(`${enginePath}.pid`, 'utf8')), 0)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw cause
  }
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
  it('hands over the request and returns the result, and the process is gone', async () => {
    const work = `send({ type: 'result', jobId, value: message.request.mask.length + 10 * (message.runtime === 'wasm') })`
    const request = { mask: new Float32Array(4) }
    const job = call(work, { request, runtime: 'wasm' })
    expect(await runJob(job)).toBe(14)
    expect(isAlive(job.enginePath!)).toBe(false)
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

  it('fails with the kind and sentence that the engine gives', async () => {
    const error = { kind: 'input', message: 'the image is empty' }
    const work = `send({ type: 'failed', jobId, error: ${JSON.stringify(error)} })`
    expect(await failureOf(() => runJob(call(work)))).toMatchObject(error)
  })

  it('fails with the boxes that the engine guesses in a head that it could not locate', async () => {
    const guess = [{ side: 'right', grid: grid({ size: [52, 68, 52] }) }]
    const error = { kind: 'input', message: 'no T1-weighted head', guess }
    const work = `send({ type: 'failed', jobId, error: ${JSON.stringify(error)} })`
    const failure = await failureOf(() => runJob(call(work)))
    expect(failure).toBeInstanceOf(NotLocatedError)
    expect(failure).toMatchObject(error)
  })

  it('says when the engine is not built', async () => {
    const error = await failureOf(() => runJob(call('', { enginePath: folder.file('none.cjs') })))
    expect(error.message).toMatch(/none\.cjs is missing; run "npm run build"/)
  })

  // Which sentence goes with which end is tested with engine-exit.
  it.each([
    ['a segmentation fault', "process.kill(process.pid, 'SIGSEGV')", /crashed with SIGSEGV/],
    ['an exit that claims success', 'process.exit(0)', /ended with code 0 before its job was done/],
    [
      'an end whose cause it has printed',
      "console.error('OOM when allocating tensor'); process.exit(1)",
      /ran out of memory/
    ]
  ])('tells a crash in the middle: %s', async (_name, end, message) => {
    const work = `send({ type: 'progress', jobId, stage: 's', fraction: 0, message: 'm' })
      setTimeout(() => { ${end} }, 50)`
    const error = await failureOf(() => runJob(call(work)))
    expect(error.kind).toBe('internal')
    expect(error.message).toMatch(message)
  })

  const result = { type: 'result', jobId: 'JOB', value: 1 }
  it.each<[string, unknown]>([
    ['text', 'hello'],
    ['an unknown type', { type: 'done', jobId: 'JOB' }],
    ['a result without value of the schema', { ...result, value: 'one' }],
    ['a result with more', { ...result, more: 2 }],
    ['a result of another job', { ...result, jobId: 'another' }],
    [
      'progress beyond its end',
      { type: 'progress', jobId: 'JOB', stage: 's', fraction: 7, message: '' }
    ],
    ['a failure of no kind', { type: 'failed', jobId: 'JOB', error: { kind: 'x', message: 'm' } }]
  ])('distrusts and ends an engine that sends %s', async (_name, message) => {
    const text = JSON.stringify(JSON.stringify(message))
    const job = call(`send(JSON.parse(${text}.replace('JOB', jobId)))
      setInterval(() => undefined, 1000)`)
    const error = await failureOf(() => runJob(job))
    expect(error.kind).toBe('internal')
    expect(error.message).toMatch(/does not fit/)
    expect(isAlive(job.enginePath!)).toBe(false)
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

  it.each([
    { stage: 's', graceMs: 300 },
    // Longer than the test may take.
    { stage: 'locate', graceMs: 60_000 }
  ])('kills an engine that does not hear in $stage', async ({ stage, graceMs }) => {
    const abort = new AbortController()
    const job = call(
      `process.send(
        { type: 'progress', jobId, stage: '${stage}', fraction: null, message: 'deaf' },
        () => { for (;;); })`,
      {
        signal: abort.signal,
        onProgress: () => {
          abort.abort()
        },
        graceMs
      }
    )
    expect((await failureOf(() => runJob(job))).kind).toBe('cancelled')
    expect(isAlive(job.enginePath!)).toBe(false)
  })

  it('starts nothing where it comes first', async () => {
    const job = call(answer, { signal: AbortSignal.abort() })
    expect((await failureOf(() => runJob(job))).kind).toBe('cancelled')
    expect(existsSync(`${job.enginePath!}.pid`)).toBe(false)
  })
})
