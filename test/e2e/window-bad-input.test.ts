import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badImages, shearedImage } from '../fixtures/bad-images'
import { dice, rawNifti } from '../fixtures/nifti-read'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import {
  filesOf,
  importFiles,
  SAMPLE,
  SAMPLE_CASE,
  SAMPLE_LABELS,
  segmentCase,
  shown
} from './window-acts'
import { drop } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('bad input is not given to the window: no Chromium here')
const files = temporaryFolder()
const workspace = files.file('study')
/** A file that the browser cannot read never gets to the program; a sheared one is more than refused. */
const uploaded = badImages(SAMPLE).filter(
  ({ name, content }) => content !== null && name !== 'sheared.nii'
)

describe.skipIf(chromium === undefined)('an image that cannot be segmented, in the window', () => {
  let app: BrowserApp
  let page: Page
  let before: { files: string[]; picture: Buffer }

  const notes = () => page.getByRole('navigation').getByRole('alert')
  const picture = (): Promise<Buffer> => page.getByLabel(/^axial slice/).screenshot()

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path, ['--workspace', workspace, '--sample'])
    page = app.page
    await shown(page, SAMPLE_CASE)
    await page.mouse.move(0, 0)
    before = { files: filesOf(workspace), picture: await picture() }
  })
  afterAll(async () => {
    await app.close()
  })

  /** One message in place, in words of the window; the case before is as it was, and so is the workspace. */
  async function expectRefusal(name: string, message: RegExp): Promise<void> {
    await notes().waitFor()
    const text = await notes().innerText()
    expect(text).toContain(name)
    expect(text).toMatch(message)
    expect(text).not.toContain(files.path)
    expect(text).not.toMatch(/--[a-z]/)
    expect(await page.title()).toContain(SAMPLE_CASE)
    expect(await page.getByRole('navigation').getByRole('listitem').count()).toBe(1)
    await page.mouse.move(0, 0)
    expect((await picture()).equals(before.picture)).toBe(true)
    expect(filesOf(workspace)).toEqual(before.files)
  }

  async function dismiss(): Promise<void> {
    await notes().getByRole('button', { name: 'Dismiss' }).click()
    expect(await notes().count()).toBe(0)
  }

  it.each(uploaded)('is refused in place: $name', async ({ name, content, message }) => {
    await importFiles(page, files.write(name, content ?? ''))
    await expectRefusal(name, message)
    await dismiss()
  })

  it('is refused in place where it is an empty folder', async () => {
    const folder = files.file('dicom')
    mkdirSync(folder)
    await drop(page, [folder])
    await expectRefusal('dicom', /is empty; give a folder of DICOM files/)
    await app.picture('bad-input-1-folder')
    await dismiss()
  })

  it('is refused in place where it is gone by the time it is dropped', async () => {
    const path = files.write('missing.nii.gz', readFileSync(SAMPLE))
    await drop(page, [path], () => {
      rmSync(path)
    })
    await expectRefusal('missing.nii.gz', /cannot be read: .*it is gone/)
    await dismiss()
  })

  it('says one thing of each of several files, and imports the good one', async () => {
    const bad = ['one.nii', 'two.nii'].map((name) => files.write(name, ''))
    await importFiles(page, ...bad, files.write('good.nii.gz', readFileSync(SAMPLE)))
    await expect.poll(() => notes().count()).toBe(2)
    const texts = await notes().allInnerTexts()
    expect(texts.map((text) => text.trim().split(':')[0])).toEqual(['one.nii', 'two.nii'])
    // The sample's very bytes, so that its case is the good one's.
    await page.getByText('is in the workspace already, as case').waitFor()
    await app.picture('bad-input-2-several')
    for (const name of ['one.nii', 'two.nii', 'good.nii.gz']) {
      await page
        .getByRole('navigation')
        .locator('.note', { hasText: name })
        .getByRole('button', { name: 'Dismiss' })
        .click()
    }
  })

  it('is imported as a repaired copy where its axes are sheared', async () => {
    await importFiles(page, files.write('sheared.nii', shearedImage(SAMPLE)))
    await expectRefusal('sheared.nii', /axes are sheared.*import a repaired copy/)
    await app.picture('bad-input-3-sheared')
    await notes().getByRole('button', { name: 'Import a repaired copy' }).click()
    await shown(page, 'sheared')
    expect(await notes().count()).toBe(0)
    await page
      .getByRole('navigation')
      .getByText(/axes were sheared/)
      .waitFor()
    await segmentCase(page)
    await app.picture('bad-input-4-repaired')
    const mask = rawNifti(
      join(workspace, 'derivatives/hippospike/sub-sheared/anat/sub-sheared_seg-snnT4_dseg.nii.gz')
    )
    expect(dice(mask.voxels, rawNifti(SAMPLE_LABELS).voxels, null)).toBeGreaterThan(0.8)
    expect(readFileSync(files.file('sheared.nii')).equals(shearedImage(SAMPLE))).toBe(true)
  })

  it('has made the page complain of nothing', () => {
    expect(app.complaints).toEqual([])
  })
})
