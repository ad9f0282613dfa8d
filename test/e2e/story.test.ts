import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { cli, ROOT } from './cli'

const chromium = findChromium()
if (chromium === undefined) console.warn('the story is not told in a browser: no Chromium here')
const files = temporaryFolder()
const SAMPLE = join(ROOT, 'resources/sample/imagesTr/hippocampus_023.nii.gz')
/** Where a NIfTI-1 header says at which byte its voxels begin. */
const VOX_OFFSET = 108

/** What a user does with a patient's scan, from the first click to the file that goes to the study. */
describe.skipIf(chromium === undefined)('open, segment, scrub, correct, undo, save, export', () => {
  let app: BrowserApp
  let page: Page
  let painted: Buffer

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path)
    page = app.page
  })
  afterAll(async () => {
    await app.close()
  })

  it('segments as the command line does', async () => {
    await page.getByRole('button', { name: 'Open the sample case' }).click()
    await page.getByRole('button', { name: 'Segment', exact: true }).click()
    await page.getByRole('region', { name: 'Result', exact: true }).waitFor({ timeout: 120_000 })
    const mask = files.file('mask.nii.gz')
    const run = await cli(['segment', SAMPLE, '--out', mask])
    expect(run.code, run.stderr).toBe(0)
    expect(Buffer.compare(await savedMask(page), voxelsOf(mask))).toBe(0)
  })

  it('scrubs the timesteps by keyboard, and leaves the mask alone', async () => {
    await page.getByRole('tab', { name: 'Spikes' }).click()
    const time = page.getByText(/^[1-4] \/ 4$/)
    await time.waitFor()
    await page.keyboard.press('Home')
    await expect.poll(() => time.innerText()).toBe('1 / 4')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => time.innerText()).toBe('2 / 4')
    await app.picture('story-1-scrubbed')
    const before = await savedMask(page)
    await page.getByRole('tab', { name: 'Edit' }).click()
    expect(Buffer.compare(await savedMask(page), before)).toBe(0)
  })

  it('paints, takes it back, paints again and saves a version', async () => {
    await page.getByRole('button', { name: 'Brush', exact: true }).click()
    const undo = page.getByRole('button', { name: 'Undo', exact: true })
    const save = page.getByRole('button', { name: 'Save new version' })
    expect(await undo.isDisabled()).toBe(true)
    await paint(page)
    await expect.poll(() => undo.isEnabled()).toBe(true)
    await undo.click()
    await expect.poll(() => undo.isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Redo', exact: true }).click()
    await expect.poll(() => save.isEnabled()).toBe(true)
    await app.picture('story-2-painted')
    const before = await savedMask(page)
    await save.click()
    await page.getByText('Version 2 by').waitFor()
    painted = await savedMask(page)
    const changed = [...painted].filter((label, n) => label !== before[n])
    expect(changed.length).toBeGreaterThan(0)
    // A brush of two millimetres paints a disc, and anterior alone.
    expect(changed.length).toBeLessThan(30)
    expect(new Set(changed)).toEqual(new Set([1]))
  })

  it('exports the corrected mask, voxel by voxel', async () => {
    await page.getByRole('tab', { name: 'Export' }).click()
    const arrived = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export and download' }).click()
    const target = files.file('corrected.nii.gz')
    await (await arrived).saveAs(target)
    expect(Buffer.compare(voxelsOf(target), painted)).toBe(0)
  })
})

function voxelsOf(file: string): Buffer {
  const nifti = gunzipSync(readFileSync(file))
  return nifti.subarray(nifti.readFloatLE(VOX_OFFSET))
}

/** The newest version of the model's mask, as it is on disk. */
async function savedMask(page: Page): Promise<Buffer> {
  const voxels = await page.evaluate(async () => {
    const results = '/api/cases/hippocampus023/results'
    const list = (await (await fetch(results)).json()) as { id: string; kind: string }[]
    const id = list.find(({ kind }) => kind === 'model')?.id ?? ''
    return [...new Uint8Array(await (await fetch(`${results}/${id}/mask`)).arrayBuffer())]
  })
  return Buffer.from(voxels)
}

/** One click in a corner of the axial slice, where there is no hippocampus. */
async function paint(page: Page): Promise<void> {
  const box = await page.getByLabel(/^axial slice/).boundingBox()
  if (box === null) throw new Error('there is no axial pane')
  await page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.8)
}
