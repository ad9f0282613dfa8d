import type { ElectronApplication } from 'playwright-core'

/** A question that the app put to the system: which dialog, with which options, or which file to show. */
export interface Asked {
  what: 'open' | 'save' | 'reveal'
  options: Record<string, unknown>
}

/**
 * Answers the system's dialogs in Electron's main process, where no test can click them; all that leads to them and from them is the
 * app's own. What was not answered beforehand is given up, as a user presses Cancel.
 */
export class NativeDialogs {
  private constructor(private readonly application: ElectronApplication) {}

  static async of(application: ElectronApplication): Promise<NativeDialogs> {
    await application.evaluate(({ dialog, shell }) => {
      const state = { next: null as string[] | null, asked: [] as unknown[] }
      Reflect.set(globalThis, 'dialogsOfTest', state)
      const take = (): string[] => {
        const paths = state.next ?? []
        state.next = null
        return paths
      }
      // Dialogs get the window they belong to as well, before their options.
      dialog.showOpenDialog = (...given: unknown[]) => {
        state.asked.push({ what: 'open', options: given.at(-1) })
        const filePaths = take()
        return Promise.resolve({ canceled: filePaths.length === 0, filePaths })
      }
      dialog.showSaveDialog = (...given: unknown[]) => {
        state.asked.push({ what: 'save', options: given.at(-1) })
        const [filePath = ''] = take()
        return Promise.resolve({ canceled: filePath === '', filePath })
      }
      shell.showItemInFolder = (path: string) => {
        state.asked.push({ what: 'reveal', options: { path } })
      }
    })
    return new NativeDialogs(application)
  }

  /** What the next dialog is answered with. */
  async answer(...paths: string[]): Promise<void> {
    await this.application.evaluate((_electron, next) => {
      Reflect.set(Reflect.get(globalThis, 'dialogsOfTest') as object, 'next', next)
    }, paths)
  }

  /** All that was asked until now, the oldest first. */
  asked(): Promise<Asked[]> {
    return this.application.evaluate(
      () => (Reflect.get(globalThis, 'dialogsOfTest') as { asked: Asked[] }).asked
    )
  }
}
