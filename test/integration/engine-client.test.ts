import { fork, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runJob, type JobCall } from '../../src/main/jobs/engine-client'
import type { EngineMessage, Progress } from '../../src/shared/engine-protocol'
import { HippospikeError } from '../../src/shared/errors'
import { runtimeInfoSchema } from '../../src/shared/runtime'

const builtEngine = resolve(import.meta.dirname, '../../out/main/engine.cjs')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hippospike-engine-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let count = 0

/** A program in the engine's place: `body` runs when it is given a job, as the message `run`. */
function fakeEngine(body: string): string {
  const path = join(folder, `engine-${count++}.cjs`)
  writeFileSync(
    path,
    `const { writeFileSync } = require('node:fs')
    writeFileSync(${JSON.stringify(`${path}.pid`)}, String(process.pid))
    process.on('disconnect', () => process.exit())
    let cancelled = false
    process.on('message', (run) => {
      if (run.type === 'cancel') { cancelled = true; return }
      const { jobId } = run
      ${body}
    })
    process.send({ type: 'ready' })`
  )
  return path
}

function call(enginePath: string, more: Partial<JobCall<unknown>> = {}): Promise<unknown> {
  return runJob<unknown>({
    kind: 'test',
    request: { size: 3 },
    runtime: null,
    resultSchema: z.strictObject({ answer: z.number() }),
    enginePath,
    ...more
  })
}

async function failureOf(promise: Promise<unknown>): Promise<HippospikeError> {
  const thrown = await promise.then(
    () => null,
    (error: unknown) => error
  )
  expect(thrown).toBeInstanceOf(HippospikeError)
  return thrown as HippospikeError
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const pidOf = (enginePath: string): number => Number(readFileSync(`${enginePath}.pid`, 'utf8'))

async function until(condition: () => boolean, milliseconds = 30_000): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen in time')
    await new Promise((wake) => setTimeout(wake, 25))
  }
}

describe('a job in an engine process', () => {
  it('gives its result after its progress, and the process is gone', async () => {
    const engine = fakeEngine(`
      process.send({ type: 'progress', jobId, stage: 's', fraction: 0.5, message: 'half', data: { loss: 1 } })
      process.send({ type: 'log', level: 'warning', message: 'careful' })
      console.log('printed')
      process.send({ type: 'result', jobId, value: { answer: run.request.size * 14 } })`)
    const heard: (Progress | string)[] = []
    const value = await call(engine, {
      onProgress: (progress) => heard.push(progress),
      onLog: (level, message) => heard.push(`${level}: ${message}`)
    })
    expect(value).toEqual({ answer: 42 })
    expect(heard).toEqual([
      { stage: 's', fraction: 0.5, message: 'half', data: { loss: 1 } },
      'warning: careful'
    ])
    expect(isAlive(pidOf(engine))).toBe(false)
  })

  it('fails with the kind and sentence that the engine gives', async () => {
    const engine = fakeEngine(
      "process.send({ type: 'failed', jobId, error: { kind: 'input', message: 'the image is empty' } })"
    )
    expect(await failureOf(call(engine))).toMatchObject({
      kind: 'input',
      message: 'the image is empty'
    })
  })

  it.each([
    ['a segmentation fault', "process.kill(process.pid, 'SIGSEGV')", /crashed with SIGSEGV/],
    ['a kill from outside', "process.kill(process.pid, 'SIGKILL')", /memory ran out/],
    ['an exit', 'process.exit(3)', /ended with code 3/],
    ['an exit that claims success', 'process.exit(0)', /ended with code 0 before its job was done/],
    ['an exception', "throw new Error('unexpected')", /ended with code 1/],
    [
      'a full heap',
      "console.error('FATAL ERROR: Reached heap limit'); process.abort()",
      /JavaScript's memory/
    ],
    [
      "a tensor that is too large for TensorFlow's memory",
      "console.error('OOM when allocating tensor'); process.exit(1)",
      /ran out of memory/
    ]
  ])('tells a crash in the middle: %s', async (_name, body, message) => {
    const progress =
      "process.send({ type: 'progress', jobId, stage: 's', fraction: 0, message: 'm' });"
    const error = await failureOf(call(fakeEngine(`${progress} setTimeout(() => { ${body} }, 50)`)))
    expect(error.kind).toBe('internal')
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
  })

  const result = { type: 'result', jobId: 'JOB', value: { answer: 1 } }
  it.each<[string, unknown]>([
    ['text', 'hello'],
    ['an unknown type', { type: 'done', jobId: 'JOB' }],
    ['a result without value of the schema', { ...result, value: { answer: 'one' } }],
    ['a result with more', { ...result, value: { answer: 1, more: 2 } }],
    ['a result of another job', { ...result, jobId: 'another' }],
    [
      'progress beyond its end',
      { type: 'progress', jobId: 'JOB', stage: 's', fraction: 7, message: '' }
    ],
    ['a failure of no kind', { type: 'failed', jobId: 'JOB', error: { kind: 'x', message: 'm' } }]
  ])('distrusts and ends an engine that sends %s', async (_name, message) => {
    const text = JSON.stringify(JSON.stringify(message))
    const engine = fakeEngine(`process.send(JSON.parse(${text}.replace('JOB', jobId)))
      setInterval(() => undefined, 1000)`)
    const error = await failureOf(call(engine))
    expect(error).toMatchObject({ kind: 'internal' })
    expect(error.message).toMatch(/does not fit/)
    expect(isAlive(pidOf(engine))).toBe(false)
  })

  it('asks to cancel, and takes the engine at its word', async () => {
    const engine = fakeEngine(`const timer = setInterval(() => {
      if (!cancelled) return
      clearInterval(timer)
      process.send({ type: 'failed', jobId, error: { kind: 'cancelled', message: 'cancelled' } })
    }, 20)
    process.send({ type: 'progress', jobId, stage: 's', fraction: null, message: 'at work' })`)
    const abort = new AbortController()
    const start = Date.now()
    const error = await failureOf(
      call(engine, { signal: abort.signal, onProgress: () => abort.abort(), graceMs: 30_000 })
    )
    expect(error.kind).toBe('cancelled')
    expect(Date.now() - start).toBeLessThan(15_000)
  })

  it('kills an engine that does not hear a cancel', async () => {
    const engine = fakeEngine(`process.send(
      { type: 'progress', jobId, stage: 's', fraction: null, message: 'deaf' },
      () => { for (;;); })`)
    const abort = new AbortController()
    const error = await failureOf(
      call(engine, { signal: abort.signal, onProgress: () => abort.abort(), graceMs: 300 })
    )
    expect(error.kind).toBe('cancelled')
    expect(isAlive(pidOf(engine))).toBe(false)
  })

  it('starts nothing once it is cancelled', async () => {
    const engine = fakeEngine('')
    const error = await failureOf(call(engine, { signal: AbortSignal.abort() }))
    expect(error.kind).toBe('cancelled')
    expect(existsSync(`${engine}.pid`)).toBe(false)
  })

  it('says when the engine is not built', async () => {
    const error = await failureOf(call(join(folder, 'none.cjs')))
    expect(error.message).toMatch(/none\.cjs is missing; run "npm run build"/)
  })
})

const built = existsSync(builtEngine)
if (!built) console.warn('skipping the built engine: run "npm run build" first')

describe.skipIf(!built)('the built engine', () => {
  it('loads the runtime that is forced', async () => {
    const info = await runJob({
      kind: 'describe-runtime',
      request: {},
      runtime: 'wasm',
      resultSchema: runtimeInfoSchema,
      enginePath: builtEngine
    })
    expect(info).toMatchObject({ runtime: 'wasm' })
  })

  it('refuses a request that does not fit, and a job that there is not', async () => {
    const refused = call(builtEngine, { kind: 'describe-runtime', request: { more: 1 } })
    expect(await failureOf(refused)).toMatchObject({ kind: 'usage' })
    const unknown = await failureOf(call(builtEngine, { kind: 'dance' }))
    expect(unknown.message).toContain('has no job dance')
  })

  it('answers bad messages and lives on', async () => {
    const child = fork(builtEngine, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const heard: EngineMessage[] = []
    child.on('message', (message) => heard.push(message as EngineMessage))
    await until(() => heard.some(({ type }) => type === 'ready'))
    child.send({ type: 'explode' })
    child.send({ type: 'run', jobId: 'bad', kind: 'describe-runtime', runtime: 'abacus' })
    await until(() => heard.length >= 3)
    expect(heard[1]).toMatchObject({ type: 'log', level: 'error' })
    expect(heard[2]).toMatchObject({ type: 'failed', jobId: 'bad', error: { kind: 'internal' } })
    child.send({
      type: 'run',
      jobId: 'good',
      kind: 'describe-runtime',
      runtime: 'wasm',
      request: {}
    })
    await until(() => heard.some(({ type }) => type === 'result'), 30_000)
    const exit = new Promise((resolve) => child.on('exit', resolve))
    child.disconnect()
    await exit
  })

  it('ends when its host is killed', async () => {
    const host = join(folder, 'host.cjs')
    writeFileSync(
      host,
      `const child = require('node:child_process').fork(${JSON.stringify(builtEngine)})
      child.on('message', () => console.log(child.pid))
      setInterval(() => undefined, 1000)`
    )
    const parent = spawn(process.execPath, [host], { stdio: ['ignore', 'pipe', 'ignore'] })
    let printed = ''
    parent.stdout.on('data', (data: Buffer) => (printed += data.toString()))
    await until(() => printed.includes('\n'), 30_000)
    const engine = Number(printed)
    expect(isAlive(engine)).toBe(true)
    parent.kill('SIGKILL')
    await until(() => !isAlive(engine))
  })

  it('is not started by hand', async () => {
    const child = spawn(process.execPath, [builtEngine], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (data: Buffer) => (said += data.toString()))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code).not.toBe(0)
    expect(said).toContain('started by Hippospike')
  })
})
