import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { inThreadCrew, type Crew, type CrewTask } from '../../../core/event'
import type { ThreadAnswer, ThreadRequest } from './crew-messages'

/** Beside the program that was built, where the build puts it. */
const PROGRAM = join(__dirname, 'event-worker.cjs')

/**
 * Those who run the event kernel: that many threads, or for one the caller's own.
 *
 * @param program the threads' program
 */
export function createCrew(threads: number, program = PROGRAM): Crew {
  return threads === 1 ? inThreadCrew() : new ThreadCrew(threads, program)
}

class ThreadCrew implements Crew {
  private threads: Worker[] = []

  constructor(
    readonly workers: number,
    private readonly program: string
  ) {}

  async open(kernel: WebAssembly.Module, memory: WebAssembly.Memory): Promise<void> {
    if (this.threads.length === 0) {
      this.threads = Array.from({ length: this.workers }, () => this.startThread())
    }
    await this.ask((worker) => ({ type: 'open', kernel, memory, worker }))
  }

  async run(task: CrewTask): Promise<void> {
    if (this.threads.length === 0) throw new Error('the crew has no memory yet')
    await this.ask(() => ({ type: 'run', task }))
  }

  async close(): Promise<void> {
    const threads = this.threads
    this.threads = []
    await Promise.all(threads.map((thread) => thread.terminate()))
  }

  private startThread(): Worker {
    const thread = new Worker(this.program)
    // A crew that nobody closed must not keep the program alive; while one is asked, `answerOf` does.
    thread.unref()
    return thread
  }

  private async ask(request: (worker: number) => ThreadRequest): Promise<void> {
    try {
      await Promise.all(this.threads.map((thread, worker) => answerOf(thread, request(worker))))
    } catch (cause) {
      // The others wait for the one that failed, and would for ever.
      await this.close()
      throw cause
    }
  }
}

/** @throws Error when the thread fails, or ends instead of answering */
function answerOf(thread: Worker, request: ThreadRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null): void => {
      thread.off('message', onMessage)
      thread.off('error', settle)
      thread.off('exit', onExit)
      thread.unref()
      if (error) reject(error)
      else resolve()
    }
    const onMessage = (answer: ThreadAnswer): void => {
      settle(
        answer.type === 'done' ? null : new Error(`the event kernel failed: ${answer.message}`)
      )
    }
    const onExit = (code: number): void => {
      settle(new Error(`a thread of the event kernel ended with code ${code}`))
    }
    thread.ref()
    thread.on('message', onMessage)
    thread.on('error', settle)
    thread.on('exit', onExit)
    thread.postMessage(request)
  })
}
