import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { ROOT } from './cli'
import { drop, SAMPLE_CASE, segment } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('the first run is not tested: no Chromium here')
const files = temporaryFolder()
const scans = join(ROOT, 'resources', 'sample', 'imagesTr')

describe.skipIf(chromium === undefined)('the first run, with an image of one’s own', () => {
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path)
    page = app.page
  })
  afterAll(async () => {
    await app.close()
  })

  it('takes what is dropped into a first workspace', async () => {
    await page.getByRole('heading', { name: 'Hippospike' }).waitFor()
    await drop(page, [join(scans, 'hippocampus_023.nii.gz')])
    await page.locator('[data-drawn=true]').waitFor()
    expect(await page.title()).toContain(SAMPLE_CASE)
    expect(existsSync(join(files.path, 'Hippospike', 'dataset_description.json'))).toBe(true)
    await segment(page)
    await app.picture('first-run-1-segmented')
  })

  it('asks for nothing that is not there', () => {
    expect(app.complaints).toEqual([])
  })
})
