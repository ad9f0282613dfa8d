import { readFileSync } from 'node:fs'
import type { APIResponse, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawNifti } from '../fixtures/nifti-read'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'

const chromium = findChromium()
if (chromium === undefined) console.warn('spike activity is not tested: no Chromium here')
const files = temporaryFolder()
const CASE = 'hippocampus023'

/** Each step goes on from the one before. */
describe.skipIf(chromium === undefined)('spike activity, in Chromium', () => {
  let app: BrowserApp
  let page: Page
  let spikes: string
  let last: number

  const drawn = async (t: number): Promise<void> => {
    await page.locator(`[data-testid=spikes-panel][data-drawn="${String(t)}"]`).waitFor()
  }
  const ask = (path: string): Promise<APIResponse> =>
    page.request.get(new URL(path, page.url()).href)
  const readout = (card: string): Promise<string> =>
    page.getByRole('region', { name: card, exact: true }).locator('.readout').innerText()

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path)
    page = app.page
    await page.getByRole('button', { name: 'Open the sample case' }).click()
    await page.getByRole('button', { name: 'Segment', exact: true }).click()
    await page.getByRole('region', { name: 'Result', exact: true }).waitFor({ timeout: 120_000 })
    const results = (await (await ask(`/api/cases/${CASE}/results`)).json()) as {
      id: string
      kind: string
      timesteps: number
    }[]
    const made = results.find(({ kind }) => kind === 'model')!
    last = made.timesteps
    spikes = `/api/cases/${CASE}/results/${made.id}/spikes`
  })
  afterAll(async () => {
    await app.close()
  })

  it('shows the last timestep first, whose mask is that of the result', async () => {
    await page.getByRole('tab', { name: 'Spikes' }).click()
    await drawn(last)
    await page.getByText('Spikes per voxel').waitFor()
    await page.waitForTimeout(1500)
    await app.picture('spikes-1-last')
    const bytes = async (path: string): Promise<Buffer> => (await ask(path)).body()
    const final = await bytes(`${spikes}/mask?t=${String(last)}`)
    expect(final.equals(await bytes(spikes.replace('/spikes', '/mask')))).toBe(true)
  })

  it('steps through the timesteps by keyboard, within their bounds', async () => {
    await page.keyboard.press('Home')
    await drawn(1)
    expect(await readout('Dice')).toMatch(/^0\.\d{3} · 0\.\d{3}$/)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowRight')
    await drawn(2)
    await page.waitForTimeout(500)
    await app.picture('spikes-2-second')
    await page.keyboard.press('End')
    await drawn(last)
    expect(await readout('Dice')).toMatch(/^1\.000/)
  })

  it('draws a timestep quickly', async () => {
    await page.keyboard.press('Home')
    await drawn(1)
    await page.waitForTimeout(1500)
    const milliseconds = await page.evaluate(async () => {
      const panel = document.querySelector<HTMLElement>('[data-testid=spikes-panel]')
      const start = performance.now()
      window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
      while (panel?.dataset.drawn !== '2') await new Promise((go) => setTimeout(go, 1))
      await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))
      return performance.now() - start
    })
    console.log(`a timestep was on the screen after ${milliseconds.toFixed(0)} ms`)
    // Far above what it takes, for a machine that does other things besides.
    expect(milliseconds).toBeLessThan(3000)
  })

  it('plays from the first timestep to the last, and stops there', async () => {
    await page.keyboard.press('End')
    await drawn(last)
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await drawn(1)
    await drawn(last)
    await page.getByRole('button', { name: 'Play' }).waitFor()
  })

  it('shows another layer', async () => {
    const before = await readout('Spike raster')
    await page.getByRole('radio', { name: /^Encoder level 1, first convolution/ }).click()
    await page
      .getByText('Encoder level 1, first convolution', { exact: true })
      .filter({ visible: true })
      .first()
      .waitFor()
    // Between the two layers it says that it loads, on an empty canvas.
    await expect
      .poll(() => readout('Spike raster'))
      .toSatisfy((now: string) => now.endsWith('spikes') && now !== before)
    const dots = (): Promise<number> =>
      page.locator('.plot canvas').evaluate((element) => {
        const canvas = element as HTMLCanvasElement
        const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height)
        return pixels?.data.filter((value, n) => n % 4 === 3 && value > 0).length ?? 0
      })
    await expect.poll(dots).toBeGreaterThan(1000)
  })

  it('shows the neurons of a voxel that is clicked', async () => {
    await page.getByText('Click a voxel in a slice').waitFor()
    const pane = await page.locator('canvas.cornerstone-canvas').first().boundingBox()
    await page.mouse.click(pane!.x + pane!.width / 2, pane!.y + pane!.height / 2)
    await page.getByText(/Voxel \d+, \d+, \d+ of the image/).waitFor()
    expect(await readout('Neurons')).toMatch(/^no\. \d+ of 16, \d spikes?$/)
    const first = await readout('Neurons')
    await page.getByRole('button', { name: 'Less active neuron' }).click()
    await expect.poll(() => readout('Neurons')).not.toBe(first)
    await page.waitForTimeout(500)
    await app.picture('spikes-3-neurons')
  })

  it('shows what changed, and when the mask settled', async () => {
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    const toggle = (name: RegExp) =>
      page.getByRole('group', { name: 'Shown in the viewer' }).getByRole('checkbox', { name })
    await toggle(/^Spikes/).click()
    await toggle(/^Changes/).click()
    await page.getByText('Gone since timestep 1', { exact: true }).waitFor()
    expect(await page.getByText('Only in').count()).toBe(0)
    await drawn(2)
    await page.waitForTimeout(800)
    await app.picture('spikes-4-changes')
    await toggle(/^Changes/).click()
    await toggle(/^Time to stable/).click()
    await page.getByText('Timestep of the last change').waitFor()
    await page.waitForTimeout(800)
    await app.picture('spikes-5-stable')
    await toggle(/^Time to stable/).click()
    await toggle(/^Spikes/).click()
    await page.getByText('Spikes per voxel').waitFor()
  })

  it('exports rates and heat maps', async () => {
    const save = async (button: string): Promise<string> => {
      const arrived = page.waitForEvent('download')
      await page.getByRole('button', { name: button }).click()
      const download = await arrived
      const path = files.file(download.suggestedFilename())
      await download.saveAs(path)
      return path
    }
    const rows = readFileSync(await save('Rates as CSV'), 'utf8')
      .trim()
      .split('\n')
    expect(rows.length).toBe(1 + 12 * last)
    const { header, voxels } = rawNifti(await save('Heat maps as 4-D NIfTI'))
    expect(header.dim.slice(0, 5)).toEqual([4, 35, 51, 35, last])
    const pairs = await (await ask(`${spikes}/heat?layer=enc0.conv1&t=1`)).body()
    const count = 35 * 51 * 35
    for (let n = 0; n < count; n++) {
      if (voxels[n] !== pairs[2 * n]! - pairs[2 * n + 1]!) throw new Error(`voxel ${String(n)}`)
    }
  })

  it('leaves the mask as it found it', async () => {
    await page.keyboard.press('Home')
    await drawn(1)
    await page.getByRole('tab', { name: 'Segment' }).click()
    await page.getByText('Spikes per voxel').waitFor({ state: 'detached' })
    await page.waitForTimeout(800)
    await app.picture('spikes-6-left')
  })

  it('has complained of nothing', () => {
    expect(app.complaints).toEqual([])
  })
})
