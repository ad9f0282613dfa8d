import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import {
  countPixels,
  isBlue,
  isColoured,
  isGreen,
  isOrange,
  isPink,
  pixelsOf,
  type Colour,
  type Pixels
} from './pane-pixels'
import { openPanel, openSample, pointIn, segment, slicePane } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('the overlays are not tested: there is no Chromium here')
const files = temporaryFolder()

/** What lies over the image and how it is shown, read from the pixels on the screen. */
describe.skipIf(chromium === undefined)('what is drawn over the image, in Chromium', () => {
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path)
    page = app.page
    await openSample(page)
    await segment(page)
    // The slice that has both parts, alone.
    await page.getByRole('button', { name: 'Sagittal pane alone' }).click()
    await button('Crosshair').click()
  })
  afterAll(async () => {
    await app.close()
  })

  const sagittal = (): Promise<Pixels> => pixelsOf(page, 'sagittal')
  const count = async (is: (colour: Colour) => boolean): Promise<number> =>
    countPixels(await sagittal(), is)
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const opacity = () => page.getByLabel('Opacity of the mask')
  const checkbox = (name: RegExp) =>
    page.getByRole('group', { name: 'Shown in the viewer' }).getByRole('checkbox', { name })

  it('is the mask, filled or as an outline', async () => {
    await expect.poll(() => count(isBlue)).toBeGreaterThan(1000)
    const filled = await count(isColoured)
    await button('Outline instead of filling').click()
    await expect.poll(() => count(isColoured)).toBeLessThan(filled / 3)
    expect(await count(isColoured)).toBeGreaterThan(200)
    await page.keyboard.press('o')
    await expect.poll(() => count(isColoured)).toBe(filled)
  })

  it('is as opaque as is wished, and goes when hidden', async () => {
    const strength = async (): Promise<number> => {
      const { data } = await sagittal()
      let sum = 0
      for (let n = 0; n < data.length; n += 4) sum += Math.abs(data[n]! - data[n + 2]!)
      return sum
    }
    const half = await strength()
    await opacity().fill('1')
    await expect.poll(strength).toBeGreaterThan(1.6 * half)
    await opacity().fill('0')
    await expect.poll(strength).toBeLessThan(0.02 * half)
    await opacity().fill('0.5')
    await expect.poll(strength).toBe(half)
    await button('Show the mask').click()
    await expect.poll(() => count(isColoured)).toBe(0)
    await page.keyboard.press('m')
    await expect.poll(strength).toBe(half)
  })

  it('has labels that are hidden and coloured one by one', async () => {
    const [orange, blue] = [await count(isOrange), await count(isBlue)]
    expect(orange).toBeGreaterThan(1000)
    const anterior = page.getByRole('toolbar').getByRole('button', { name: 'anterior' })
    await anterior.click()
    await expect.poll(() => count(isOrange)).toBe(0)
    expect(await count(isBlue)).toBe(blue)
    expect(await anterior.getAttribute('aria-pressed')).toBe('false')
    await anterior.click()
    await expect.poll(() => count(isOrange)).toBe(orange)
    await page.getByLabel('Colour of anterior').fill('#00d000')
    await expect.poll(() => count(isGreen)).toBeGreaterThan(orange / 2)
    expect(await count(isOrange)).toBe(0)
    await page.getByLabel('Colour of anterior').fill('#f0a868')
    await expect.poll(() => count(isOrange)).toBe(orange)
  })

  it('shows where two masks differ', async () => {
    await openPanel(page, 'Compare')
    await page.getByText('Only in A').waitFor()
    await button('Show the mask').click()
    await expect.poll(() => count(isPink)).toBeGreaterThan(20)
    expect(await count(isGreen)).toBeGreaterThan(20)
    await app.picture('overlays-1-difference')
    await page.getByRole('switch', { name: 'Show where they differ' }).click()
    await expect.poll(() => count(isColoured)).toBe(0)
    await button('Show the mask').click()
  })

  it('shows spikes, and when each voxel came to rest', async () => {
    await openPanel(page, 'Spikes')
    await page.locator('[data-testid=spikes-panel][data-drawn="4"]').waitFor()
    await button('Show the mask').click()
    await expect.poll(() => count(isOrange)).toBeGreaterThan(1000)
    await app.picture('overlays-2-spikes')
    await checkbox(/^Spikes/).click()
    await expect.poll(() => count(isColoured)).toBe(0)
    await checkbox(/^Time to stable/).click()
    await expect.poll(() => count(isColoured)).toBeGreaterThan(1000)
    await page.getByText('Timestep of the last change').waitFor()
    await app.picture('overlays-3-stable')
    await checkbox(/^Time to stable/).click()
    await expect.poll(() => count(isColoured)).toBe(0)
    await checkbox(/^Spikes/).click()
    await expect.poll(() => count(isOrange)).toBeGreaterThan(1000)
    await openPanel(page, 'Segment')
    await expect.poll(() => count(isColoured)).toBe(0)
  })

  it('leaves the letters of the sides to be read beside its legend', async () => {
    await page.setViewportSize({ width: 1100, height: 700 })
    await button('All panes').click()
    await openPanel(page, 'Spikes')
    await checkbox(/^Changes/).click()
    await checkbox(/^Time to stable/).click()
    await page.getByText('Gone since timestep 3').waitFor()
    const legend = (await page.locator('.legend').boundingBox())!
    for (const letter of await page.locator('.letter').all()) {
      const box = (await letter.boundingBox())!
      const apart =
        box.x + box.width <= legend.x ||
        box.x >= legend.x + legend.width ||
        box.y + box.height <= legend.y ||
        box.y >= legend.y + legend.height
      expect(apart, await letter.innerText()).toBe(true)
    }
    await app.picture('overlays-4-legend')
    await checkbox(/^Changes/).click()
    await checkbox(/^Time to stable/).click()
    await openPanel(page, 'Segment')
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  it('is seen from the front or from the back, as the user is used to', async () => {
    await button('Axial pane alone').click()
    await expect.poll(async () => (await pixelsOf(page, 'axial')).width).toBeGreaterThan(600)
    const letters = () => slicePane(page, 'axial').locator('.letter').allInnerTexts()
    expect((await letters()).slice(0, 2)).toEqual(['R', 'L'])
    const convention = page.getByRole('button', { name: /Radiological|Neurological/ })
    expect(await convention.innerText()).toMatch(/R \| L\s+Radiological/)
    const radiological = await pixelsOf(page, 'axial')
    await convention.click()
    await expect.poll(letters).toEqual(['L', 'R', 'A', 'P'])
    expect(await convention.innerText()).toMatch(/L \| R\s+Neurological/)
    await expect
      .poll(async () => mirrorError(radiological, await pixelsOf(page, 'axial')))
      .toBeLessThan(2)
    await page.keyboard.press('x')
    await expect.poll(letters).toEqual(['R', 'L', 'A', 'P'])
    // Drawn, too: what comes next would else measure the picture on its way out.
    await expect
      .poll(async () => mirrorError(radiological, await pixelsOf(page, 'axial')))
      .toBeGreaterThan(10)
  })

  it('has windows to choose, to type and to drag', async () => {
    const brightness = async (): Promise<number> => {
      const { data } = await pixelsOf(page, 'axial')
      let sum = 0
      for (let n = 0; n < data.length; n += 4) sum += data[n]!
      return (4 * sum) / data.length
    }
    const presets = page.getByLabel('Window preset')
    const [black, white] = ['black', 'white'].map((end) =>
      page.getByLabel(`Intensity shown ${end}`)
    )
    const bounds = async (): Promise<number[]> => [
      Number(await black!.inputValue()),
      Number(await white!.inputValue())
    ]
    const [automatic, usual] = [await brightness(), await bounds()]
    await presets.selectOption('Full range')
    await expect.poll(brightness).toBeLessThan(automatic - 5)
    expect((await bounds())[1]).toBeGreaterThan(usual[1]!)
    await presets.selectOption('Dark structures')
    await expect.poll(brightness).toBeGreaterThan(automatic + 5)
    await white!.fill('-5')
    await white!.press('Tab')
    // Not above black: refused, and what holds comes back.
    expect((await bounds())[1]).toBeGreaterThan(0)
    await black!.fill('300')
    await black!.press('Tab')
    expect(await bounds()).toEqual([300, (await bounds())[1]])
    expect(await presets.locator('option:checked').innerText()).toBe('Own window')
    const before = await bounds()
    await button('Window and level').click()
    const [x, y] = await pointIn(slicePane(page, 'axial'), [0.5, 0.5])
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 60, y)
    await page.mouse.up()
    const [low, high] = await bounds()
    expect(high! - low!).toBeGreaterThan(before[1]! - before[0]!)
    await page.keyboard.press('r')
    await expect.poll(bounds).toEqual(usual)
    await expect.poll(brightness).toBe(automatic)
  })

  it('is saved as a PNG of the panes', async () => {
    const arrived = page.waitForEvent('download')
    await button('Save the panes as PNG').click()
    const download = await arrived
    expect(download.suggestedFilename()).toBe('hippocampus023.png')
    const target = files.file('panes.png')
    await download.saveAs(target)
    const png = readFileSync(target)
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    const box = (await slicePane(page, 'axial').boundingBox())!
    // Width and height stand at the begin of a PNG; below the pane is a line of text.
    expect(png.readUInt32BE(16)).toBe(Math.round(box.width))
    expect(png.readUInt32BE(20)).toBe(Math.round(box.height + 22))
    const shown = await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!
      context.drawImage(picture, 0, 0)
      const middle = [Math.round(picture.width / 2) - 40, Math.round(picture.height / 2) - 40]
      const canvas = document.querySelector<HTMLCanvasElement>('[data-pane=axial] canvas')!
      const onScreen = canvas.getContext('2d')!
      const read = (from: { getImageData: CanvasRenderingContext2D['getImageData'] }): number[] => [
        ...from.getImageData(middle[0]!, middle[1]!, 20, 20).data
      ]
      return [read(context as unknown as CanvasRenderingContext2D), read(onScreen)]
    }, png.toString('base64'))
    expect(shown[0]).toEqual(shown[1])
    expect(new Set(shown[0]).size).toBeGreaterThan(5)
  })

  it('has complained of nothing', () => {
    expect(app.complaints).toEqual([])
  })
})

/** How far two pictures are from being mirror images, left to right: the mean of what their pixels differ by. */
function mirrorError(one: Pixels, other: Pixels): number {
  const { width, height } = one
  if (other.width !== width || other.height !== height) return 255
  let sum = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const here = one.data[4 * (y * width + x)]!
      sum += Math.abs(here - other.data[4 * (y * width + width - 1 - x)]!)
    }
  }
  return sum / (width * height)
}
