import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { caseRow, importFiles, OTHER_SAMPLE, SAMPLE_CASE, segmentCase, shown } from './window-acts'
import { openSample } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('the memory of the window is not tested: no Chromium here')
const files = temporaryFolder()
const OTHER_CASE = 'hippocampus033'

/** Longer than the surface of a mask waits before it is made. */
const SETTLED_MS = 450

describe.skipIf(chromium === undefined)('the memory of the window, in Chromium', () => {
  let app: BrowserApp
  let page: Page
  let devtools: CDPSession

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path)
    page = app.page
    devtools = await page.context().newCDPSession(page)
    await openSample(page)
    await segmentCase(page)
    await importFiles(page, OTHER_SAMPLE)
    await shown(page, OTHER_CASE)
    await segmentCase(page)
  })
  afterAll(async () => {
    await app.close()
  })

  async function change(times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      const id = n % 2 === 0 ? SAMPLE_CASE : OTHER_CASE
      await caseRow(page, id).getByRole('button').first().click()
      await shown(page, id)
      await page.waitForTimeout(SETTLED_MS)
    }
  }

  /** Bytes of JavaScript objects that something still holds on to. */
  async function held(): Promise<number> {
    for (let n = 0; n < 2; n++) await devtools.send('HeapProfiler.collectGarbage')
    return (await devtools.send('Runtime.getHeapUsage')).usedSize
  }

  it('keeps nothing of 20 cases with a mask and its surface that were closed', async () => {
    await change(8)
    const before = await held()
    await change(20)
    const growth = (await held()) - before
    console.log(`20 case switches left ${(growth / 1e6).toFixed(1)} MB`)
    // What is drawn of one case takes 0.3 MB: kept each time, that is 7 MB. Compiled code may grow.
    expect(growth).toBeLessThan(4e6)
  })
})
