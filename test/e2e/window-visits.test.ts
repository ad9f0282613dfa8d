import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeScan } from '../../src/main/imaging/write-mask'
import { moved, motion, rotation } from '../fixtures/moved-head'
import { sampleHead } from '../fixtures/sample-head'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { cli } from './cli'
import { caseRow } from './window-acts'
import { openPanel } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('visits are not tested: there is no Chromium here')
const files = temporaryFolder()

describe.skipIf(chromium === undefined)('a dataset with sessions, in Chromium', () => {
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    const root = files.file('study')
    const put = (path: string, text = ''): string => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      if (text !== '') writeFileSync(join(root, path), text)
      return join(root, path)
    }
    put('dataset_description.json', JSON.stringify({ Name: 'visits', BIDSVersion: '1.9.0' }))
    put(
      'sub-01/sub-01_sessions.tsv',
      'session_id\tacq_time\nses-1\t2020-03-01T09:00:00\nses-2\t2022-03-01T09:00:00\n'
    )
    const { scan } = await sampleHead()
    const turned = moved(scan, motion(scan.geometry, rotation([0.3, 0.2, 1], 9), [14, -11, 8]))
    await writeScan(put('sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz'), scan)
    await writeScan(put('sub-01/ses-2/anat/sub-01_ses-2_T1w.nii.gz'), turned)
    await writeScan(put('sub-02/anat/sub-02_T1w.nii.gz'), scan)
    const out = join(root, 'derivatives', 'hippospike')
    const made = await cli(['bids', root, out, 'participant', '--participant-label', '01'])
    expect(made.code, made.stderr).toBe(0)
    app = await startBrowserApp(chromium ?? '', files.file('home'), ['--workspace', root])
    page = app.page
    await page.locator('[data-drawn=true]').waitFor()
  })
  afterAll(async () => {
    await app.close()
  })

  const section = (): Locator => page.getByRole('region', { name: 'Visits' })
  const picture = (name: string): Locator => section().getByRole('img', { name })
  /** Mean brightness of a picture. */
  const brightness = (of: Locator): Promise<number> =>
    of.evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement
      const { data } = (canvas as HTMLCanvasElement)
        .getContext('2d')!
        .getImageData(0, 0, width, height)
      return data.reduce((sum, value, n) => sum + (n % 4 === 0 ? value : 0), 0) / (width * height)
    })

  it('lists the sessions as visits of their subject', async () => {
    const nav = page.getByRole('navigation')
    await nav.getByText('2 visits').waitFor()
    expect(await nav.getByText('visit 1 · 1 Mar 2020').count()).toBe(1)
    expect(await nav.getByText('visit 2 · 1 Mar 2022').count()).toBe(1)
    expect(await caseRow(page, '02').count()).toBeGreaterThan(0)
  })

  it('shows both at one place of the head, with the change against its error', async () => {
    await openPanel(page, 'Compare')
    await section().getByRole('table').waitFor()
    const [first, second] = [picture('visit 1'), picture('visit 2')]
    await expect.poll(() => brightness(second), { timeout: 30_000 }).toBeGreaterThan(20)
    // The same head, turned: at linked places both pictures are as bright.
    expect(Math.abs((await brightness(first)) - (await brightness(second)))).toBeLessThan(6)
    const text = await section().innerText()
    expect(text).toContain('matched to the template')
    expect(text).toContain('2.0 years between the visits')
    expect(text).toMatch(
      /The left hippocampus changed by .* within what repeated segmentation gives/
    )
    expect(text).toMatch(/The right hippocampus/)
    await app.picture('visits')
  })

  it('shows the other visit in the panes, where the first was looked at', async () => {
    const pixels = (): Promise<string> =>
      picture('visit 1').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
    const before = await pixels()
    await section().getByRole('button', { name: 'Show here' }).click()
    await page.locator('nav [aria-current=true]', { hasText: 'visit 2' }).waitFor()
    await page.locator('[data-drawn=true]').waitFor()
    await section().getByRole('button', { name: 'Show here' }).waitFor()
    await app.picture('visits-second')
    await section().getByRole('button', { name: 'Show here' }).click()
    await page.locator('nav [aria-current=true]', { hasText: 'visit 1' }).waitFor()
    // There and back is less than a voxel.
    await expect.poll(pixels, { timeout: 30_000 }).toHaveLength(before.length)
  })

  it('takes another case for a visit where the user says so', async () => {
    await caseRow(page, 'Not segmented').hover()
    await page.getByRole('button', { name: 'Subject and visit of 02…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Subject').fill('01')
    await dialog.getByLabel('Visit').fill('3')
    await dialog.getByLabel('Date of the scan').fill('next year')
    await dialog.getByRole('button', { name: 'Keep' }).click()
    await dialog.getByText('Give the date as 2026-01-31').waitFor()
    await app.picture('visits-dialog')
    await dialog.getByLabel('Date of the scan').fill('2023-03-01')
    await dialog.getByRole('button', { name: 'Keep' }).click()
    await page.getByRole('navigation').getByText('3 visits').waitFor()
    await app.picture('visits-three')
    expect(app.complaints).toEqual([])
  })
})
