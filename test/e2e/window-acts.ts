import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { BrowserApp } from './browser-app'
import { listing, ROOT } from './cli'
import { maskOf, pointIn, resultsOf, slicePane } from './window-steps'

export { SAMPLE_CASE } from './window-steps'

/** What tests of mishaps do in the window and in its workspace, and see of them. */

export const SAMPLE = join(ROOT, 'resources', 'sample', 'imagesTr', 'hippocampus_023.nii.gz')
export const SAMPLE_LABELS = join(ROOT, 'resources', 'sample', 'labelsTr', 'hippocampus_023.nii.gz')
export const OTHER_SAMPLE = join(ROOT, 'resources', 'sample', 'imagesTr', 'hippocampus_033.nii.gz')

/** Waits until a case is on the screen, drawn. */
export async function shown(page: Page, caseId: string): Promise<void> {
  await page.locator('nav [aria-current=true]', { hasText: caseId }).waitFor()
  await page.locator('[data-drawn=true]').waitFor()
}

/** Of a case in the list. */
export function caseRow(page: Page, id: string): Locator {
  return page.getByRole('navigation').getByRole('listitem').filter({ hasText: id })
}

/** Chooses files in the dialog of the import. */
export async function importFiles(page: Page, ...paths: string[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('navigation').getByRole('button', { name: 'Import…' }).click()
  await (await chooser).setFiles(paths)
}

/** Segments the case on the screen and waits for its result. */
export async function segmentCase(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Segment' }).click()
  await page.getByRole('button', { name: /^Segment( again)?$/ }).click()
  await result(page).waitFor({ timeout: 120_000 })
}

/** What a result says of itself. */
export function result(page: Page): Locator {
  return page.getByRole('region', { name: 'Result', exact: true })
}

/** One click of the brush on the axial slice, at shares of its width and height where there is no hippocampus. */
export async function paint(page: Page, across = 0.3, down = 0.8): Promise<void> {
  await page.getByRole('tab', { name: 'Edit' }).click()
  const brush = page.getByRole('button', { name: 'Brush', exact: true })
  if ((await brush.getAttribute('aria-pressed')) !== 'true') await brush.click()
  await page.mouse.click(...(await pointIn(slicePane(page, 'axial'), [across, down])))
  await expect.poll(() => saveButton(page).isEnabled()).toBe(true)
}

export function saveButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Save new version' })
}

export function undoButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Undo', exact: true })
}

/** The voxels of the model's mask of the sample case, as the host has them; the newest version where none is named. */
export async function savedMask(page: Page, version?: number): Promise<Buffer> {
  const [newest] = await resultsOf(page, 'model')
  if (newest === undefined) throw new Error('the sample was not segmented')
  const query = version === undefined ? '' : `?version=${String(version)}`
  return Buffer.from(await maskOf(page, newest.id, query))
}

/** Voxels that differ. */
export function differing(a: Buffer, b: Buffer): number[] {
  return [...a.keys()].filter((n) => a[n] !== b[n])
}

/** Another window of the same host. */
export async function secondWindow({ page, listenTo }: BrowserApp): Promise<Page> {
  const second = await page.context().newPage()
  listenTo(second)
  await second.goto(new URL(page.url()).origin)
  return second
}

/** The user comes back to the window from another program. */
export async function comeBack(page: Page): Promise<void> {
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
}

/** The files of a workspace but those that keep how it looks, and folders that the program makes for itself. */
export function filesOf(workspace: string): string[] {
  return listing(workspace).filter((name) => !/^\.hippospike(\/(incoming|views?\b.*))?$/.test(name))
}

/** What a killed program has left half-written in a folder. */
export function leftovers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(^|\/)\.hippospike-/.test(name)
  )
}
