import { fence } from './fence'

/** Of vtk.js: a program of the graphics processor. */
export interface ShaderProgram {
  setContext: (context: object) => void
  compileShader: () => unknown
  getCompiled: () => boolean
  setCompiled: (compiled: boolean) => unknown
  getHandle: () => WebGLProgram | 0
  isUniformUsed: (name: string) => boolean
  isAttributeUsed: (name: string) => boolean
}

/** Of vtk.js: compiles programs and keeps them by their source. */
export interface ShaderCache {
  getContext: () => WebGL2RenderingContext | null
  getShaderProgram: (vertex: string, fragment: string, geometry: string) => ShaderProgram
  replaceShaderValues: (
    vertex: string,
    fragment: string,
    geometry: string
  ) => { VSSource: string; FSSource: string; GSSource: string }
  readyShaderProgram: (program: ShaderProgram | null) => ShaderProgram | null
  readyShaderProgramArray: (
    vertex: string,
    fragment: string,
    geometry: string
  ) => ShaderProgram | null
  releaseGraphicsResources: (window: object) => void
}

/** Milliseconds between two looks at whether a program is compiled. */
const LOOK = 10

/** Draws nothing, in place of what is still being compiled. */
const NOTHING = [
  '#version 300 es\nvoid main() { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); }',
  '#version 300 es\nprecision mediump float;\nout vec4 colour;\nvoid main() { colour = vec4(0.0); }'
] as const

/** Programs that a cache is waiting for, and who is told when one has come. */
export class Compilations {
  private readonly listeners = new Set<() => void>()
  private waiting = 0

  get pending(): boolean {
    return this.waiting > 0
  }

  /** Calls back after each program that has come; returns how to stop. */
  onReady(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Resolves when nothing is waited for. */
  async done(): Promise<void> {
    while (this.pending) {
      await new Promise<void>((resolve) => {
        const stop = this.onReady(() => {
          stop()
          resolve()
        })
      })
    }
  }

  begin(): void {
    this.waiting += 1
  }

  end(): void {
    this.waiting -= 1
    for (const listener of [...this.listeners]) listener()
  }
}

/**
 * A cache that keeps nobody waiting. vtk.js asks for the outcome of compiling at once, so that the window stands still until the driver is done, a third
 * of a second for some layers. This one lets the driver work meanwhile and gives a program that draws nothing, until the real one can
 * be had: who draws then has it.
 *
 * @param cache as vtk.js makes it
 */
export function patient(cache: ShaderCache, compilations: Compilations): ShaderCache {
  /** By the sources that were asked for: to compare them is quicker than vtk.js's checksum of them. */
  const programs = new Map<string, ShaderProgram>()
  const underWay = new Set<ShaderProgram>()
  let nothing: ShaderProgram | null = null

  function standIn(): ShaderProgram {
    if (nothing !== null) return nothing
    const program = cache.getShaderProgram(...NOTHING, '')
    cache.readyShaderProgram(program)
    // The first question about a program waits for the driver, which has nothing else to do yet.
    program.isUniformUsed('none')
    nothing = {
      ...program,
      // vtk.js asks again for a program that has no handle.
      getHandle: () => 0,
      isUniformUsed: () => false,
      isAttributeUsed: () => false
    }
    return nothing
  }

  function compile(program: ShaderProgram, gl: WebGL2RenderingContext): void {
    standIn()
    underWay.add(program)
    compilations.begin()
    const finish = (): void => {
      underWay.delete(program)
      program.setContext(gl)
      // What failed is compiled as vtk.js does it, which tells why.
      if (!isLinked(program, gl)) program.setCompiled(false)
      compilations.end()
    }
    program.setContext(hopeful(gl))
    program.compileShader()
    const isDone = completionOf(program, gl)
    const look = (): void => {
      // Thrown away meanwhile, or the context is lost: nothing will come.
      if (!underWay.has(program) || gl.isContextLost() || isDone()) finish()
      else setTimeout(look, LOOK)
    }
    setTimeout(look, LOOK)
  }

  return {
    ...cache,
    readyShaderProgramArray(vertex, fragment, geometry) {
      const gl = cache.getContext()
      const key = [vertex, fragment, geometry].join('\0')
      let program = programs.get(key)
      if (program === undefined) {
        const sources = cache.replaceShaderValues(vertex, fragment, geometry)
        program = cache.getShaderProgram(sources.VSSource, sources.FSSource, sources.GSSource)
        programs.set(key, program)
        if (gl !== null && !program.getCompiled()) compile(program, gl)
      }
      return cache.readyShaderProgram(underWay.has(program) ? standIn() : program)
    },
    releaseGraphicsResources(window) {
      programs.clear()
      underWay.clear()
      nothing = null
      cache.releaseGraphicsResources(window)
    }
  }
}

/** Tells, without waiting, whether the driver is done with a program that it was just given. */
function completionOf(program: ShaderProgram, gl: WebGL2RenderingContext): () => boolean {
  const parallel = gl.getExtension('KHR_parallel_shader_compile')
  if (parallel !== null) {
    return () => {
      const handle = program.getHandle()
      return handle === 0 || gl.getProgramParameter(handle, parallel.COMPLETION_STATUS_KHR) === true
    }
  }
  // Software drivers know no such question. Theirs is one queue, in which a fence comes after the compiling.
  return fence(gl)
}

function isLinked(program: ShaderProgram, gl: WebGL2RenderingContext): boolean {
  const handle = program.getHandle()
  return handle !== 0 && gl.getProgramParameter(handle, gl.LINK_STATUS) === true
}

/** The same context, which says that all went well without asking the driver: that is what would wait. */
function hopeful(gl: WebGL2RenderingContext): object {
  return new Proxy(gl, {
    get(target, name) {
      if (name === 'getShaderParameter' || name === 'getProgramParameter') return () => true
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    }
  })
}
