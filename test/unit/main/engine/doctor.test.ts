import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cacheFolder } from '../../../../src/main/engine/doctor/cache-folder'
import { cacheKey } from '../../../../src/main/engine/doctor/cache-key'
import {
  cachedOrFirst,
  choose,
  formatReport,
  probeAll,
  readCachedReport
} from '../../../../src/main/engine/doctor'
import { loadingOrder, loadRuntime } from '../../../../src/main/engine/runtimes'
import { forcedRuntime } from '../../../../src/main/engine/runtimes/forced'
import { parseGpu } from '../../../../src/main/engine/runtimes/nvidia'
import { deviceName, isSoftware } from '../../../../src/main/engine/runtimes/webgpu'
import {
  candidateSchema,
  doctorReportSchema,
  type Candidate,
  type DoctorReport
} from '../../../../src/shared/doctor'
import type { Runtime } from '../../../../src/shared/runtime'

function works(runtime: Runtime, extra: { software?: boolean } = {}): Candidate {
  return {
    available: true,
    runtime,
    verified: true,
    note: null,
    seconds: 1,
    version: 'TensorFlow 2',
    device: 'a device',
    memoryBytes: 8 * 1024 ** 3,
    software: false,
    checks: [{ name: 'conv3d', error: 1e-7, tolerance: 2e-3 }],
    gmacsPerSecond: runtime === 'event' ? null : 33.2,
    gaccsPerSecond: runtime === 'event' ? 8.61 : null,
    ...extra
  }
}

function out(runtime: Runtime): Candidate {
  return {
    available: false,
    runtime,
    verified: runtime !== 'cuda',
    note: runtime === 'cuda' ? 'unverified: nobody could run it yet' : null,
    seconds: 0.1,
    reason: `no ${runtime}`,
    advice: `get ${runtime}`,
    temporary: false
  }
}

function report(candidates: Candidate[], key = 'k'): DoctorReport {
  return {
    format: 'hippospike-doctor',
    version: 1,
    key,
    created: '2026-01-01T00:00:00.000Z',
    application: '0.1.0',
    node: 'v20.0.0',
    platform: 'linux-x64',
    candidates,
    chosen: choose(candidates)
  }
}

describe('choosing a runtime', () => {
  it('takes the best that works', () => {
    expect(choose([works('cuda'), works('native'), works('wasm')])).toBe('cuda')
    expect(choose([out('cuda'), works('webgpu'), works('native')])).toBe('webgpu')
    expect(choose([out('cuda'), out('webgpu'), out('native'), works('wasm')])).toBe('wasm')
    expect(choose([out('cuda'), out('wasm')])).toBeNull()
  })

  it('leaves event out, which trains nothing and infers no ANN', () => {
    expect(choose([works('event'), out('cuda'), works('native')])).toBe('native')
    expect(choose([works('event'), out('native')])).toBeNull()
  })

  it('takes a software device last', () => {
    const software = works('webgpu', { software: true })
    expect(choose([out('cuda'), software, works('native'), works('wasm')])).toBe('native')
    expect(choose([out('cuda'), software, out('native'), works('wasm')])).toBe('wasm')
    expect(choose([out('cuda'), software, out('native'), out('wasm')])).toBe('webgpu')
  })

  it('falls back to what works on every machine', () => {
    expect(loadingOrder('cuda', ['cuda', 'native', 'wasm'])).toEqual(['cuda', 'native', 'wasm'])
    expect(loadingOrder('native', ['native'])).toEqual(['native', 'wasm'])
    expect(loadingOrder(null, [])).toEqual(['wasm'])
  })

  it('reads the environment variable', () => {
    const set = (value: string): NodeJS.ProcessEnv => ({ HIPPOSPIKE_RUNTIME: value })
    expect(forcedRuntime(null, {})).toBeNull()
    expect(forcedRuntime(null, set(''))).toBeNull()
    expect(forcedRuntime(null, set('wasm'))).toEqual({
      runtime: 'wasm',
      source: 'HIPPOSPIKE_RUNTIME=wasm'
    })
    expect(forcedRuntime('event', set('wasm'))).toMatchObject({ runtime: 'event' })
    expect(() => forcedRuntime(null, set('gpu'))).toThrow(/no such runtime.*event, cuda, webgpu/)
  })
})

describe('recognising devices', () => {
  const adapter = { vendor: '', architecture: '', device: '', description: '' }

  it('calls software drivers software', () => {
    expect(isSoftware({ ...adapter, architecture: 'swiftshader' })).toBe(true)
    expect(isSoftware({ ...adapter, description: 'llvmpipe (LLVM 19.1, 256 bits)' })).toBe(true)
    expect(isSoftware({ ...adapter, description: 'Microsoft Basic Render Driver' })).toBe(true)
    expect(isSoftware({ ...adapter, vendor: 'apple', architecture: 'metal-3' })).toBe(false)
    expect(isSoftware({ ...adapter, description: 'NVIDIA: 550.54 550.54.14.0' })).toBe(false)
  })

  it('names the adapter', () => {
    expect(deviceName({ ...adapter, description: 'Radeon' })).toBe('Radeon')
    expect(deviceName({ ...adapter, vendor: 'amd', architecture: 'rdna-3' })).toBe('amd rdna-3')
    expect(deviceName(adapter)).toBe('unnamed GPU')
  })

  it('reads the table of nvidia-smi', () => {
    expect(parseGpu('NVIDIA H200, 143771, 570.1\nother, 1, 2\n')).toEqual({
      name: 'NVIDIA H200',
      driver: '570.1',
      memoryBytes: 143771 * 1024 ** 2
    })
    expect(parseGpu('GB10, [N/A], 580.1')).toMatchObject({ memoryBytes: null })
    expect(parseGpu('')).toBeNull()
    expect(parseGpu('No devices were found')).toBeNull()
  })
})

describe('the report', () => {
  it('has a schema that refuses what does not fit', () => {
    const good = report([out('cuda'), works('native')])
    expect(doctorReportSchema.parse(structuredClone(good))).toEqual(good)
    const bad: unknown[] = [
      { ...good, format: 'other' },
      { ...good, version: 2 },
      { ...good, chosen: 'gpu' },
      { ...good, extra: 1 },
      { ...good, candidates: [{ ...works('native'), gmacsPerSecond: 0 }] },
      { ...good, candidates: [{ ...works('native'), reason: 'both' }] }
    ]
    for (const value of bad) expect(doctorReportSchema.safeParse(value).success).toBe(false)
    expect(candidateSchema.safeParse({ ...out('cuda'), reason: '' }).success).toBe(false)
  })

  it('is a table with reasons and advice', () => {
    const text = formatReport(
      report([out('cuda'), works('webgpu', { software: true }), works('native'), works('wasm')])
    )
    expect(text).toContain('cuda: out, because no cuda')
    expect(text).toContain('what to do: get cuda')
    expect(text).toContain('unverified: nobody could run it yet')
    expect(text).toMatch(/^native +used +33 GMAC\/s +8\.0 GiB +TensorFlow 2 +a device$/m)
    expect(text).toMatch(/^webgpu +works/m)
    expect(text).toMatch(/HIPPOSPIKE_RUNTIME\): native$/)
    expect(text).not.toContain('GAcc/s')
    const withEvent = formatReport(report([works('event'), out('cuda'), works('native')]))
    expect(withEvent).toMatch(/^event +used +8\.6 GAcc\/s +8\.0 GiB/m)
    expect(withEvent).toMatch(
      /HIPPOSPIKE_RUNTIME\): event for the inference of spiking models, native for everything else$/
    )
    expect(formatReport(report([out('cuda')]))).toContain('No runtime works here.')
  })
})

// Each case starts several processes, one after the other.
describe('the cached report', { timeout: 120_000 }, () => {
  let folder: string
  const stored = (): string => join(folder, 'hippospike', 'doctor.json')

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hippospike-doctor-'))
    vi.stubEnv('XDG_CACHE_HOME', folder)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  /** A probe that counts how often it is started. */
  function fakeProbe(working: Runtime[]): { probePath: string; started: () => string[] } {
    const log = join(folder, 'started')
    const probePath = join(folder, 'probe.cjs')
    writeFileSync(log, '')
    writeFileSync(
      probePath,
      `const runtime = process.argv[2]
      require('node:fs').appendFileSync(${JSON.stringify(log)}, runtime + '\\n')
      const works = ${JSON.stringify(working)}.includes(runtime)
      console.log(JSON.stringify(works
        ? { available: true, runtime, version: '1', device: 'd', memoryBytes: null, software: false, checks: [], gmacsPerSecond: 1, gaccsPerSecond: null }
        : { available: false, runtime, reason: 'no', advice: 'none', temporary: false }))`
    )
    return { probePath, started: () => readFileSync(log, 'utf8').trim().split('\n') }
  }

  it('lies in the cache folder of the user', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'hippospike'))
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' })).not.toContain('relative')
  })

  it('is made once, up to the first runtime that works', async () => {
    const { probePath, started } = fakeProbe(['native', 'wasm'])
    const first = await cachedOrFirst({ probePath })
    expect(first.chosen).toBe('native')
    expect(started()).toEqual(['cuda', 'webgpu', 'native'])
    expect(await cachedOrFirst({ probePath })).toEqual(first)
    expect(started()).toHaveLength(3)
    expect(await readCachedReport()).toEqual(first)
  })

  it('is replaced by a full one when the doctor probes', async () => {
    const { probePath, started } = fakeProbe(['native', 'wasm'])
    const told: Runtime[] = []
    await cachedOrFirst({ probePath })
    const full = await probeAll({ probePath, onProbe: (runtime) => told.push(runtime) })
    expect(full.candidates.map(({ runtime }) => runtime)).toEqual([
      'event',
      'cuda',
      'webgpu',
      'native',
      'wasm'
    ])
    expect(told).toHaveLength(5)
    expect(started()).toHaveLength(8)
    expect(await readCachedReport()).toEqual(full)
  })

  it('is not believed when it is damaged or about another machine', async () => {
    expect(await readCachedReport()).toBeNull()
    const { probePath } = fakeProbe(['native'])
    const made = await probeAll({ probePath })
    expect(made.key).toBe(cacheKey())
    writeFileSync(stored(), JSON.stringify({ ...made, key: 'another' }))
    expect(await readCachedReport()).toBeNull()
    writeFileSync(stored(), JSON.stringify(made).slice(0, 100))
    expect(await readCachedReport()).toBeNull()
    writeFileSync(stored(), JSON.stringify(made))
    expect(await readCachedReport()).toEqual(made)
    vi.stubEnv('VK_ICD_FILENAMES', '/another/driver.json')
    expect(await readCachedReport()).toBeNull()
  })

  it('is not kept when a probe ran out of time', async () => {
    const probePath = join(folder, 'slow.cjs')
    writeFileSync(probePath, 'setInterval(() => undefined, 1000)')
    const slow = await probeAll({ probePath, timeLimitMs: 200 })
    expect(slow.chosen).toBeNull()
    expect(await readCachedReport()).toBeNull()
  })

  it('costs nothing but time where it cannot be kept', async () => {
    const { probePath } = fakeProbe(['native'])
    writeFileSync(join(folder, 'hippospike'), 'a file where the folder should be')
    expect((await probeAll({ probePath })).chosen).toBe('native')
  })

  it('leaves no probe behind when a job is cancelled during the first one', async () => {
    const probePath = join(folder, 'slow.cjs')
    const pidFile = join(folder, 'pid')
    writeFileSync(
      probePath,
      `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid))
      setInterval(() => undefined, 1000)`
    )
    const abort = new AbortController()
    const loading = loadRuntime(null, abort.signal, { probePath }).catch((error: unknown) => error)
    await vi.waitUntil(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', 20_000)
    abort.abort()
    expect(await loading).toMatchObject({ kind: 'cancelled' })
    expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow('ESRCH')
    expect(await readCachedReport()).toBeNull()
  })
})
