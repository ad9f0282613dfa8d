import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { cli, ROOT } from './cli'
import { voxelBytes } from './nifti-voxels'

const SCAN = join(ROOT, 'resources/sample/imagesTr/hippocampus_023.nii.gz')

/** A window, and what a user does in another way in each host: the system's dialogs, or the browser's own. */
export interface StoryHost {
  page: Page
  picture: (name: string) => Promise<void>
  /** Makes a workspace of a folder, from the first page. */
  newWorkspace: (folder: string) => Promise<void>
  /** Answers the dialog that `press` opens with an image. */
  chooseImage: (image: string, press: () => Promise<void>) => Promise<void>
  /** Presses the button of the export panel, and sees to it that the file gets to `target`. */
  exportTo: (target: string) => Promise<void>
  /** What the page complained of. */
  complaints: readonly string[]
  close: () => Promise<void>
}

/** What a user does with a patient's scan, from the first click to the file that goes to the study; each step goes on from the one before. */
export function tellStory(start: (home: string) => Promise<StoryHost>): void {
  const files = temporaryFolder()
  const workspace = files.file('study')
  let host: StoryHost
  let page: Page
  let painted: Buffer

  beforeAll(async () => {
    host = await start(files.path)
    page = host.page
  })
  afterAll(async () => {
    await host.close()
  })

  it('opens a scan in a new workspace', async () => {
    await page.getByRole('heading', { name: 'Hippospike' }).waitFor()
    await host.newWorkspace(workspace)
    await page.getByRole('heading', { name: 'No cases yet' }).waitFor()
    expect(existsSync(join(workspace, 'dataset_description.json'))).toBe(true)
    const button = page.getByRole('main').getByRole('button', { name: 'Import…' })
    await host.chooseImage(SCAN, () => button.click())
    await page.locator('[data-drawn=true]').waitFor()
    await expect.poll(() => page.title()).toMatch(/^hippocampus023 /)
  })

  it('segments as the command line does', async () => {
    await page.getByRole('button', { name: 'Segment', exact: true }).click()
    await page.getByRole('region', { name: 'Result', exact: true }).waitFor({ timeout: 120_000 })
    const mask = files.file('mask.nii.gz')
    const run = await cli(['segment', SCAN, '--out', mask])
    expect(run.code, run.stderr).toBe(0)
    expect(Buffer.compare(await savedMask(page), voxelBytes(mask))).toBe(0)
  })

  it('scrubs the timesteps by keyboard, and leaves the mask alone', async () => {
    await page.getByRole('tab', { name: 'Spikes' }).click()
    const time = page.getByText(/^[1-4] \/ 4$/)
    await time.waitFor()
    await page.keyboard.press('Home')
    await expect.poll(() => time.innerText()).toBe('1 / 4')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => time.innerText()).toBe('2 / 4')
    await host.picture('story-1-scrubbed')
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
    await host.picture('story-2-painted')
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
    const target = files.file('corrected.nii.gz')
    await host.exportTo(target)
    await page.getByText(/all \d+ voxels read back, equal/).waitFor()
    await host.picture('story-3-exported')
    expect(Buffer.compare(voxelBytes(target), painted)).toBe(0)
  })

  it('has complained of nothing', () => {
    expect(host.complaints).toEqual([])
  })
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
