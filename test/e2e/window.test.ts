import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { voxelBytes } from './nifti-voxels'

const chromium = findChromium()
if (chromium === undefined) console.warn('the window is not tested in a browser: no Chromium here')
const files = temporaryFolder()

/** One newcomer's session, from the first start to the end of the host; each step goes on from the one before. */
describe.skipIf(chromium === undefined)('the window, in Chromium', () => {
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path)
    page = app.page
  })
  afterAll(async () => {
    await app.close()
  })

  it('welcomes a newcomer and opens the sample with one click', async () => {
    await page.getByRole('heading', { name: 'Hippospike' }).waitFor()
    await app.picture('1-first-run')
    await page.getByRole('button', { name: 'Open the sample case' }).click()
    await page.getByRole('button', { name: 'Segment', exact: true }).waitFor()
    await page.getByText('Not segmented').waitFor()
    expect(await page.title()).toContain('hippocampus')
    await page.waitForTimeout(2500)
    await app.picture('2-sample')
  })

  it('draws a thumbnail that is not empty', async () => {
    const shades = await page
      .locator('nav canvas')
      .first()
      .evaluate((element) => {
        const canvas = element as HTMLCanvasElement
        const context = canvas.getContext('2d')
        const pixels = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
        return new Set(pixels).size
      })
    expect(shades).toBeGreaterThan(30)
  })

  it('cancels a segmentation and says so', async () => {
    await page.getByRole('button', { name: 'Segment', exact: true }).click()
    const cancel = page.getByRole('tabpanel').getByRole('button', { name: 'Cancel' })
    await cancel.waitFor()
    await app.picture('3-working')
    await cancel.click()
    await page.getByText(/^Cancelled/).waitFor()
    await app.picture('4-cancelled')
    expect(await page.getByRole('region', { name: 'Result', exact: true }).count()).toBe(0)
  })

  it('tells why a segmentation failed', async () => {
    await startJob(page, { model: 'none-such' })
    await page.waitForTimeout(300)
    await startJob(page, { runtime: 'cuda' })
    await page.getByRole('tabpanel').getByRole('alert').waitFor()
    await app.picture('5-failed')
    expect(await page.getByRole('tabpanel').getByRole('alert').innerText()).toMatch(/cuda/)
  })

  it('segments and shows volumes, confidence and cost', async () => {
    await page.getByRole('button', { name: 'Segment', exact: true }).click()
    const card = page.getByRole('region', { name: 'Result', exact: true })
    await card.waitFor({ timeout: 120_000 })
    const volume = await card.getByRole('row', { name: /Whole/ }).innerText()
    expect(Number(/[\d,]+/.exec(volume)?.[0].replace(',', ''))).toBeGreaterThan(2500)
    for (const name of ['Confidence', 'Time', 'Firing rate', 'Synaptic operations']) {
      await card.getByText(name, { exact: true }).waitFor()
    }
    await card.getByRole('button', { name: 'estimated how: energy' }).click()
    await card.getByText(/4.6 pJ/).waitFor()
    await page.getByText(/^Segmented/).waitFor()
    await page.waitForTimeout(1500)
    await app.picture('6-segmented')
  })

  it('compares the result with the expert’s mask', async () => {
    await page.getByRole('tab', { name: 'Compare' }).click()
    const row = page.getByRole('tabpanel').getByRole('row', { name: /Whole/ })
    await row.waitFor()
    const dice = Number((await row.getByRole('cell').first().innerText()).trim())
    expect(dice).toBeGreaterThan(0.8)
    expect(dice).toBeLessThan(1)
    await page.waitForTimeout(800)
    await app.picture('7-compare')
  })

  it('exports a mask that is the one on the screen', async () => {
    await page.getByRole('tab', { name: 'Export' }).click()
    const arrived = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export and download' }).click()
    const download = await arrived
    expect(download.suggestedFilename()).toMatch(/\.nii\.gz$/)
    const target = files.file('export.nii.gz')
    await download.saveAs(target)
    await page.getByRole('heading', { name: 'Written' }).waitFor()
    await app.picture('8-exported')
    const shown = await page.evaluate(async () => {
      const results = '/api/cases/hippocampus023/results'
      const list = (await (await fetch(results)).json()) as { id: string; kind: string }[]
      const id = list.find(({ kind }) => kind === 'model')?.id ?? ''
      return [...new Uint8Array(await (await fetch(`${results}/${id}/mask`)).arrayBuffer())]
    })
    expect(shown.filter((label) => label > 0).length).toBeGreaterThan(2500)
    expect(Buffer.compare(voxelBytes(target), Buffer.from(shown))).toBe(0)
  })

  it('refuses a bad file in place, the case before still open', async () => {
    const bad = files.file('not-an-image.nii.gz')
    writeFileSync(bad, 'no image')
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Import…' }).click()
    await (await chooser).setFiles(bad)
    const note = page.getByRole('navigation').getByRole('alert')
    await note.waitFor()
    expect(await note.innerText()).toMatch(/not-an-image\.nii\.gz/)
    expect(await page.title()).toContain('hippocampus023')
    await app.picture('9-bad-file')
    await note.getByRole('button', { name: 'Dismiss' }).click()
    expect(await note.count()).toBe(0)
  })

  it('imports by drag and drop', async () => {
    const image = readFileSync(
      join(import.meta.dirname, '../../resources/sample/imagesTr/hippocampus_033.nii.gz')
    ).toString('base64')
    await page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      const transfer = new DataTransfer()
      transfer.items.add(new File([bytes], 'dropped.nii.gz'))
      for (const type of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(
          new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true })
        )
      }
    }, image)
    await page
      .getByRole('button', { name: /dropped/ })
      .first()
      .waitFor()
    await expect.poll(() => page.title()).toContain('dropped')
  })

  it('removes a case to the trash and brings it back', async () => {
    await page.getByRole('button', { name: /^Remove dropped/ }).click()
    await page.getByText('is in the trash of this workspace').waitFor()
    await app.picture('10-removed')
    expect(
      await page
        .getByRole('navigation')
        .getByText(/^dropped/)
        .count()
    ).toBe(0)
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await page
      .getByRole('navigation')
      .getByText(/^dropped/)
      .waitFor()
  })

  it('shows after a reload what was left', async () => {
    await page.getByRole('navigation').getByText('hippocampus023').click()
    await expect.poll(() => page.title()).toContain('hippocampus023')
    await page.getByRole('tab', { name: 'Compare' }).click()
    const white = page.getByLabel('Intensity shown white')
    const colour = page.getByLabel('Colour of anterior')
    const scale = page.locator('[data-pane=axial] .scale')
    await white.fill('900')
    await white.press('Tab')
    await colour.fill('#00d000')
    await page.locator('[data-pane=axial]').focus()
    await page.keyboard.press('+')
    await page.keyboard.press('PageDown')
    const left = async (): Promise<unknown[]> => [
      await white.inputValue(),
      await colour.inputValue(),
      (await scale.boundingBox())?.width,
      await page.locator('[data-pane=axial]').getAttribute('aria-label')
    ]
    const before = await left()
    // Longer than the view waits for the next change before it is kept.
    await page.waitForTimeout(1500)
    await page.reload()
    await expect.poll(() => page.title(), { timeout: 10_000 }).toContain('hippocampus023')
    await page.getByRole('tab', { name: 'Compare', selected: true }).waitFor()
    await expect.poll(left).toEqual(before)
    await page.getByRole('button', { name: /^Preferences/ }).click()
    await page.getByRole('button', { name: 'Reset the colours of labels' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await colour.inputValue()).toBe('#f0a868')
  })

  it('lists its shortcuts, preferences and versions', async () => {
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('Show this sheet').waitFor()
    await app.picture('11-shortcuts')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^Preferences/ }).click()
    await page.getByRole('dialog').getByText('Save versions as').waitFor()
    await app.picture('12-preferences')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'About Hippospike' }).click()
    await page.getByRole('dialog').getByText('Version', { exact: true }).waitFor()
    await app.picture('13-about')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('names every control, and can be walked by keyboard', async () => {
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, select, [role="separator"]')]
        .filter((element) => (element as HTMLElement).offsetParent !== null)
        .filter((element) => {
          const labels = (element as HTMLInputElement).labels?.length ?? 0
          const text = element.textContent.trim()
          const named = ['aria-label', 'aria-labelledby', 'title'].some(
            (name) =>
              element.closest('.n-base-selection, [role]')?.hasAttribute(name) === true ||
              element.hasAttribute(name)
          )
          return labels === 0 && text === '' && !named
        })
        .map((element) => element.outerHTML.slice(0, 120))
    )
    expect(nameless).toEqual([])
    const separator = page.getByRole('separator', { name: 'Width of the case list' })
    await separator.focus()
    const before = Number(await separator.getAttribute('aria-valuenow'))
    await page.keyboard.press('ArrowRight')
    expect(Number(await separator.getAttribute('aria-valuenow'))).toBe(before + 16)
  })

  it('has complained of nothing until now but the failures that were made', () => {
    const unexpected = app.complaints.filter((one) => !/\/api\/(jobs|cases\/upload)/.test(one))
    expect(unexpected).toEqual([])
  })

  it('says that the host is gone, and keeps what is on the screen', async () => {
    app.server.kill('SIGKILL')
    await page.getByText('Hippospike does not answer').waitFor()
    expect(await page.title()).toContain('hippocampus023')
    await app.picture('14-host-gone')
  })
})

/** What a window that is out of date, or another program, may ask for. */
async function startJob(page: Page, wishes: Record<string, string>): Promise<void> {
  await page.evaluate(async (some) => {
    const job = {
      kind: 'segment',
      caseId: 'hippocampus023',
      model: 'snn',
      timesteps: null,
      runtime: null,
      ...some
    }
    await fetch('/api/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(job)
    })
  }, wishes)
}
