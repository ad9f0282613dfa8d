import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { ROOT, RunningCli } from './cli'

/** Where Debian, Ubuntu and others put it; CHROMIUM names another. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** Software rendering of WebGL, and no talk with anybody. */
const FLAGS = [
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

/** A Chromium for tests; undefined where this machine has none. */
export function findChromium(): string | undefined {
  return [process.env.CHROMIUM, ...PLACES].find(
    (path): path is string => path !== undefined && existsSync(path)
  )
}

/** `hippospike serve` and a browser that shows it. */
export interface BrowserApp {
  page: Page
  /** What the page complained of: errors in its console, exceptions, requests to anywhere else. */
  complaints: string[]
  /** Hears the complaints of another page as well. */
  listenTo: (page: Page) => void
  server: RunningCli
  /** Keeps a picture of the window, or of another page, among the results of the tests. */
  picture: (name: string, of?: Page) => Promise<void>
  close: () => Promise<void>
}

/**
 * @param home stands for the user's home and configuration folder
 * @param options to `hippospike serve`
 */
export async function startBrowserApp(
  executablePath: string,
  home: string,
  options: readonly string[] = []
): Promise<BrowserApp> {
  const server = new RunningCli(['serve', ...options], {
    env: { HOME: home, XDG_CONFIG_HOME: join(home, 'config') }
  })
  await server.until('it printed its address', () => /^http\S+$/m.test(server.stdout))
  const address = /^http\S+$/m.exec(server.stdout)?.[0] ?? ''
  const browser = await launch(executablePath)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const complaints: string[] = []
  const listenTo = (one: Page): void => {
    listen(one, new URL(address).origin, complaints)
  }
  listenTo(page)
  await page.goto(address)
  const folder = join(ROOT, 'out', 'test-results', 'window')
  mkdirSync(folder, { recursive: true })
  return {
    page,
    complaints,
    listenTo,
    server,
    picture: async (name, of = page) => {
      await of.screenshot({ path: join(folder, `${name}.png`) })
    },
    close: async () => {
      await browser.close()
      server.kill('SIGINT')
      await server.ended
    }
  }
}

function launch(executablePath: string): Promise<Browser> {
  // Chromium's own sandbox refuses to run as root, as containers do.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args: [...asRoot, ...FLAGS] })
}

function listen(page: Page, origin: string, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error') {
      complaints.push(`${message.text()} (${message.location().url})`)
    }
  })
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !/^(blob|data):/.test(url)) complaints.push(`asked for ${url}`)
  })
}
