import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VERSION } from '../../src/shared/version'
import { probeRuntime } from '../../src/main/engine/doctor/run-probe'

const probePath = resolve(import.meta.dirname, '../../out/main/probe.cjs')
const built = existsSync(probePath)
if (!built) console.warn('skipping the probes: run "npm run build" first')

describe.skipIf(!built)('the built probe', () => {
  it('finds event on every machine', async () => {
    const event = await probeRuntime('event', { probePath })
    expect(event).toMatchObject({
      available: true,
      runtime: 'event',
      version: `Hippospike ${VERSION}`,
      verified: true,
      software: false,
      gmacsPerSecond: null
    })
    if (!event.available) return
    expect(event.checks).toHaveLength(3)
    for (const { error, tolerance } of event.checks) expect(error).toBeLessThan(tolerance)
    expect(event.gaccsPerSecond).toBeGreaterThan(0)
    expect(event.device).toMatch(/\(\d+ threads?\)$/)
  })

  it('finds wasm on every machine', async () => {
    const wasm = await probeRuntime('wasm', { probePath })
    expect(wasm).toMatchObject({
      available: true,
      runtime: 'wasm',
      verified: true,
      software: false
    })
    if (!wasm.available) return
    expect(wasm.checks).toHaveLength(5)
    for (const { error, tolerance } of wasm.checks) expect(error).toBeLessThan(tolerance)
    expect(wasm.gmacsPerSecond).toBeGreaterThan(0)
  })

  it('finds native, or says why it is out', async (context) => {
    const native = await probeRuntime('native', { probePath })
    if (!native.available) {
      expect(native.advice).not.toBe('')
      context.skip(`native is out here: ${native.reason}`)
      return
    }
    expect(native.version).toMatch(/^TensorFlow \d/)
    expect(native.memoryBytes).toBeGreaterThan(0)
    for (const { error, tolerance } of native.checks) expect(error).toBeLessThan(tolerance)
  })

  it.each(['cuda', 'webgpu'] as const)('finds %s, or says why it is out', async (runtime) => {
    const candidate = await probeRuntime(runtime, { probePath })
    if (candidate.available) {
      expect(candidate.device).not.toBe('')
    } else {
      expect(candidate.reason).not.toMatch(/ended with code|crashed/)
      expect(candidate.advice).not.toBe('')
    }
    if (runtime === 'cuda') expect(candidate.verified).toBe(false)
  })
})
