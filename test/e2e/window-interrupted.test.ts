import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { childrenOf, gone } from './cli'
import { leftovers, result, SAMPLE_CASE, savedMask, secondWindow, shown } from './window-acts'

const chromium = findChromium()
if (chromium === undefined) console.warn('no job is interrupted in the window: no Chromium here')
const files = temporaryFolder()
const workspace = files.file('study')

// Windows has no signals that stop a process for a while.
describe.skipIf(chromium === undefined || process.platform === 'win32')(
  'a segmentation that is interrupted, in the window',
  () => {
    let app: BrowserApp
    let page: Page

    beforeAll(async () => {
      const options = ['--workspace', workspace, '--sample']
      app = await startBrowserApp(chromium ?? '', files.path, options)
      page = app.page
      await shown(page, SAMPLE_CASE)
      // So many that there is time to be in the middle.
      await page.locator('.field', { hasText: 'Timesteps' }).locator('.n-base-selection').click()
      await page.locator('.n-base-select-option', { hasText: /^12$/ }).click()
    })
    afterAll(async () => {
      await app.close()
    })

    /** Starts a segmentation and holds its engine still in the middle of it. */
    async function startAndFreeze(): Promise<number> {
      await page.getByRole('button', { name: /^Segment( again)?$/ }).click()
      await page.getByRole('tabpanel').getByText('Segmenting').waitFor()
      const engines = childrenOf(app.server.pid)
      expect(engines).toHaveLength(1)
      process.kill(engines[0]!, 'SIGSTOP')
      return engines[0]!
    }

    const progress = (one: Page) => one.getByRole('tabpanel').getByRole('progressbar')

    it('says that its engine was killed and what to do, and keeps the case', async () => {
      const engine = await startAndFreeze()
      await progress(page).waitFor()
      await app.picture('interrupted-1-running')
      process.kill(engine, 'SIGKILL')
      const note = page.getByRole('tabpanel').getByRole('alert')
      await note.waitFor()
      expect(await note.innerText()).toMatch(/Interrupted.*was killed.*[Ss]egment again/)
      expect(await note.innerText()).not.toMatch(/--[a-z]/)
      await app.picture('interrupted-2-killed')
      expect(await page.title()).toContain(SAMPLE_CASE)
      expect(await progress(page).count()).toBe(0)
      expect(await result(page).count()).toBe(0)
      expect(await gone(engine)).toBe(true)
    })

    it('shows its progress after the page was loaded anew, in every window', async () => {
      const engine = await startAndFreeze()
      await progress(page).waitFor()
      await page.reload()
      await shown(page, SAMPLE_CASE)
      await progress(page).waitFor()
      await page.getByRole('tabpanel').getByRole('button', { name: 'Cancel' }).waitFor()
      await page.getByRole('button', { name: 'Cancel the job' }).waitFor()
      const second = await secondWindow(app)
      await progress(second).waitFor()
      await app.picture('interrupted-3-reloaded')
      process.kill(engine, 'SIGCONT')
      await Promise.all([page, second].map((one) => result(one).waitFor({ timeout: 120_000 })))
      expect(await progress(page).count()).toBe(0)
      expect(new Set(await savedMask(page))).toEqual(new Set([0, 1, 2]))
      await second.close()
    })

    it('leaves nothing half-written, and no engine', () => {
      expect(leftovers(workspace)).toEqual([])
      expect(childrenOf(app.server.pid)).toEqual([])
    })

    it('has made the page complain of nothing', () => {
      expect(app.complaints).toEqual([])
    })
  }
)
