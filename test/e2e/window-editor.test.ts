import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Triple } from '../../src/shared/geometry'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import {
  bytesOf,
  maskOf,
  openPanel,
  openSample,
  pointIn,
  resultsOf,
  SAMPLE_CASE,
  slicePane
} from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('the editor is not tested: there is no Chromium here')
const files = temporaryFolder()
const SIZE: Triple = [35, 51, 35]
/** Stored axis across coronal slices. */
const THROUGH = 1
/** Shares of a pane, from its left and from its top. */
type Place = readonly [number, number]

/** A mask drawn from nothing in the coronal slices of the sample; each step goes on from the one before. */
describe.skipIf(chromium === undefined)('the editing tools, in Chromium', () => {
  let app: BrowserApp
  let page: Page
  let manual: string
  let version = 1
  /** The newest version, as far as the test knows. */
  let mask: Uint8Array = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2])

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path)
    page = app.page
    await openSample(page)
    // One pane alone: what is drawn by software takes the longest here.
    await page.getByRole('button', { name: 'Coronal pane alone' }).click()
    await openPanel(page, 'Edit')
    await page.getByRole('button', { name: 'Start with an empty mask' }).click()
    await page.getByRole('button', { name: 'Save new version' }).waitFor()
    manual = (await resultsOf(page, 'manual'))[0]!.id
  })
  afterAll(async () => {
    await app.close()
  })

  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const undo = () => button('Undo')
  const redo = () => button('Redo')

  async function click(place: Place, options: { button?: 'right' } = {}): Promise<void> {
    await page.mouse.click(...(await pointIn(slicePane(page, 'coronal'), place)), options)
  }

  async function drag(places: readonly Place[]): Promise<void> {
    const pane = slicePane(page, 'coronal')
    const [first, ...rest] = await Promise.all(places.map((place) => pointIn(pane, place)))
    await page.mouse.move(...first!)
    await page.mouse.down()
    for (const [x, y] of rest) await page.mouse.move(x, y)
    await page.mouse.up()
  }

  async function scroll(notches: number): Promise<void> {
    await page.mouse.move(...(await pointIn(slicePane(page, 'coronal'), [0.5, 0.5])))
    for (let n = 0; n < Math.abs(notches); n++) await page.mouse.wheel(0, 100 * Math.sign(notches))
  }

  /** Saves what was drawn and gives the voxels that differ from the version before, with their label. */
  async function changes(): Promise<{ at: Triple; label: number }[]> {
    await page.getByText('Unsaved edits').waitFor()
    await page.keyboard.press('Control+s')
    version += 1
    await page.getByText(`Version ${version} by`).waitFor()
    const before = mask
    mask = await maskOf(page, manual)
    return voxelsWhere((n) => mask[n] !== before[n]).map((n) => ({
      at: placeOf(n),
      label: mask[n]!
    }))
  }

  it('paint a disc in the slice, and a ball through the slices', async () => {
    await page.keyboard.press('b')
    await click([0.3, 0.3])
    const disc = await changes()
    expect(new Set(disc.map(({ label }) => label))).toEqual(new Set([1]))
    expect(extentOf(disc)).toEqual([extentOf(disc)[0], 1, extentOf(disc)[2]])
    // Two millimetres either way, in voxels of one.
    for (const axis of [0, 2]) expect([4, 5]).toContain(extentOf(disc)[axis])
    expect(disc.length).toBeGreaterThan(8)
    await page.keyboard.press('d')
    expect(await button('3D').getAttribute('aria-pressed')).toBe('true')
    await click([0.7, 0.3])
    const ball = await changes()
    for (const extent of extentOf(ball)) expect([3, 4, 5]).toContain(extent)
    expect(ball.length).toBeGreaterThan(disc.length)
  })

  it('erase by the eraser, and by the right button', async () => {
    await page.keyboard.press('e')
    await click([0.3, 0.3])
    const erased = await changes()
    expect(new Set(erased.map(({ label }) => label))).toEqual(new Set([0]))
    const left = voxelsWhere((n) => mask[n] !== 0).map(placeOf)
    // What was painted first is gone, and it alone.
    expect(erased.every(({ at }) => left.every((one) => distance(one, at) > 3))).toBe(true)
    await page.keyboard.press('b')
    await click([0.7, 0.3], { button: 'right' })
    expect(new Set((await changes()).map(({ label }) => label))).toEqual(new Set([0]))
    expect(mask.some((label) => label > 0)).toBe(false)
    await page.keyboard.press('d')
  })

  it('follow the wheel in size, and the label that is chosen', async () => {
    const radius = page.getByText(/^\d+\.\d mm$/).last()
    expect(await radius.innerText()).toBe('2.0 mm')
    await page.mouse.move(...(await pointIn(slicePane(page, 'coronal'), [0.5, 0.5])))
    await page.keyboard.down('Alt')
    await page.mouse.wheel(0, -100)
    await expect.poll(() => radius.innerText()).toBe('2.4 mm')
    await page.mouse.wheel(0, 100)
    await page.mouse.wheel(0, 100)
    await page.mouse.wheel(0, 100)
    await page.mouse.wheel(0, 100)
    await expect.poll(() => radius.innerText()).toBe('1.2 mm')
    await page.keyboard.up('Alt')
    await page.keyboard.press('l')
    expect(await button('posterior').last().getAttribute('aria-pressed')).toBe('true')
  })

  it('fill a closed outline, and refuse an open region', async () => {
    const ring = Array.from({ length: 13 }, (_, n): Place => {
      const angle = (n / 12) * 2 * Math.PI
      return [0.5 + 0.16 * Math.cos(angle), 0.5 + 0.16 * Math.sin(angle)]
    })
    await drag(ring)
    const outline = await changes()
    expect(new Set(outline.map(({ label }) => label))).toEqual(new Set([2]))
    await page.keyboard.press('f')
    await click([0.1, 0.1])
    await page.getByText('This region is open').waitFor()
    await click([0.5, 0.5])
    const inside = await changes()
    expect(inside.length).toBeGreaterThan(10)
    expect(new Set(inside.map(({ label }) => label))).toEqual(new Set([2]))
    // Round the middle, inside the outline.
    const centre = meanOf(outline)
    const reach = Math.max(...outline.map(({ at }) => distance(at, centre)))
    expect(inside.every(({ at }) => distance(at, centre) < reach)).toBe(true)
    await app.picture('editor-1-filled')
  })

  it('interpolate between slices', async () => {
    await scroll(6)
    await page.keyboard.press('b')
    for (let n = 0; n < 5; n++) await page.keyboard.press(']')
    await click([0.5, 0.5])
    const [second] = await changes()
    const first = voxelsWhere((n) => mask[n] === 2)
      .map(placeOf)
      .filter((at) => at[THROUGH] !== second!.at[THROUGH])[0]!
    expect(Math.abs(first[THROUGH] - second!.at[THROUGH])).toBe(6)
    await button('Interpolate').click()
    const between = await changes()
    const slices = new Set(between.map(({ at }) => at[THROUGH]))
    const [low, high] = [first[THROUGH], second!.at[THROUGH]].sort((a, b) => a - b)
    expect([...slices].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5].map((n) => low! + n))
    expect(high).toBe(low! + 6)
    expect(new Set(between.map(({ label }) => label))).toEqual(new Set([2]))
  })

  it('smooth, and keep the largest body', async () => {
    await button('Smooth').click()
    const smoothed = await changes()
    const drawn = mask.filter((label) => label > 0).length
    expect(smoothed.length).toBeGreaterThan(0)
    expect(smoothed.length).toBeLessThan(drawn / 2)
    await click([0.1, 0.85])
    const alone = await changes()
    await button('Keep largest').click()
    const cleared = await changes()
    expect(cleared.map(({ at }) => at)).toEqual(alone.map(({ at }) => at))
    await button('Keep largest').click()
    await page.getByText('there is nothing to change').waitFor()
    await button('Dismiss').click()
  })

  it('paint within a range of intensities alone', async () => {
    const floats = await bytesOf(page, `/api/cases/${SAMPLE_CASE}/image/voxels`)
    const image = new Float32Array(new Uint8Array(floats).buffer)
    const sorted = image.slice().sort()
    const [low, high] = [0.35, 0.75].map((share) => Math.round(sorted.at(share * image.length)!))
    await page.keyboard.press('t')
    await page.getByLabel('Lowest intensity to paint').fill(String(low))
    await page.getByLabel('Highest intensity to paint').fill(String(high))
    await page.getByLabel('Highest intensity to paint').press('Tab')
    const stroke: Place[] = [
      [0.15, 0.2],
      [0.85, 0.2]
    ]
    await drag(stroke)
    const within = await changes()
    expect(within.length).toBeGreaterThan(20)
    const values = within.map(({ at }) => image[offsetOf(at)]!)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(low!)
    expect(Math.max(...values)).toBeLessThanOrEqual(high!)
    await page.keyboard.press('b')
    await drag(stroke)
    const rest = await changes()
    expect(rest.length).toBeGreaterThan(20)
    const outside = rest.map(({ at }) => image[offsetOf(at)]!)
    expect(outside.every((value) => value < low! || value > high!)).toBe(true)
  })

  it('copy another mask', async () => {
    const truth = (await resultsOf(page, 'truth'))[0]!
    await page.locator('[aria-label="Mask to copy"]').click()
    await page.locator('.n-base-select-option', { hasText: truth.name }).click()
    await button('Copy from').click()
    await changes()
    expect(Buffer.compare(mask, await maskOf(page, truth.id))).toBe(0)
    await app.picture('editor-2-copied')
  })

  it('undo to the very beginning, and redo to the end', async () => {
    const last = mask
    let steps = 0
    for (; await undo().isEnabled(); steps++) await page.keyboard.press('Control+z')
    // Every stroke and operation above was a step, and no save took one away.
    expect(steps).toBe(14)
    await changes()
    expect(mask.some((label) => label > 0)).toBe(false)
    for (let n = 0; n < steps; n++) await page.keyboard.press('Control+Shift+z')
    expect(await redo().isDisabled()).toBe(true)
    await changes()
    expect(Buffer.compare(mask, last)).toBe(0)
  })

  it('leave every version to go back to', async () => {
    const result = (await resultsOf(page, 'manual'))[0]!
    expect(result.versions).toHaveLength(version)
    expect(result.versions[1]).toMatchObject({ version: 2, how: 'Paint' })
    expect(result.versions[1]!.changedVoxels).toBeGreaterThan(8)
    await openPanel(page, 'Segment')
    await page.getByRole('button', { name: `v${version}`, exact: true }).click()
    await app.picture('editor-3-versions')
    await page.getByRole('button', { name: 'Restore version 2', exact: true }).click()
    await page.getByRole('button', { name: `v${version + 1}`, exact: true }).waitFor()
    expect(
      Buffer.compare(await maskOf(page, manual), await maskOf(page, manual, '?version=2'))
    ).toBe(0)
  })

  it('have complained of nothing', () => {
    expect(app.complaints).toEqual([])
  })

  function voxelsWhere(wanted: (offset: number) => boolean): number[] {
    return Array.from(mask.keys()).filter(wanted)
  }
})

function placeOf(offset: number): Triple {
  return [
    offset % SIZE[0],
    Math.floor(offset / SIZE[0]) % SIZE[1],
    Math.floor(offset / (SIZE[0] * SIZE[1]))
  ]
}

function offsetOf([x, y, z]: Triple): number {
  return x + SIZE[0] * (y + SIZE[1] * z)
}

function extentOf(voxels: readonly { at: Triple }[]): Triple {
  const along = (axis: number): number => {
    const values = voxels.map(({ at }) => at[axis]!)
    return Math.max(...values) - Math.min(...values) + 1
  }
  return [along(0), along(1), along(2)]
}

function meanOf(voxels: readonly { at: Triple }[]): Triple {
  const along = (axis: number): number =>
    voxels.reduce((sum, { at }) => sum + at[axis]!, 0) / voxels.length
  return [along(0), along(1), along(2)]
}

function distance(a: Triple, b: Triple): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}
