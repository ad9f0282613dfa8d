/** Given in place of an answer where the work was cancelled, or overtaken by other work. */
export class WorkCancelled extends Error {
  constructor() {
    super('cancelled')
    this.name = 'WorkCancelled'
  }
}

/**
 * Work that would keep the user waiting, done in a worker of its own. One piece at a time: a new one, or a signal, ends the one
 * before, which rejects with {@link WorkCancelled}.
 */
export class Background<Work, Answer> {
  private worker: Worker | null = null
  private giveUp: (() => void) | null = null

  /** @param start makes the worker; called again after one was ended in the middle of its work */
  constructor(private readonly start: () => Worker) {}

  /**
   * @param transfer buffers in `work` that the worker takes over
   * @throws WorkCancelled where it is cancelled or overtaken; Error where the worker fails
   */
  run(work: Work, transfer: Transferable[] = [], signal?: AbortSignal): Promise<Answer> {
    this.cancel()
    return new Promise<Answer>((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(new WorkCancelled())
        return
      }
      const worker = (this.worker ??= this.start())
      const onAbort = (): void => this.cancel()
      const finish = (): void => {
        this.giveUp = null
        worker.onmessage = null
        worker.onerror = null
        signal?.removeEventListener('abort', onAbort)
      }
      this.giveUp = () => {
        finish()
        this.stop()
        reject(new WorkCancelled())
      }
      worker.onmessage = (event: MessageEvent<Reply<Answer>>) => {
        finish()
        if (event.data.problem === undefined) resolve(event.data.answer)
        else reject(new Error(event.data.problem))
      }
      worker.onerror = (event) => {
        finish()
        this.stop()
        reject(new Error(event.message || 'a part of the program did not start: reload the window'))
      }
      signal?.addEventListener('abort', onAbort)
      worker.postMessage(work, transfer)
    })
  }

  /** Ends what is being worked on; nothing where nothing is. */
  cancel(): void {
    this.giveUp?.()
  }

  /** Ends the worker itself, and what it is at. */
  destroy(): void {
    this.cancel()
    this.stop()
  }

  private stop(): void {
    this.worker?.terminate()
    this.worker = null
  }
}

type Reply<Answer> = { answer: Answer; problem?: never } | { answer?: never; problem: string }

/** For the worker's side: answers each piece of work by this function, which names the kind of work it takes. */
export function answerWith(
  answer: (work: never) => { answer: unknown; transfer: Transferable[] }
): void {
  const scope = globalThis as unknown as Pick<Worker, 'postMessage' | 'onmessage'>
  scope.onmessage = ({ data }: MessageEvent) => {
    try {
      const { answer: done, transfer } = answer(data as never)
      scope.postMessage({ answer: done } satisfies Reply<unknown>, transfer)
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      scope.postMessage({ problem } satisfies Reply<unknown>)
    }
  }
}
