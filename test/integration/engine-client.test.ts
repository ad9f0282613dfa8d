import { fork, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runJob, type JobCall } from '../../src/main/jobs/engine-client'
import type { EngineMessage } from '../../src/shared/engine-protocol'
import { runtimeInfoSchema, type RuntimeInfo } from '../../src/shared/runtime'
import { failureOf } from '../fixtures/failure'
import { temporaryFolder } from '../fixtures/temporary-folder'

const builtEngine = resolve(import.meta.dirname, '../../out/main/engine.cjs')
const folder = temporaryFolder()

function call(more: Partial<JobCall<RuntimeInfo>> = {}): Promise<RuntimeInfo> {
  return runJob({
    kind: 'describe-runtime',
    request: {},
    runtime: null,
    resultSchema: runtimeInfoSchema,
    enginePath: builtEngine,
    ...more
  })
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean, milliseconds = 30_000): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen in time')
    await new Promise((wake) => setTimeout(wake, 25))
  }
}

const built = existsSync(builtEngine)
if (!built) console.warn('skipping the built engine: run "npm run build" first')

describe.skipIf(!built)('the built engine', () => {
  it('loads the runtime that is forced', async () => {
    expect(await call({ runtime: 'wasm' })).toMatchObject({ runtime: 'wasm' })
  })

  it('refuses a request that does not fit, and a job that there is not', async () => {
    const refused = await failureOf(() => call({ request: { more: 1 } }))
    expect(refused.kind).toBe('usage')
    const unknown = await failureOf(() => call({ kind: 'dance' }))
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
    const host = folder.write(
      'host.cjs',
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
