import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { ROOT } from './cli'
import { startDisplay, type Display } from './display'
import { findElectron, needsDisplay } from './electron-runtime'

/** The desktop app, started as a user starts it. */
export interface ElectronApp {
  application: ElectronApplication
  page: Page
  /** What the page wrote to its console as an error, and exceptions. */
  complaints: string[]
  /** Keeps a picture of the window among the results of the tests. */
  picture: (name: string) => Promise<void>
  close: () => Promise<void>
}

/**
 * Starts the app, on a screen of its own where the machine has none.
 *
 * @param home stands for the user's home and configuration folder
 * @param options of the app, such as `--sample`
 */
export async function startElectronApp(
  home: string,
  options: readonly string[] = []
): Promise<ElectronApp> {
  const display: Display | undefined = needsDisplay() ? await startDisplay() : undefined
  const application = await _electron.launch({
    executablePath: findElectron().path ?? '',
    // Chromium's own sandbox refuses to run as root, as containers do.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ROOT, ...options],
    env: { ...environment(), ...display?.env, HOME: home, XDG_CONFIG_HOME: join(home, 'config') },
    timeout: 60_000
  })
  const page = await application.firstWindow()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  const folder = join(ROOT, 'out', 'test-results', 'electron')
  mkdirSync(folder, { recursive: true })
  return {
    application,
    page,
    complaints,
    picture: async (name) => {
      await page.screenshot({ path: join(folder, `${name}.png`) })
    },
    close: async () => {
      await application.close()
      display?.stop()
    }
  }
}

/** This process's environment without what would make Electron run as plain Node or as a test runner. */
function environment(): Record<string, string> {
  const left = ['ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'HIPPOSPIKE_CONFIG']
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !left.includes(entry[0])
    )
  )
}
