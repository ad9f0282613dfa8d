import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import {
  caseRow,
  comeBack,
  importFiles,
  OTHER_SAMPLE,
  paint,
  SAMPLE_CASE,
  saveButton,
  savedMask,
  segmentCase,
  shown
} from './window-acts'

const chromium = findChromium()
if (chromium === undefined) console.warn('no workspace is taken from the window: no Chromium here')
const files = temporaryFolder()

/** Chooses in the menu of workspaces. */
async function menu(page: Page, entry: string): Promise<void> {
  await page.getByRole('navigation').locator('button[aria-haspopup=menu]').click()
  await page.locator('.n-dropdown-option', { hasText: entry }).click()
}

/** Makes a workspace, by the menu. */
async function newWorkspace(page: Page, folder: string): Promise<void> {
  await menu(page, 'New workspace…')
  await page.getByLabel(/^Folder/).fill(folder)
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { name: 'No cases yet' }).waitFor()
}

describe.skipIf(chromium === undefined)('a workspace that goes while it is open', () => {
  const [study, away, other] = ['study', 'away', 'other'].map((name) => files.file(name))
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path, ['--workspace', study!, '--sample'])
    page = app.page
    await shown(page, SAMPLE_CASE)
  })
  afterAll(async () => {
    await app.close()
  })

  const gone = () =>
    page
      .getByRole('navigation')
      .getByRole('alert')
      .filter({ hasText: /study is gone.*put it back, or open another/ })

  it('says so, and keeps what is on the screen and not saved', async () => {
    await segmentCase(page)
    await paint(page)
    renameSync(study!, away!)
    await comeBack(page)
    await gone().waitFor()
    await saveButton(page).click()
    await page
      .getByRole('tabpanel')
      .getByText(/Not saved: the workspace .* is gone/)
      .waitFor()
    await app.picture('workspace-1-gone')
    expect(await saveButton(page).isEnabled()).toBe(true)
    expect(await page.title()).toContain(SAMPLE_CASE)
    expect(existsSync(study!)).toBe(false)
  })

  it('does not leave edits that can be kept nowhere without asking', async () => {
    await menu(page, 'New workspace…')
    await page.getByLabel(/^Folder/).fill(other!)
    await page.getByRole('button', { name: 'Create' }).click()
    await page
      .getByText(/edits of hippocampus023 are not saved, and cannot be kept: .* is gone/)
      .waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await app.picture('workspace-2-edits')
    expect(existsSync(other!)).toBe(false)
    await page.getByRole('button', { name: 'Give the edits up' }).waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).last().click()
  })

  it('is open again when it is back, and the edits can be saved', async () => {
    const before = join(away!, 'derivatives')
    expect(existsSync(before)).toBe(true)
    renameSync(away!, study!)
    await gone().waitFor({ state: 'detached' })
    await saveButton(page).click()
    await page.getByText('Version 2 by').waitFor()
    expect((await savedMask(page, 2)).equals(await savedMask(page, 1))).toBe(false)
  })

  it('can be left for another where it is deleted', async () => {
    rmSync(study!, { recursive: true })
    await comeBack(page)
    await gone().waitFor()
    await importFiles(page, OTHER_SAMPLE)
    await page
      .getByRole('navigation')
      .getByText(/^hippocampus_033\.nii\.gz: the workspace .* is gone/)
      .waitFor()
    expect(existsSync(study!)).toBe(false)
    await newWorkspace(page, other!)
    expect(await gone().count()).toBe(0)
    await importFiles(page, OTHER_SAMPLE)
    await shown(page, 'hippocampus033')
    await app.picture('workspace-3-other')
  })

  it('tells what is wrong with a workspace that is chosen, and stays in the one before', async () => {
    await menu(page, 'study')
    await page.getByText(/study: no such folder; check the path/).waitFor()
    expect(await page.title()).toContain('hippocampus033')
    await caseRow(page, 'hippocampus033').waitFor()
  })

  it('comes back to a recent workspace as it was left', async () => {
    const third = files.file('third')
    await newWorkspace(page, third)
    expect(await caseRow(page, 'hippocampus033').count()).toBe(0)
    await menu(page, 'other')
    await shown(page, 'hippocampus033')
    await expect.poll(() => page.title()).toContain('other')
    await menu(page, 'third')
    await page.getByRole('heading', { name: 'No cases yet' }).waitFor()
  })
})

describe.skipIf(chromium === undefined)('a workspace that takes nothing', () => {
  const disk = files.file('disk')
  let isMounted = false
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    mkdirSync(disk)
    const options = ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]
    isMounted = process.platform === 'linux' && spawnSync('mount', options).status === 0
    app = await startBrowserApp(chromium ?? '', files.file('home'), [
      ...['--workspace', disk, '--sample']
    ])
    page = app.page
    await shown(page, SAMPLE_CASE)
    await segmentCase(page)
  })
  afterAll(async () => {
    await app.close()
    if (isMounted) spawnSync('umount', [disk])
  })

  it('says what is in the way, and loses no edit', async () => {
    await paint(page)
    // For whoever runs this, an administrator too: no file can be made where a folder is.
    const anat = join(disk, 'derivatives', 'hippospike', `sub-${SAMPLE_CASE}`, 'anat')
    const inTheWay = join(anat, `sub-${SAMPLE_CASE}_seg-snnT4_desc-v2_dseg.nii.gz`)
    mkdirSync(inTheWay)
    await saveButton(page).click()
    await page
      .getByRole('tabpanel')
      .getByText(/^Not saved: .*v2_dseg\.nii\.gz: cannot be written: /)
      .waitFor()
    await app.picture('workspace-4-in-the-way')
    expect(await saveButton(page).isEnabled()).toBe(true)
    expect((await savedMask(page)).equals(await savedMask(page, 1))).toBe(true)
    rmSync(inTheWay, { recursive: true })
    await saveButton(page).click()
    await page.getByText('Version 2 by').waitFor()
  })

  it('says that the disk is full, and leaves nothing half-written', async ({ skip }) => {
    if (!isMounted) skip('a full disk is not tested: a small one cannot be mounted here')
    writeFileSync(join(disk, 'filler'), '')
    const fill = spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=64k'])
    expect(fill.status).not.toBe(0)
    await importFiles(page, OTHER_SAMPLE)
    const note = page.getByRole('navigation').getByRole('alert')
    await note.filter({ hasText: /cannot be written: the disk is full; free some space/ }).waitFor()
    expect(await note.count()).toBe(1)
    await app.picture('workspace-5-full')
    expect(existsSync(join(disk, 'sub-hippocampus033'))).toBe(false)
    expect(await page.title()).toContain(SAMPLE_CASE)
    rmSync(join(disk, 'filler'))
    await note.getByRole('button', { name: 'Dismiss' }).click()
  })

  it('says that it is read-only, loses no edit, and takes them when it is not', async ({
    skip
  }) => {
    if (!isMounted) skip('a read-only disk is not tested: one cannot be mounted here')
    await paint(page, 0.7, 0.15)
    // Long enough for what was drawn to be written down, so that nothing holds the disk.
    await page.waitForTimeout(1500)
    remount('ro')
    await comeBack(page)
    await page.getByText('This workspace is read-only').first().waitFor()
    await paint(page, 0.3, 0.15)
    await saveButton(page).click()
    await page
      .getByRole('tabpanel')
      .getByText(/Not saved: .*is read-only; open one in/)
      .waitFor()
    await app.picture('workspace-6-read-only')
    expect(await saveButton(page).isEnabled()).toBe(true)
    remount('rw')
    await comeBack(page)
    await page.getByText('This workspace is read-only').first().waitFor({ state: 'detached' })
    await saveButton(page).click()
    await page.getByText('Version 3 by').waitFor()
  })

  function remount(how: 'ro' | 'rw'): void {
    const { status, stderr } = spawnSync('mount', ['-o', `remount,${how}`, disk])
    expect(status, stderr.toString()).toBe(0)
  }
})
