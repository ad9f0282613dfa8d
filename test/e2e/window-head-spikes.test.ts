import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resultListSchema } from '../../src/shared/api/cases'
import { spikeInfoSchema } from '../../src/shared/api/spikes'
import type { Side } from '../../src/shared/labels'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { sharedData } from '../shared-data'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { importFiles, segmentCase, shown } from './window-acts'
import { bytesOf, openSample, slicePane } from './window-steps'

const chromium = findChromium()
const head = sharedData('data/head/t1_head_lia.nii.gz')
if (chromium === undefined) console.warn('the spikes of heads are not tested: no Chromium here')
const files = temporaryFolder()
const CASE = 't1headlia'

/** Each step goes on from the one before. */
describe.skipIf(chromium === undefined || head === null)(
  'the spikes of a head, in Chromium',
  () => {
    let app: BrowserApp
    let page: Page
    let spikes: string
    let last: number

    const drawn = async (t: number, side: Side): Promise<void> => {
      await page
        .locator(`[data-testid=spikes-panel][data-drawn="${String(t)}"][data-side=${side}]`)
        .waitFor()
    }
    const agreed = async (): Promise<void> => {
      await page
        .getByRole('region', { name: 'Dice', exact: true })
        .getByText(/voxels changed/)
        .waitFor()
    }
    /** Where the crosshair is in a pane, on the page. */
    const crosshair = async (
      plane: 'axial' | 'coronal' | 'sagittal'
    ): Promise<[number, number]> => {
      const pane = slicePane(page, plane)
      const [down, , across] = await pane.locator('.cross line').all()
      const [left, top] = await Promise.all([down!.boundingBox(), across!.boundingBox()])
      return [left!.x, top!.y]
    }

    beforeAll(async () => {
      app = await startBrowserApp(chromium ?? '', files.path)
      page = app.page
      await openSample(page)
      await importFiles(page, head!)
      await shown(page, CASE)
      await segmentCase(page)
      const list = (await bytesOf(page, `/api/cases/${CASE}/results`)).toString()
      const made = resultListSchema.parse(JSON.parse(list)).find(({ kind }) => kind === 'model')!
      last = made.timesteps!
      spikes = `/api/cases/${CASE}/results/${made.id}/spikes`
    })
    afterAll(async () => {
      await app.close()
    })

    it('end in the mask of the result', async () => {
      await page.getByRole('tab', { name: 'Spikes' }).click()
      await page.locator(`[data-testid=spikes-panel][data-drawn="${String(last)}"]`).waitFor()
      const info = spikeInfoSchema.parse(JSON.parse((await bytesOf(page, spikes)).toString()))
      expect(info.boxes.map(({ side }) => side)).toEqual(['left', 'right'])
      const final = await bytesOf(page, `${spikes}/mask?t=${String(last)}`)
      expect(new Set(final)).toEqual(new Set([0, 1, 2, 3, 4]))
      expect(final.equals(await bytesOf(page, spikes.replace('/spikes', '/mask')))).toBe(true)
      await page.waitForTimeout(1500)
      await app.picture('head-spikes-1-last')
    })

    it('are those of the side that is chosen, by mouse or by keyboard', async () => {
      const sides = page.getByRole('radiogroup', { name: 'Hippocampus' })
      await sides.getByText('Left', { exact: true }).click()
      await drawn(last, 'left')
      await page.keyboard.press('Home')
      await drawn(1, 'left')
      const left = await crosshair('coronal')
      await page.keyboard.press('s')
      await drawn(1, 'right')
      await agreed()
      // The right is on the left of the screen.
      expect((await crosshair('coronal'))[0]).toBeLessThan(left[0] - 20)
      await page.waitForTimeout(1500)
      await app.picture('head-spikes-2-right')
      // What was clicked keeps no key for itself.
      await sides.getByText('Left', { exact: true }).click()
      await drawn(1, 'left')
      await page.keyboard.press('ArrowRight')
      await drawn(2, 'left')
    })

    it('are drawn timestep by timestep without waiting', async () => {
      await page.keyboard.press('Home')
      await drawn(1, 'left')
      await page.waitForTimeout(1500)
      const milliseconds = await page.evaluate(async () => {
        const panel = document.querySelector<HTMLElement>('[data-testid=spikes-panel]')
        const start = performance.now()
        window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
        while (panel?.dataset.drawn !== '2') await new Promise((go) => setTimeout(go, 1))
        await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))
        return performance.now() - start
      })
      console.log(`a timestep of a head was on the screen after ${milliseconds.toFixed(0)} ms`)
      // Far above what it takes, for a machine that does other things besides.
      expect(milliseconds).toBeLessThan(5000)
    })

    it('follow a click into the other hippocampus', async () => {
      await page.keyboard.press('s')
      await drawn(2, 'right')
      const right = await crosshair('coronal')
      await page.keyboard.press('s')
      await drawn(2, 'left')
      await page.mouse.click(...right)
      await drawn(2, 'right')
      await page.getByText(/Voxel \d+, \d+, \d+ of the image/).waitFor()
      await page.waitForTimeout(1500)
      await app.picture('head-spikes-3-clicked')
    })

    it('say where there are none', async () => {
      const pane = (await slicePane(page, 'coronal').boundingBox())!
      await page.mouse.click(pane.x + pane.width / 2, pane.y + 0.2 * pane.height)
      await page.getByText(/lies outside of what the network saw: click nearer/).waitFor()
      await page.waitForTimeout(500)
      await app.picture('head-spikes-4-outside')
    })

    it('show what changed, and when the masks settled', async () => {
      const toggle = (name: RegExp) =>
        page.getByRole('group', { name: 'Shown in the viewer' }).getByRole('checkbox', { name })
      await page.keyboard.press('s')
      await page.keyboard.press('s')
      await toggle(/^Time to stable/).click()
      await page.getByText('Timestep of the last change').waitFor()
      await toggle(/^Changes/).click()
      await page.getByText('Gone since timestep 1', { exact: true }).waitFor()
      await page.waitForTimeout(1500)
      await app.picture('head-spikes-5-overlays')
    })

    it('are exported under the name of their side', async () => {
      const arrived = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Rates as CSV' }).click()
      const download = await arrived
      expect(download.suggestedFilename()).toMatch(/^sub-t1headlia_hemi-[LR]_seg-\w+_rates\.csv$/)
      const path = files.file('rates.csv')
      await download.saveAs(path)
      const lines = readFileSync(path, 'utf8').trim().split('\n')
      expect((lines.length - 1) % last).toBe(0)
    })

    it('leave the mask as they found it', async () => {
      await page.keyboard.press('Home')
      await page.getByRole('tab', { name: 'Segment' }).click()
      await page.getByText('Spikes per voxel').waitFor({ state: 'detached' })
      expect(app.complaints).toEqual([])
    })
  }
)
