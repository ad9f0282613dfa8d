import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { resultListSchema, type Result } from '../../src/shared/api/cases'
import type { Side } from '../../src/shared/labels'
import { bytesOf, slicePane } from './window-steps'

/** What tests do with the boxes of a head, in pixels of the page. */

export type Point = [number, number]

/** Where the axial slice cuts a box. */
export function outline(page: Page, side: Side): Locator {
  return slicePane(page, 'axial').locator(`[data-box=${side}]`)
}

/** Where the boxes are listed and segmented in. */
export function boxesPanel(page: Page): Locator {
  return page.getByRole('region', { name: 'Boxes', exact: true })
}

export async function middle(of: Locator): Promise<Point> {
  const box = (await of.boundingBox())!
  return [box.x + box.width / 2, box.y + box.height / 2]
}

export async function drag(page: Page, [x, y]: Point, [dx, dy]: Point): Promise<void> {
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + dx / 2, y + dy / 2)
  await page.mouse.move(x + dx, y + dy)
  await page.mouse.up()
}

export async function expectMoved(of: Locator, from: Point, [dx, dy]: Point): Promise<void> {
  await expect
    .poll(async () => {
      const [x, y] = await middle(of)
      return Math.hypot(x - from[0] - dx, y - from[1] - dy)
    })
    .toBeLessThan(1)
}

/** Of a case, the newest first. */
export async function resultsOfCase(page: Page, caseId: string): Promise<Result[]> {
  const text = (await bytesOf(page, `/api/cases/${caseId}/results`)).toString()
  return resultListSchema.parse(JSON.parse(text))
}
