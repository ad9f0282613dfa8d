/** The kernel's exports. */
export interface KernelExports {
  /** A worker's share of the whole network over timesteps t0…t1−1; all workers meet after each layer. */
  run(plan: number, worker: number, t0: number, t1: number): void
  /** At most `limit` chunks of rows of one layer; 1 where some are left. */
  runLayer(
    plan: number,
    layer: number,
    worker: number,
    t0: number,
    t1: number,
    limit: number
  ): number
}

/** Timesteps t0…t1−1 of a plan that lies in the memory. */
export interface CrewTask {
  plan: number
  layers: number
  t0: number
  t1: number
}

/** Those who run the kernel on one memory: threads where the host has some, else the caller. */
export interface Crew {
  readonly workers: number
  /** Gives every worker an instance of the kernel on this memory, in place of the one before. */
  open(kernel: WebAssembly.Module, memory: WebAssembly.Memory): Promise<void>
  /** Ends when all workers are done, which is soon after `cancelled` in the plan's record was set. */
  run(task: CrewTask): Promise<void>
  close(): Promise<void>
}

/** @throws WebAssembly.LinkError for a memory that does not fit */
export function instantiateKernel(
  kernel: WebAssembly.Module,
  memory: WebAssembly.Memory
): KernelExports {
  const instance = new WebAssembly.Instance(kernel, { env: { memory } })
  return instance.exports as unknown as KernelExports
}

/** How long the kernel may keep the caller's thread before others get a turn. */
const TURN_MS = 30
/** Chunks of rows between two looks at the clock. */
const CHUNKS = 8

/** Lets others have a turn, without the millisecond and more that a timer takes where the host can do without. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve, 0)
  })
}

/** One worker: the caller's own thread, which others get at now and then. */
export function inThreadCrew(): Crew {
  let kernel: KernelExports | null = null
  return {
    workers: 1,
    open: (module, memory) => {
      kernel = instantiateKernel(module, memory)
      return Promise.resolve()
    },
    run: async ({ plan, layers, t0, t1 }) => {
      if (kernel === null) throw new Error('the crew has no memory yet')
      let turn = performance.now()
      for (let layer = 0; layer < layers; layer++) {
        while (kernel.runLayer(plan, layer, 0, t0, t1, CHUNKS) !== 0) {
          if (performance.now() - turn < TURN_MS) continue
          await othersTurn()
          turn = performance.now()
        }
      }
    },
    close: () => {
      kernel = null
      return Promise.resolve()
    }
  }
}
