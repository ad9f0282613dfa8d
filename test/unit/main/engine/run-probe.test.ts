import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probeRuntime, type ProbeOptions } from '../../../../src/main/engine/doctor/run-probe'
import type { Candidate } from '../../../../src/shared/doctor'
import type { Runtime } from '../../../../src/shared/runtime'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hippospike-probe-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let count = 0
function probe(
  script: string,
  options: ProbeOptions = {},
  runtime: Runtime = 'wasm'
): Promise<Candidate> {
  const probePath = join(folder, `probe-${count++}.cjs`)
  writeFileSync(probePath, script)
  return probeRuntime(runtime, { probePath, ...options })
}

function reasonOf(candidate: Candidate): string {
  expect(candidate.available).toBe(false)
  return candidate.available ? '' : candidate.reason
}

const found = {
  available: true,
  runtime: 'wasm',
  version: '1',
  device: 'd',
  memoryBytes: null,
  software: false,
  checks: [],
  gmacsPerSecond: 2,
  gaccsPerSecond: null
}
const print = (value: unknown): string => `console.log(${JSON.stringify(JSON.stringify(value))});`

describe('probing a runtime in a process of its own', () => {
  it('takes the last line of its output', async () => {
    const candidate = await probe(`console.log('TensorFlow says hello');${print(found)}`)
    expect(candidate).toMatchObject({ ...found, verified: true, note: null })
  })

  it('calls what nobody could run unverified', async () => {
    const cuda = await probe(print({ ...found, runtime: 'cuda' }), {}, 'cuda')
    expect(cuda).toMatchObject({
      verified: false,
      note: expect.stringContaining('nobody') as string
    })
    const gpu = await probe(print({ ...found, runtime: 'webgpu' }), {}, 'webgpu')
    expect(gpu).toMatchObject({ verified: false })
    const software = { ...found, runtime: 'webgpu', software: true }
    expect(await probe(print(software), {}, 'webgpu')).toMatchObject({ verified: true })
  })

  it('tells a crash with the last line on stderr', async () => {
    const killed = await probe(`console.error('cannot go on'); process.kill(process.pid, 'SIGSEGV')
      setTimeout(() => undefined, 60000)`)
    expect(reasonOf(killed)).toBe('the probe crashed with SIGSEGV (cannot go on)')
    expect(reasonOf(await probe('process.exit(7)'))).toBe('the probe ended with code 7')
  })

  it('tells a processor that lacks instructions', async () => {
    const candidate = await probe(
      "process.kill(process.pid, 'SIGILL'); setTimeout(() => undefined, 60000)"
    )
    expect(reasonOf(candidate)).toContain('lacks instructions')
  })

  it('ends a probe that hangs', async () => {
    const candidate = await probe('setInterval(() => undefined, 1000)', { timeLimitMs: 400 })
    expect(reasonOf(candidate)).toMatch(/not done after/)
    expect(candidate).toMatchObject({ temporary: true })
    expect(candidate.seconds).toBeLessThan(10)
  })

  it('ends a probe that is cancelled', async () => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 200)
    const candidate = await probe('setInterval(() => undefined, 1000)', { signal: abort.signal })
    expect(reasonOf(candidate)).toContain('cancelled')
    expect(reasonOf(await probe(print(found), { signal: abort.signal }))).toContain('cancelled')
  })

  it.each([
    ['text', "console.log('fine')"],
    ['nothing', ''],
    ['half a line', `process.stdout.write(${JSON.stringify(JSON.stringify(found).slice(0, 50))})`],
    ['another runtime', print({ ...found, runtime: 'native' })],
    ['a speed of zero', print({ ...found, gmacsPerSecond: 0 })],
    ['unknown fields', print({ ...found, secret: 1 })],
    [
      'no reason',
      print({ available: false, runtime: 'wasm', reason: '', advice: '', temporary: false })
    ]
  ])('does not believe %s', async (_name, script) => {
    expect(reasonOf(await probe(script))).toMatch(/^the probe ended with code 0/)
  })

  it('adds what Dawn says on stderr alone', async () => {
    const missing = {
      available: false,
      runtime: 'webgpu',
      reason: 'no GPU',
      advice: 'get one',
      temporary: false
    }
    const script = `console.error("Warning: Couldn't load Vulkan: libvulkan.so.1: No such file");${print(missing)}`
    expect(reasonOf(await probe(script, {}, 'webgpu'))).toBe(
      "no GPU (Couldn't load Vulkan: libvulkan.so.1: No such file)"
    )
  })

  it('says when it is not built', async () => {
    const candidate = await probeRuntime('wasm', { probePath: join(folder, 'none.cjs') })
    expect(reasonOf(candidate)).toContain('none.cjs is missing')
  })
})
