import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { runJob } from '../../src/main/jobs/engine-client'
import { modelResultSchema, type ModelResult } from '../../src/shared/jobs'
import { enginesOf, isEngine } from '../fixtures/engine-processes'
import { failureOf } from '../fixtures/failure'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { SAMPLE_DIR } from '../shared-data'

const root = join(import.meta.dirname, '..', '..')
const enginePath = join(root, 'out', 'main', 'engine.cjs')
const folder = temporaryFolder()
const data = folder.file('data')

/** A training that lasts longer than any test, on the runtime that is everywhere. */
const settings = { channels: [4, 8], patch: [8, 8, 8], epochs: 10_000, validateEvery: 10_000 }

beforeAll(() => {
  for (const part of ['imagesTr', 'labelsTr']) {
    cpSync(join(SAMPLE_DIR, part), join(data, part), { recursive: true })
  }
  const [first, ...others] = readdirSync(join(data, 'imagesTr')).map((name) =>
    name.replace('.nii.gz', '')
  )
  const split = { train: [first], validation: others }
  writeFileSync(join(data, 'dataset.json'), JSON.stringify({ split }))
})

async function until(condition: () => boolean, seconds = 30): Promise<void> {
  for (const end = Date.now() + 1000 * seconds; !condition();) {
    if (Date.now() > end) throw new Error('it did not come to pass in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Trains into `out`, and calls `onStep` as soon as the training has done a step. */
function train(out: string, signal: AbortSignal, onStep: () => void): Promise<ModelResult> {
  return runJob({
    kind: 'train',
    request: { data, out, settings },
    runtime: 'wasm',
    resultSchema: modelResultSchema,
    signal,
    enginePath,
    onProgress: ({ stage }) => {
      if (stage === 'ann') onStep()
    }
  })
}

function expectNothingHalfWritten(out: string): void {
  const files = readdirSync(out, { recursive: true }).map(String)
  expect(files.filter((name) => name.includes('.hippospike-'))).toEqual([])
  expect(files).not.toContain('model.json')
}

describe('a training in the built engine', () => {
  it('stops when it is cancelled, between two steps', async () => {
    const abort = new AbortController()
    const out = folder.file('cancelled')
    let asked = 0
    const training = train(out, abort.signal, () => {
      asked ||= performance.now()
      abort.abort()
    })
    expect((await failureOf(() => training)).kind).toBe('cancelled')
    // Else it did not hear, and was killed after its grace.
    expect(performance.now() - asked).toBeLessThan(4500)
    expectNothingHalfWritten(out)
  })

  it.runIf(process.platform === 'linux')('is missed when somebody kills it', async () => {
    const out = folder.file('killed')
    const training = train(out, new AbortController().signal, () => {
      for (const pid of enginesOf(process.pid)) process.kill(pid, 'SIGKILL')
    })
    const failure = await failureOf(() => training)
    expect(failure.kind).toBe('internal')
    expect(failure.message).toMatch(/killed from outside.*memory/)
    expect(enginesOf(process.pid)).toEqual([])
  })
})

describe.runIf(process.platform === 'linux')('a training of the command line', () => {
  const config = folder.write('settings.json', JSON.stringify(settings))
  const started: ChildProcess[] = []

  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL')
  })

  interface Command {
    child: ChildProcess
    engine: number
    printed: { stdout: string; stderr: string }
    ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  }

  /** A training that has begun. */
  async function begin(out: string): Promise<Command> {
    const program = join(root, 'bin', 'hippospike.mjs')
    const args = ['train', '--data', data, '--out', out, '--config', config]
    const child = spawn(process.execPath, [program, ...args, '--runtime', 'wasm', '--json'])
    started.push(child)
    const printed = { stdout: '', stderr: '' }
    child.stdout.on('data', (data: Buffer) => (printed.stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => (printed.stderr += data.toString()))
    const ended = new Promise<Awaited<Command['ended']>>((resolve) => {
      child.on('close', (code, signal) => {
        resolve({ code, signal })
      })
    })
    await until(() => printed.stderr.includes('ann: epoch '), 60)
    return { child, engine: enginesOf(child.pid!)[0]!, printed, ended }
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('ends with code 130 on %s', async (signal) => {
    const out = folder.file(signal)
    const { child, engine, printed, ended } = await begin(out)
    child.kill(signal)
    expect(await ended).toEqual({ code: 130, signal: null })
    expect(JSON.parse(printed.stdout)).toEqual({
      error: { kind: 'cancelled', message: 'cancelled' }
    })
    expect(printed.stderr.trimEnd().split('\n').at(-1)).toBe('hippospike: cancelled')
    expect(isEngine(engine)).toBe(false)
    expectNothingHalfWritten(out)
  })

  it('ends at once on a second SIGINT, and its engine with it', async () => {
    const { child, engine, ended } = await begin(folder.file('twice'))
    // An engine that is stopped hears no cancel.
    process.kill(engine, 'SIGSTOP')
    child.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 200))
    const asked = performance.now()
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
    expect(performance.now() - asked).toBeLessThan(3000)
    await until(() => !isEngine(engine))
  })

  it('leaves no engine behind when it is killed itself', async () => {
    const { child, engine, ended } = await begin(folder.file('orphan'))
    child.kill('SIGKILL')
    expect((await ended).signal).toBe('SIGKILL')
    await until(() => !isEngine(engine))
  })
})
