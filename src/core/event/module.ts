import kernelBase64 from './kernel/index?kernel'

let compiled: Promise<WebAssembly.Module> | null = null

/** The kernel, compiled once a process; instances share it. */
export function compileKernel(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(kernelBase64), (c) => c.charCodeAt(0)))
  return compiled
}
