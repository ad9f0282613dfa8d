import type { ElectronApplication, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERSION } from '../../src/shared/version'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { startElectronApp, type ElectronApp } from './electron-app'
import { findElectron } from './electron-runtime'

/** A user who never started the app. */
const home = temporaryFolder()
const electron = findElectron()
if (electron.missing !== undefined) console.warn(`the window is not tested: ${electron.missing}`)

describe.skipIf(electron.missing !== undefined)(`the window, in ${electron.name}`, () => {
  let app: ElectronApp
  let application: ElectronApplication
  let page: Page

  beforeAll(async () => {
    app = await startElectronApp(home.path)
    ;({ application, page } = app)
    await page.waitForSelector('h1')
  })

  afterAll(async () => {
    await app.close()
  })

  it('welcomes a newcomer', async () => {
    expect(await page.title()).toBe('Hippospike')
    expect(await page.textContent('h1')).toBe('Hippospike')
    const text = await page.innerText('body')
    expect(text).toContain('Open the sample case')
    await app.picture('window')
  })

  it('gives the page nothing but the bridge', async () => {
    const reach = await page.evaluate(() => ({
      require: typeof Reflect.get(globalThis, 'require'),
      process: typeof Reflect.get(globalThis, 'process'),
      Buffer: typeof Reflect.get(globalThis, 'Buffer'),
      bridge: JSON.stringify(Reflect.get(globalThis, 'hippospike'))
    }))
    expect(reach).toEqual({
      require: 'undefined',
      process: 'undefined',
      Buffer: 'undefined',
      bridge: JSON.stringify({ version: VERSION, dialogs: {} })
    })
  })

  it('isolates and sandboxes the page', async () => {
    const preferences = await application.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences: () => Record<string, unknown>
      }
      const { contextIsolation, sandbox, nodeIntegration, webSecurity } =
        contents.getLastWebPreferences()
      return { contextIsolation, sandbox, nodeIntegration, webSecurity }
    })
    expect(preferences).toEqual({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true
    })
  })

  it('stays where it is', async () => {
    const before = page.url()
    await page.evaluate(() => {
      const link = document.createElement('a')
      link.href = 'https://example.org/'
      document.body.append(link)
      link.click()
      link.remove()
    })
    await page.waitForTimeout(500)
    expect(page.url()).toBe(before)
    expect(await page.textContent('h1')).toBe('Hippospike')
  })

  it('opens no other window', async () => {
    const opened = await page.evaluate(() => window.open('hippospike://app/') !== null)
    expect(opened).toBe(false)
    expect(application.windows()).toHaveLength(1)
  })

  it('grants no permission', async () => {
    const states = await page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera', 'microphone'] as PermissionName[]
      const all = await Promise.all(names.map((name) => navigator.permissions.query({ name })))
      return all.map(({ state }) => state)
    })
    expect(new Set(states)).toEqual(new Set(['denied']))
  })

  it('runs no inline script and reaches no other origin', async () => {
    expect(app.complaints).toEqual([])
    const outcome = await page.evaluate(async () => {
      const script = document.createElement('script')
      script.textContent = 'globalThis.inlineRan = true'
      document.body.append(script)
      const fetched = await fetch('https://example.org/').then(
        () => 'answered',
        () => 'refused'
      )
      return { inline: Reflect.get(globalThis, 'inlineRan') === true, fetched }
    })
    expect(outcome).toEqual({ inline: false, fetched: 'refused' })
    expect(app.complaints.join('\n')).toContain('Content Security Policy')
  })

  it('serves nothing from outside the build', async () => {
    const status = await page.evaluate(async () => {
      const paths = ['/..%2fmain%2findex.cjs', '/%2e%2e/%2e%2e/package.json', '/none.js', '/%zz']
      return Promise.all(paths.map((path) => fetch(path).then((answer) => answer.status)))
    })
    expect(new Set(status)).toEqual(new Set([404]))
  })
})
