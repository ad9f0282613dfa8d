import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Result } from '../../src/shared/api/cases'
import type { HeadBox } from '../../src/shared/head'
import { writeScan } from '../../src/main/imaging/write-mask'
import { sampleHead } from '../fixtures/sample-head'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { sharedData } from '../shared-data'
import {
  boxesPanel,
  drag,
  expectMoved,
  middle,
  outline,
  resultsOfCase,
  type Point
} from './box-acts'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { importFiles, result, segmentCase, undoButton } from './window-acts'
import { slicePane } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('the boxes are not tested: there is no Chromium here')
const files = temporaryFolder()

describe.skipIf(chromium === undefined)('the boxes of a head, in Chromium', () => {
  let app: BrowserApp
  let page: Page
  let caseId = ''

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path, ['--workspace', files.file('study')])
    page = app.page
    await importFiles(page, await headFile())
    await page.locator('[data-drawn=true]').waitFor({ timeout: 60_000 })
    caseId = (await page.title()).split(' – ')[0]!
    await segmentCase(page)
  })
  afterAll(async () => {
    await app.close()
  })

  const panel = () => boxesPanel(page)
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const handles = (side: HeadBox['side']) =>
    slicePane(page, 'axial').locator(`[data-handle^=${side}]`)
  /** Of the left and of the right box, as the panel says. */
  const sizes = () => panel().getByRole('listitem').allInnerTexts()

  const results = (): Promise<Result[]> => resultsOfCase(page, caseId)

  it('are drawn in the planes that cut them, when wished', async () => {
    expect(await page.locator('[data-box]').count()).toBe(0)
    await button('Boxes around the hippocampi').click()
    await panel().getByRole('button', { name: /^left/ }).click()
    for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
      await slicePane(page, plane).locator('[data-box=left]').waitFor()
    }
    expect(await outline(page, 'right').count()).toBe(1)
    expect(await slicePane(page, 'sagittal').locator('[data-box=right]').count()).toBe(0)
    // Nobody asked to move them.
    expect(await page.locator('[data-handle]').count()).toBe(0)
    await app.picture('boxes-1-shown')
    await page.keyboard.press('k')
    await expect.poll(() => page.locator('[data-box]').count()).toBe(0)
  })

  it('are moved by dragging and by keys, and resized by their edges', async () => {
    await button('Adjust boxes').click()
    await outline(page, 'left').waitFor()
    const [start, right] = [
      await middle(outline(page, 'left')),
      await middle(outline(page, 'right'))
    ]
    await drag(page, start, [18, -12])
    await expectMoved(outline(page, 'left'), start, [18, -12])
    await expectMoved(outline(page, 'right'), right, [0, 0])
    await undoButton(page).click()
    await expectMoved(outline(page, 'left'), start, [0, 0])

    const before = await sizes()
    const handle = handles('left').first()
    const edge = await middle(handle)
    const [cx, cy] = start
    const away = Math.hypot(edge[0] - cx, edge[1] - cy)
    const outwards = (by: number): Point => [
      ((edge[0] - cx) * by) / away,
      ((edge[1] - cy) * by) / away
    ]
    await drag(page, edge, outwards(20))
    await expect.poll(sizes).not.toEqual(before)
    expect((await sizes())[1]).toBe(before[1])
    await app.picture('boxes-2-resized')
    // Never smaller than 20 mm.
    await drag(page, await middle(handle), outwards(-2.5 * away))
    await expect.poll(async () => (await sizes())[0]).toMatch(/\b20\b/)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await expect.poll(sizes).toEqual(before)

    await outline(page, 'left').focus()
    for (let n = 0; n < 10; n++) await page.keyboard.press('ArrowRight')
    const [x] = await middle(outline(page, 'left'))
    const scale = slicePane(page, 'axial').locator('.scale')
    const pixelsPerMm =
      (await scale.boundingBox())!.width / Number.parseFloat(await scale.innerText())
    expect((x - start[0]) / pixelsPerMm).toBeCloseTo(10, 0)
    await button('Reset').click()
    await expectMoved(outline(page, 'left'), start, [0, 0])
    expect(await button('Reset').isDisabled()).toBe(true)
  })

  it('are left as they were by Cancel', async () => {
    const start = await middle(outline(page, 'right'))
    await drag(page, start, [-15, 15])
    await expectMoved(outline(page, 'right'), start, [-15, 15])
    await button('Cancel').click()
    await expectMoved(outline(page, 'right'), start, [0, 0])
    expect(await page.locator('[data-handle]').count()).toBe(0)
    // What is not to be adjusted is clicked through.
    await page.mouse.click(...start)
    await expect.poll(() => slicePane(page, 'sagittal').locator('[data-box=right]').count()).toBe(1)
  })

  it('are segmented in where they were put', async () => {
    const [first] = await results()
    await button('Adjust boxes').click()
    await drag(page, await middle(outline(page, 'left')), [10, 0])
    await button('Segment in these boxes').click()
    await expect.poll(async () => (await results()).length, { timeout: 120_000 }).toBe(2)
    await button('Adjust boxes').waitFor({ timeout: 60_000 })
    await result(page).waitFor()
    const [second] = await results()
    const boxes = (of: Result | undefined, side: HeadBox['side']) =>
      of!.head!.boxes.find((box) => box.side === side)!.grid
    expect(boxes(second, 'right')).toEqual(boxes(first, 'right'))
    const { origin, ...rest } = boxes(second, 'left')
    expect(rest).toEqual({ ...boxes(first, 'left'), origin: undefined })
    const by = origin.map((mm, axis) => mm - boxes(first, 'left').origin[axis]!)
    // To the right of the screen is to the patient's left.
    expect(by[0]).toBeGreaterThan(3)
    expect(Math.hypot(by[1]!, by[2]!)).toBeLessThan(0.5 * by[0]!)
    expect(second!.head!.fit).toBeNull()
    expect(second!.head!.volumesMm3.left!.whole).toBeGreaterThan(1000)
    await app.picture('boxes-3-again')
    // The located ones are known from the result before.
    await button('Adjust boxes').click()
    expect(await button('Reset').isEnabled()).toBe(true)
  })

  it('say so where they lie outside the scan, and stay to be put right', async () => {
    await slicePane(page, 'axial').focus()
    for (let n = 0; n < 6; n++) await page.keyboard.press('-')
    const start = await middle(outline(page, 'right'))
    const pane = (await slicePane(page, 'axial').boundingBox())!
    await drag(page, start, [pane.x + 12 - start[0], 0])
    await expectMoved(outline(page, 'right'), [pane.x + 12, start[1]], [0, 0])
    await app.picture('boxes-4-outside')
    await button('Segment in these boxes').click()
    const note = page.getByRole('tabpanel').getByRole('alert')
    await note.waitFor({ timeout: 120_000 })
    expect(await note.innerText()).toMatch(/right .* outside the scan/)
    expect(await results()).toHaveLength(2)
    await app.picture('boxes-5-refused')
    await undoButton(page).click()
    await expectMoved(outline(page, 'right'), start, [0, 0])
  })

  it('has complained of nothing', () => {
    expect(app.complaints).toEqual([])
  })
})

/** A head with its skull where there is one, else the template's with the sample's hippocampi. */
async function headFile(): Promise<string> {
  const real = sharedData('data/head/t1_head_lia.nii.gz')
  if (real !== null) return real
  const made = files.file('head.nii.gz')
  await writeScan(made, (await sampleHead()).scan)
  return made
}
