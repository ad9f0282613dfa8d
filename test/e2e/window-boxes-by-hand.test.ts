import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeScan } from '../../src/main/imaging/write-mask'
import { SIDES, type Side } from '../../src/shared/labels'
import { sampleHead } from '../fixtures/sample-head'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { unlikeHead } from '../fixtures/unlike-head'
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
import { importFiles, result as card, shown, undoButton } from './window-acts'
import { openPanel, slicePane } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('boxes are not placed by hand: there is no Chromium here')
const files = temporaryFolder()

const button = (page: Page, name: string): Locator =>
  page.getByRole('button', { name, exact: true })
const place = (page: Page): Locator => button(page, 'Place boxes by hand')
const refusal = (page: Page): Locator => page.getByRole('tabpanel').getByRole('alert')
/** The name of what has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.getAttribute('title') ?? '')

async function refused(page: Page): Promise<string> {
  await button(page, 'Segment').click()
  await refusal(page).waitFor({ timeout: 120_000 })
  return refusal(page).innerText()
}

async function segmentInBoxes(page: Page): Promise<void> {
  await button(page, 'Segment in these boxes').click()
  await card(page).waitFor({ timeout: 120_000 })
}

async function expectToldOf(page: Page): Promise<void> {
  const text = await card(page).innerText()
  expect(text).toMatch(/Boxes\s+placed by hand/)
  expect(text).toMatch(/whether this is a T1-weighted head.* was not checked/)
  expect(text).not.toMatch(/Template agreement/)
}

/** A head that needs no data from elsewhere, and cannot be located. */
describe.skipIf(chromium === undefined)('boxes placed by hand, in Chromium', () => {
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    await writeScan(files.file('unlike.nii.gz'), unlikeHead(await sampleHead()))
    const home = files.file('made')
    app = await startBrowserApp(chromium ?? '', home, ['--workspace', files.file('study')])
    page = app.page
    await importFiles(page, files.file('unlike.nii.gz'))
    await shown(page, 'unlike')
    await openPanel(page, 'Segment')
  })
  afterAll(async () => {
    await app.close()
  })

  /** Where the left box begins without a guess. */
  let beside: Point
  const row = (side: Side): Locator => boxesPanel(page).locator(`[data-side=${side}]`)
  const outlines = (): Promise<number> => slicePane(page, 'axial').locator('[data-box]').count()

  it('begin beside the middle of the image, where nothing was segmented yet', async () => {
    await place(page).waitFor()
    await app.picture('by-hand-1-offered')
    await place(page).click()
    await outline(page, 'left').waitFor()
    expect(await outlines()).toBe(2)
    const [left, right] = [
      await middle(outline(page, 'left')),
      await middle(outline(page, 'right'))
    ]
    beside = left
    // The patient's left is on the right of the screen.
    expect(left[0]).toBeGreaterThan(right[0])
    expect(await boxesPanel(page).innerText()).toMatch(
      /Not located: drag each box onto its hippocampus/
    )
    expect(await boxesPanel(page).getByText('52 × 68 × 52 mm').count()).toBe(2)
    expect(await place(page).count()).toBe(0)
    await app.picture('by-hand-2-started')
    await button(page, 'Cancel').press('Enter')
    await place(page).waitFor()
    expect(await place(page).evaluate((one) => one === document.activeElement)).toBe(true)
    expect(await boxesPanel(page).count()).toBe(0)
    expect(await outlines()).toBe(0)
  })

  it('are offered where the hippocampi could not be located, and begin at the best guess', async () => {
    const text = await refused(page)
    expect(text).toMatch(
      /^This scan does not look like a T1-weighted head.* cannot be located.*place the boxes around them by hand/
    )
    expect(text).not.toMatch(/--roi|--box|nii/)
    expect(await refusal(page).getByRole('button', { name: 'Place boxes by hand' }).count()).toBe(1)
    expect(await place(page).count()).toBe(1)
    await app.picture('by-hand-3-refused')
    // It is known to the host, and so to a window that is opened again.
    await page.reload()
    await shown(page, 'unlike')
    await openPanel(page, 'Segment')
    await refusal(page).waitFor()
  })

  it('are placed, left out, brought back and moved by the keys alone', async () => {
    await place(page).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Go to the middle of the left box')
    // The template's hippocampi lie nearer to the middle.
    const [guessed] = await middle(outline(page, 'left'))
    expect(guessed).toBeLessThan(beside[0] - 5)
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Leave out the left side')
    await page.keyboard.press('Enter')
    await expect.poll(outlines).toBe(1)
    expect(await row('left').innerText()).toMatch(/left\s+left out/i)
    expect(await button(page, 'Leave out the right side').isDisabled()).toBe(true)
    await app.picture('by-hand-4-one-side')
    // The focus is on what brings it back.
    await page.keyboard.press('Enter')
    await row('left').getByText('52 × 68 × 52 mm').waitFor()
    await expect.poll(() => focused(page)).toBe('Go to the middle of the left box')
    await expect.poll(outlines).toBe(2)
    await page.keyboard.press('Control+z')
    await expect.poll(outlines).toBe(1)
    await button(page, 'Reset').press('Enter')
    await expect.poll(outlines).toBe(2)

    const start = await middle(outline(page, 'left'))
    await outline(page, 'left').focus()
    for (let n = 0; n < 10; n++) await page.keyboard.press('ArrowLeft')
    const [x] = await middle(outline(page, 'left'))
    expect(x).toBeLessThan(start[0] - 10)
    await app.picture('by-hand-5-moved')
    await button(page, 'Reset').press('Enter')
    await expectMoved(outline(page, 'left'), start, [0, 0])
  })

  it('are refused where they lie on the wrong sides, and stay to be put right', async () => {
    const [left, right] = [
      await middle(outline(page, 'left')),
      await middle(outline(page, 'right'))
    ]
    await drag(page, left, [2 * (right[0] - left[0]), 0])
    await button(page, 'Segment in these boxes').click()
    await expect
      .poll(() => refusal(page).innerText(), { timeout: 120_000 })
      .toMatch(/The left box lies to the patient's right of the right one.*put each box/)
    await app.picture('by-hand-6-swapped')
    expect(await resultsOfCase(page, 'unlike')).toEqual([])
    await undoButton(page).click()
    await expectMoved(outline(page, 'left'), left, [0, 0])
  })

  it('are segmented in, one side of them and then both', async () => {
    await button(page, 'Leave out the left side').click()
    await segmentInBoxes(page)
    const [one] = await resultsOfCase(page, 'unlike')
    expect(one!.head!.boxes.map(({ side }) => side)).toEqual(['right'])
    expect(one!.head!.volumesMm3.left).toBeNull()
    expect(one!.head!.volumesMm3.right!.whole).toBeGreaterThan(1000)
    await expectToldOf(page)
    await card(page).scrollIntoViewIfNeeded()
    await app.picture('by-hand-7-right-alone')

    await button(page, 'Adjust boxes').click()
    await button(page, 'Bring back').click()
    await button(page, 'Segment in these boxes').click()
    await expect
      .poll(async () => (await resultsOfCase(page, 'unlike')).length, { timeout: 120_000 })
      .toBe(2)
    const [both] = await resultsOfCase(page, 'unlike')
    for (const side of SIDES) expect(both!.head!.volumesMm3[side]!.whole).toBeGreaterThan(1000)
    await expect.poll(() => card(page).innerText()).toMatch(/Asymmetry/)
    await expectToldOf(page)
    // What has boxes is adjusted.
    await button(page, 'Adjust boxes').waitFor()
    expect(await place(page).count()).toBe(0)
    await app.picture('by-hand-8-both')
  })

  it('have complained of nothing', () => {
    expect(app.complaints).toEqual([])
  })
})

const study = sharedData('data/dicom/study1_t1post')

describe.skipIf(chromium === undefined || study === null)(
  'boxes placed by hand in an oblique study of thick slices, in Chromium',
  () => {
    let app: BrowserApp
    let page: Page

    beforeAll(async () => {
      const home = files.file('real')
      app = await startBrowserApp(chromium ?? '', home, ['--workspace', files.file('thick')])
      page = app.page
      const chooser = page.waitForEvent('filechooser')
      await button(page, 'Import a DICOM folder…').click()
      await (await chooser).setFiles(study ?? '')
      await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
      await shown(page, 'case01')
      await openPanel(page, 'Segment')
    })
    afterAll(async () => {
      await app.close()
    })

    it('give both sides of a head that could not be located', async () => {
      expect(await refused(page)).toMatch(
        /^This scan does not look like a T1-weighted head.*place the boxes around them by hand/
      )
      await app.picture('by-hand-thick-1-refused')
      await place(page).click()
      await outline(page, 'left').waitFor()
      await app.picture('by-hand-thick-2-started')
      const start = await middle(outline(page, 'left'))
      await drag(page, start, [-12, -10])
      await expectMoved(outline(page, 'left'), start, [-12, -10])
      await app.picture('by-hand-thick-3-moved')
      await segmentInBoxes(page)
      const [found] = await resultsOfCase(page, 'case01')
      expect(found!.head!.boxes.map(({ side }) => side)).toEqual(['left', 'right'])
      expect(found!.head!.fit).toBeNull()
      for (const side of SIDES) expect(found!.head!.volumesMm3[side]).not.toBeNull()
      const codes = found!.head!.flags.map(({ code }) => code)
      expect(codes).toEqual(expect.arrayContaining(['boxes', 'anisotropy']))
      await expectToldOf(page)
      await app.picture('by-hand-thick-4-result')
      expect(app.complaints).toEqual([])
    })
  }
)
