import type { Locator, Page } from 'playwright-core'
import { resultListSchema, type Result } from '../../src/shared/api/cases'

/** The case that the sample becomes. */
export const SAMPLE_CASE = 'hippocampus023'

/** Opens the sample case from the first page, and waits until it is drawn. */
export async function openSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open the sample case' }).click()
  await page.locator('[data-drawn=true]').waitFor()
}

/** Segments the case that is open with what the panel suggests. */
export async function segment(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Segment', exact: true }).click()
  await page.getByRole('region', { name: 'Result', exact: true }).waitFor({ timeout: 120_000 })
}

export async function openPanel(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click()
}

/** Takes an option of one of Naive UI's lists. @param labelledBy id of the list's name */
export async function choose(page: Page, labelledBy: string, option: string): Promise<void> {
  await page.locator(`[aria-labelledby=${labelledBy}]`).click()
  await page.locator('.n-base-select-option', { hasText: option }).click()
}

/** Bytes that the host answers with. @param path from `/api` on */
export async function bytesOf(page: Page, path: string): Promise<Buffer> {
  const answer = await page.request.get(new URL(path, page.url()).href)
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`)
  return answer.body()
}

/** The sample's results of a kind, the newest first. */
export async function resultsOf(page: Page, kind: Result['kind']): Promise<Result[]> {
  const text = (await bytesOf(page, `/api/cases/${SAMPLE_CASE}/results`)).toString()
  return resultListSchema.parse(JSON.parse(text)).filter((one) => one.kind === kind)
}

/** A mask of the sample as it is on disk. @param query such as `?version=1` */
export async function maskOf(page: Page, id: string, query = ''): Promise<Uint8Array> {
  return new Uint8Array(await bytesOf(page, `/api/cases/${SAMPLE_CASE}/results/${id}/mask${query}`))
}

export function slicePane(page: Page, plane: 'axial' | 'coronal' | 'sagittal'): Locator {
  return page.locator(`[data-pane=${plane}]`)
}

/** A point of a pane on the page; 0 to 1 from its left and from its top. */
export async function pointIn(
  pane: Locator,
  [x, y]: readonly [number, number]
): Promise<[number, number]> {
  const box = await pane.boundingBox()
  if (box === null) throw new Error('the pane is not on the screen')
  return [box.x + x * box.width, box.y + y * box.height]
}

/** Drops files and folders of the machine onto the window, as a file manager does. */
export async function drop(
  page: Page,
  files: readonly string[],
  beforeDrop = (): void => undefined
): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    if (type === 'drop') beforeDrop()
    await devtools.send('Input.dispatchDragEvent', { type, x: 700, y: 400, data })
  }
  await devtools.detach()
}
