import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseViewSchema } from '../../src/shared/api/workspace'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { SAMPLE_CASE, segmentCase, shown } from './window-acts'

const chromium = findChromium()
if (chromium === undefined)
  console.warn('what the window remembers is not tested: no Chromium here')
const files = temporaryFolder()
const workspace = files.file('study')

describe.skipIf(chromium === undefined)('a case that is left while its spikes are shown', () => {
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path, ['--workspace', workspace, '--sample'])
    page = app.page
    await shown(page, SAMPLE_CASE)
    await segmentCase(page)
  })
  afterAll(async () => {
    await app.close()
  })

  const outline = () => page.getByRole('button', { name: /^Outline instead of filling/ })
  const isOutlined = () => outline().getAttribute('aria-pressed')
  const kept = () =>
    caseViewSchema.parse(
      JSON.parse(
        readFileSync(join(workspace, '.hippospike', 'views', `sub-${SAMPLE_CASE}.json`), 'utf8')
      )
    )

  /** Looks at the spikes, changes something so that the view is kept, and leaves without a word. */
  async function leaveFromSpikes(opacity: number): Promise<void> {
    await page.getByRole('tab', { name: 'Spikes' }).click()
    await page.getByText(/^[1-4] \/ 4$/).waitFor()
    await expect.poll(isOutlined).toBe('true')
    await page.getByLabel('Opacity of the mask').fill(String(opacity))
    await expect.poll(() => kept().overlay.opacity).toBe(opacity)
    await page.reload()
    await shown(page, SAMPLE_CASE)
    await page.getByRole('tab', { name: 'Spikes', selected: true }).waitFor()
    await page.getByRole('tab', { name: 'Segment' }).click()
  }

  it('is filled again, as it was', async () => {
    expect(await isOutlined()).toBe('false')
    await leaveFromSpikes(0.7)
    expect(kept().overlay.outline).toBe(false)
    await expect.poll(isOutlined).toBe('false')
    await app.picture('remembers-1-filled')
  })

  it('is outlined again, where the user had it so', async () => {
    await outline().click()
    await leaveFromSpikes(0.6)
    expect(kept().overlay.outline).toBe(true)
    await expect.poll(isOutlined).toBe('true')
  })

  it('takes what the user chooses while the spikes are shown', async () => {
    await page.getByRole('tab', { name: 'Spikes' }).click()
    await page.getByText(/^[1-4] \/ 4$/).waitFor()
    await outline().click()
    await expect.poll(isOutlined).toBe('false')
    await page.getByRole('tab', { name: 'Segment' }).click()
    expect(await isOutlined()).toBe('false')
    await expect.poll(() => kept().overlay.outline).toBe(false)
  })
})
