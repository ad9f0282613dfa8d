// Opens the app's window as a user has it, in Electron or in a browser on `hippospike serve`, for measuring.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, chromium } from 'playwright-core'
import { findElectron } from '../../scripts/support/electron.mjs'

const root = join(import.meta.dirname, '..', '..')
const SOFTWARE_GL = [
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]
// Chromium's own sandbox refuses to run as root, as containers do.
const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []

/**
 * A window and how to look into it.
 *
 * @typedef {object} OpenWindow
 * @property {import('playwright-core').Page} page
 * @property {import('playwright-core').CDPSession} cdp
 * @property {number} startedAt when the user's command was given, as performance.now()
 * @property {() => number | null} rendererBytes memory that the page's process holds for itself; null where nobody says
 * @property {() => Promise<void>} close
 */

/**
 * The hosts that this machine has, by name.
 *
 * @param {{ gpu: boolean }} options gpu: leave the browser's graphics to the machine instead of drawing in software; Electron's always are
 * @returns {Record<string, (workspace: string, home: string) => Promise<OpenWindow>>}
 */
export function hosts({ gpu }) {
  const electron = process.env.ELECTRON_OVERRIDE_DIST_PATH ? findElectron().path : installed()
  const browser = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (path) => path !== undefined && existsSync(path)
  )
  const flags = [...asRoot, ...(gpu ? [] : SOFTWARE_GL)]
  // What draws in software is chosen by Electron as it is for users: forced, it would compose the whole page by the same slow means.
  return {
    ...(electron && {
      electron: (workspace, home) => openElectron(electron, asRoot, workspace, home)
    }),
    ...(browser && { chromium: (workspace, home) => openServed(browser, flags, workspace, home) })
  }
}

/** Never fetches one: a measurement must not wait for a network. */
function installed() {
  return existsSync(join(root, 'node_modules', 'electron', 'path.txt')) ? findElectron().path : null
}

async function openElectron(executablePath, flags, workspace, home) {
  const { ELECTRON_RUN_AS_NODE: _, NODE_OPTIONS: __, ...environment } = process.env
  const display = needsDisplay() ? await startDisplay() : null
  const startedAt = performance.now()
  const application = await _electron.launch({
    executablePath,
    args: [...flags, root, `--workspace=${workspace}`],
    env: { ...environment, ...display?.env, HOME: home, XDG_CONFIG_HOME: home }
  })
  const page = await application.firstWindow()
  return {
    page,
    cdp: await application.context().newCDPSession(page),
    startedAt,
    rendererBytes: () => rendererBytes(application.process().pid),
    close: async () => {
      await application.close()
      display?.stop()
    }
  }
}

/** The browser is open before, as a user's is. */
async function openServed(executablePath, flags, workspace, home) {
  const browserServer = await chromium.launchServer({ executablePath, args: flags })
  const browser = await chromium.connect(browserServer.wsEndpoint())
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const startedAt = performance.now()
  const server = spawn(
    process.execPath,
    [join(root, 'bin', 'hippospike.mjs'), 'serve', '--workspace', workspace],
    {
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home },
      stdio: ['ignore', 'pipe', 'inherit']
    }
  )
  await page.goto(await addressOf(server))
  return {
    page,
    cdp: await page.context().newCDPSession(page),
    startedAt,
    rendererBytes: () => rendererBytes(browserServer.process().pid),
    close: async () => {
      await browserServer.close()
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGINT')
      await ended
    }
  }
}

function addressOf(server) {
  return new Promise((resolve, reject) => {
    let text = ''
    server.stdout.on('data', (part) => {
      text += part
      const address = /^http\S+$/m.exec(text)?.[0]
      if (address) resolve(address)
    })
    server.once('exit', (code) => reject(new Error(`hippospike serve ended with code ${code}`)))
  })
}

function needsDisplay() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  return process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY
}

/** A virtual screen, which chooses its own free number. */
function startDisplay() {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe']
    }
  )
  return new Promise((resolve, reject) => {
    let number = ''
    server.stdio[3].on('data', (part) => {
      number += part
      if (!number.includes('\n')) return
      resolve({ env: { DISPLAY: `:${number.trim()}` }, stop: () => server.kill() })
    })
    server.once('error', () =>
      reject(new Error('there is no screen, and no Xvfb to stand for one'))
    )
  })
}

/** Of the largest page process below a process: what it alone holds, on Linux. */
function rendererBytes(ancestor) {
  if (!existsSync('/proc/self/status')) return null
  const parents = new Map()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = fromProc(name, 'status', /^PPid:\s+(\d+)/m)
    if (parent !== null) parents.set(Number(name), Number(parent))
  }
  const isBelow = (pid) => pid === ancestor || (parents.has(pid) && isBelow(parents.get(pid)))
  const sizes = [...parents.keys()]
    .filter((pid) => isBelow(pid) && fromProc(pid, 'cmdline', /(--type=renderer)/) !== null)
    .map((pid) => 1024 * Number(fromProc(pid, 'status', /^RssAnon:\s+(\d+)/m) ?? 0))
  return sizes.length === 0 ? null : Math.max(...sizes)
}

function fromProc(pid, file, pattern) {
  try {
    return pattern.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1] ?? null
  } catch {
    // It ended meanwhile.
    return null
  }
}
