import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  Compilations,
  patient,
  type ShaderCache,
  type ShaderProgram
} from '../../../../src/renderer/src/cornerstone/patient-shaders'

const COMPLETE = 0x91b1
const LINKED = 0x8b82

/** A driver that has finished a program when the test says so. */
function driver(parallel: boolean) {
  const complete = new Set<object>()
  const failed = new Set<object>()
  const fences: { signalled: boolean }[] = []
  const gl = {
    SIGNALED: 1,
    fenceSync: () => {
      fences.push({ signalled: false })
      return fences.at(-1)
    },
    getSyncParameter: (fence: { signalled: boolean }) => (fence.signalled ? 1 : 0),
    deleteSync: () => undefined,
    flush: () => undefined,
    LINK_STATUS: LINKED,
    getExtension: () => (parallel ? { COMPLETION_STATUS_KHR: COMPLETE } : null),
    isContextLost: () => false,
    getProgramParameter: (handle: object, what: number) =>
      what === COMPLETE ? complete.has(handle) : !failed.has(handle)
  }
  return { gl: gl as unknown as WebGL2RenderingContext, complete, failed, fences }
}

/** What vtk.js does, as far as it matters here: one program for each fragment source. */
function cacheOf(gl: WebGL2RenderingContext): ShaderCache & { compiled: string[] } {
  const compiled: string[] = []
  const make = (name: string): ShaderProgram => {
    let isCompiled = false
    const handle = { name }
    return {
      setContext: () => undefined,
      compileShader: () => (isCompiled = true),
      getCompiled: () => isCompiled,
      setCompiled: (value) => (isCompiled = value),
      getHandle: () => handle,
      isUniformUsed: () => true,
      isAttributeUsed: () => true
    }
  }
  const programs = new Map<string, ShaderProgram>()
  return {
    compiled,
    getContext: () => gl,
    getShaderProgram: (_vertex, fragment) => {
      const found = programs.get(fragment) ?? make(fragment)
      programs.set(fragment, found)
      return found
    },
    replaceShaderValues: (VSSource, FSSource, GSSource) => ({ VSSource, FSSource, GSSource }),
    readyShaderProgram: (program) => {
      if (program !== null && !program.getCompiled()) {
        compiled.push((program.getHandle() as { name: string }).name)
        program.compileShader()
      }
      return program
    },
    readyShaderProgramArray: () => null,
    releaseGraphicsResources: () => undefined
  }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('a patient cache of programs', () => {
  it('gives a program that draws nothing until the driver has finished, and tells of that', async () => {
    const { gl, complete } = driver(true)
    const compilations = new Compilations()
    const cache = patient(cacheOf(gl), compilations)
    const told = vi.fn()
    compilations.onReady(told)
    const early = cache.readyShaderProgramArray('v', 'slices', '')!
    expect(early.getHandle()).toBe(0)
    expect(early.isUniformUsed('any')).toBe(false)
    expect(compilations.pending).toBe(true)
    await vi.advanceTimersByTimeAsync(100)
    expect(told).not.toHaveBeenCalled()
    expect(cache.readyShaderProgramArray('v', 'slices', '')!.getHandle()).toBe(0)
    const real = cache.getShaderProgram('v', 'slices', '')
    complete.add(real.getHandle() as object)
    const done = compilations.done()
    await vi.advanceTimersByTimeAsync(20)
    await done
    expect(told).toHaveBeenCalledTimes(1)
    expect(compilations.pending).toBe(false)
    expect(cache.readyShaderProgramArray('v', 'slices', '')).toBe(real)
  })

  it('has what failed compiled again as vtk.js does it, which tells why', async () => {
    const { gl, complete, failed } = driver(true)
    const own = cacheOf(gl)
    const cache = patient(own, new Compilations())
    cache.readyShaderProgramArray('v', 'wrong', '')
    const handle = own.getShaderProgram('v', 'wrong', '').getHandle() as object
    complete.add(handle)
    failed.add(handle)
    await vi.advanceTimersByTimeAsync(20)
    cache.readyShaderProgramArray('v', 'wrong', '')
    expect(own.compiled).toContain('wrong')
  })

  it('waits for a fence behind the program where the driver cannot be asked for it', async () => {
    const { gl, fences } = driver(false)
    const own = cacheOf(gl)
    const compilations = new Compilations()
    const cache = patient(own, compilations)
    expect(cache.readyShaderProgramArray('v', 'slices', '')!.getHandle()).toBe(0)
    await vi.advanceTimersByTimeAsync(100)
    expect(compilations.pending).toBe(true)
    fences[0]!.signalled = true
    await vi.advanceTimersByTimeAsync(20)
    expect(compilations.pending).toBe(false)
    const program = cache.readyShaderProgramArray('v', 'slices', '')
    expect(program).toBe(own.getShaderProgram('v', 'slices', ''))
    // It was compiled once, and not by vtk.js, which would have waited.
    expect(own.compiled).not.toContain('slices')
  })

  it('waits no more for what was thrown away', async () => {
    const { gl } = driver(true)
    const compilations = new Compilations()
    const cache = patient(cacheOf(gl), compilations)
    cache.readyShaderProgramArray('v', 'slices', '')
    cache.releaseGraphicsResources({})
    await vi.advanceTimersByTimeAsync(20)
    expect(compilations.pending).toBe(false)
  })
})
