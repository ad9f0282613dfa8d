import { parentPort } from 'node:worker_threads'
import { instantiateKernel, type KernelExports } from '../../core/event'
import type { ThreadAnswer, ThreadRequest } from './inference/crew-messages'

/** out/main/event-worker.cjs: a thread that does its share of an event-driven inference; see inference/crew.ts. */
let kernel: KernelExports | null = null
let worker = 0

function act(request: ThreadRequest): void {
  if (request.type === 'open') {
    worker = request.worker
    kernel = instantiateKernel(request.kernel, request.memory)
  } else {
    const { plan, t0, t1 } = request.task
    kernel!.run(plan, worker, t0, t1)
  }
}

parentPort!.on('message', (request: ThreadRequest) => {
  let answer: ThreadAnswer
  try {
    act(request)
    answer = { type: 'done' }
  } catch (thrown) {
    answer = { type: 'failed', message: thrown instanceof Error ? thrown.message : String(thrown) }
  }
  parentPort!.postMessage(answer)
})
