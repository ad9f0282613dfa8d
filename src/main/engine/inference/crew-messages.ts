import type { CrewTask } from '../../../core/event'

/** What the engine asks of a thread that runs the event kernel. Both are one program, so nothing is checked on the way. */
export type ThreadRequest =
  | { type: 'open'; kernel: WebAssembly.Module; memory: WebAssembly.Memory; worker: number }
  | { type: 'run'; task: CrewTask }

/** One answer to each request. */
export type ThreadAnswer = { type: 'done' } | { type: 'failed'; message: string }
