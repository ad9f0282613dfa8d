import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeScan } from '../../src/main/imaging/write-mask'
import { sampleHead } from '../fixtures/sample-head'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { caseRow, importFiles, result, shown } from './window-acts'
import { openSample } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('progress is not looked at: there is no Chromium here')
const files = temporaryFolder()

describe.skipIf(chromium === undefined)('the progress of a head, in Chromium', () => {
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    const scan = files.file('madehead.nii.gz')
    await writeScan(scan, (await sampleHead()).scan)
    app = await startBrowserApp(chromium ?? '', files.path)
    page = app.page
    await openSample(page)
    await importFiles(page, scan)
    await caseRow(page, 'madehead').getByRole('button').first().click()
    await shown(page, 'madehead')
    await page.getByRole('tab', { name: 'Segment' }).click()
  })
  afterAll(async () => {
    await app.close()
  })

  const panel = () => page.getByRole('tabpanel')

  /** Starts a segmentation and waits until its head is being located. */
  async function startLocating(): Promise<void> {
    await page.getByRole('button', { name: /^Segment( again)?$/ }).click()
    await panel().getByText('Finding the hippocampi, attempt 1 of at most 3').waitFor()
  }

  it('tells which attempt is made, and claims no share and no time of the first one', async () => {
    await startLocating()
    expect(await panel().getByRole('progressbar').getAttribute('aria-valuenow')).toBeNull()
    expect(
      await panel()
        .getByText(/ left|usually/)
        .count()
    ).toBe(0)
    await app.picture('progress-1-first')
    await result(page).waitFor({ timeout: 120_000 })
  })

  it('tells the time left of the next one, or that it takes longer than usual', async () => {
    await startLocating()
    expect(
      await panel()
        .getByText(/ · (about .* left|usually .*)$/)
        .count()
    ).toBe(1)
    await app.picture('progress-2-next')
    await panel().getByText('Segmenting the right hippocampus').waitFor()
    expect(await panel().getByRole('progressbar').getAttribute('aria-valuenow')).toBe('50')
    await app.picture('progress-3-right')
    await panel().getByRole('progressbar').waitFor({ state: 'detached', timeout: 120_000 })
  })
})
