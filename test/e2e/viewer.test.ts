import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { indexToMm } from '../../src/renderer/src/volume/grid'
import {
  mmToCanvas,
  paneCamera,
  planeFrame,
  PLANES,
  type Convention,
  type Plane
} from '../../src/renderer/src/volume/planes'
import type { Triple } from '../../src/shared/geometry'
import { eachVoxel, grid, multiply, rotation } from '../fixtures/geometries'
import { findChromium } from './browser-app'
import { serveCases, type Received, type ServedCase } from './harness/case-api'
import { startHarness, type Harness } from './harness/server'

const results = join(import.meta.dirname, '..', '..', 'out', 'test-results', 'viewer')
const executablePath = findChromium()
if (executablePath === undefined) console.warn('the viewer is not tested: there is no Chromium')
const SOFTWARE_GL = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']

/** Oblique, anisotropic, and stored to the left, down and to the front. */
const geometry = grid({
  size: [20, 16, 24],
  spacing: [1.2, 2, 0.9],
  first: [30, -20, 12],
  codes: 'LIA',
  turn: multiply(rotation('x', 22), rotation('z', -18))
})
const { size } = geometry
const at = (index: Readonly<Triple>): number => index[0] + size[0] * (index[1] + size[1] * index[2])
const marked: Triple = [13, 5, 17]

function oblique(): ServedCase {
  const voxels = new Float32Array(20 * 16 * 24).fill(100)
  voxels[at(marked)] = 1000
  const mask = new Uint8Array(voxels.length)
  eachVoxel(size, (n, index) => {
    const middle = Math.hypot(index[0] - 6, 1.6 * (index[1] - 10), index[2] - 8)
    if (middle < 4) mask[n] = index[2] < 8 ? 1 : 2
  })
  return { id: 'oblique', geometry, voxels, mask }
}

describe.skipIf(executablePath === undefined)('the viewer, in Chromium', () => {
  let harness: Harness
  let browser: Browser
  let page: Page
  let received: Received
  let complaints: string[]

  beforeAll(async () => {
    mkdirSync(results, { recursive: true })
    harness = await startHarness()
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...SOFTWARE_GL]
    })
  })

  afterAll(async () => {
    await browser.close()
    await harness.stop()
  })

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 820 } })
    page.setDefaultTimeout(60_000)
    complaints = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // How a case was left is among what the harness has no answer for.
      if (message.type() === 'error' && !message.text().includes('404')) {
        complaints.push(message.text())
      }
    })
    received = await serveCases(page, [oblique(), { ...oblique(), id: 'other' }])
    await page.goto(harness.url)
    await open('oblique')
    return async () => {
      await page.close()
      expect(complaints).toEqual([])
    }
  })

  async function open(id: string): Promise<void> {
    await page.waitForFunction(() => Reflect.get(globalThis, 'cases') !== undefined)
    expect(await page.evaluate((one) => window.cases.select(one), id)).toBe(true)
    await page.waitForSelector('[data-drawn="true"]')
    await drawn()
  }

  /** Resolves when all that was asked for is on the screen. */
  async function drawn(): Promise<void> {
    await page.evaluate(() => window.viewer.screenshot().then(() => undefined))
  }

  /** Where a voxel of the slice through it should be: CSS pixels in the pane. */
  async function pixelOf(
    plane: Plane,
    voxel: Triple,
    convention: Convention = 'radiological'
  ): Promise<{ x: number; y: number; left: number; top: number }> {
    const box = (await page.locator(`[data-pane=${plane}]`).boundingBox())!
    const camera = paneCamera(
      geometry,
      planeFrame(geometry, plane, convention),
      voxel,
      box,
      1,
      [0, 0]
    )
    const [x, y] = mmToCanvas(camera, box, indexToMm(geometry, voxel))
    return { x, y, left: box.x, top: box.y }
  }

  /** Red, green and blue of a pane at a point in CSS pixels. */
  function colourAt(plane: string, x: number, y: number): Promise<number[]> {
    return page.evaluate(
      ([pane, px, py]) => {
        const canvas = document.querySelector<HTMLCanvasElement>(`[data-pane=${pane}] canvas`)!
        const scale = canvas.width / canvas.clientWidth
        const context = canvas.getContext('2d')!
        const { data } = context.getImageData(Math.round(px * scale), Math.round(py * scale), 1, 1)
        return [...data].slice(0, 3)
      },
      [plane, x, y] as const
    )
  }

  /** Share of a pane's pixels that are not black. */
  function litShare(plane: string): Promise<number> {
    return page.evaluate((pane) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`[data-pane=${pane}] canvas`)!
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      let lit = 0
      for (let n = 0; n < data.length; n += 4) {
        if (data[n]! + data[n + 1]! + data[n + 2]! > 20) lit++
      }
      return lit / (data.length / 4)
    }, plane)
  }

  it('draws all panes, the surface among them', async () => {
    await page.evaluate(() => (window.viewer.window.value = { low: 0, high: 200 }))
    await drawn()
    for (const plane of PLANES) expect(await litShare(plane)).toBeGreaterThan(0.2)
    await expect.poll(() => litShare('volume'), { timeout: 20_000 }).toBeGreaterThan(0.02)
    await page.screenshot({ path: join(results, 'panes.png') })
  })

  it.each(['radiological', 'neurological'] as const)(
    'shows a voxel of an oblique image where it is, with its letters (%s)',
    async (convention) => {
      await page.evaluate(
        ([now, voxel]) => {
          const { viewer } = window
          viewer.convention.value = now
          viewer.overlay.visible = false
          viewer.interpolate.value = false
          viewer.crosshairVisible.value = false
          viewer.goToVoxel(voxel)
        },
        [convention, marked] as const
      )
      await drawn()
      for (const plane of PLANES) {
        const { x, y } = await pixelOf(plane, marked, convention)
        expect((await colourAt(plane, x, y))[0]).toBeGreaterThan(200)
        const frame = planeFrame(geometry, plane, convention)
        for (const [axis, pixels] of [
          [frame.rightAxis, 'x'],
          [frame.upAxis, 'y']
        ] as const) {
          const next: Triple = [...marked]
          next[axis]! += 1
          const beside = await pixelOf(plane, next, convention)
          const point = pixels === 'x' ? [beside.x, y] : [x, beside.y]
          expect((await colourAt(plane, point[0]!, point[1]!))[0]).toBeLessThan(60)
        }
        const letters = await page.locator(`[data-pane=${plane}] .letter`).allInnerTexts()
        expect(letters).toEqual([
          frame.letters.left,
          frame.letters.right,
          frame.letters.top,
          frame.letters.bottom
        ])
      }
      const axial = await page.locator('[data-pane=axial] .letter').first().innerText()
      expect(axial[0]).toBe(convention === 'radiological' ? 'R' : 'L')
      await page.screenshot({ path: join(results, `oblique-${convention}.png`) })
    }
  )

  it('scrolls by slices with the wheel and reads out the voxel under the pointer', async () => {
    const before = await page.evaluate(() => [...window.viewer.crosshairVoxel.value])
    const frame = planeFrame(geometry, 'axial', 'radiological')
    const { left, top, x, y } = await pixelOf('axial', before as Triple)
    await page.mouse.move(left + x, top + y)
    await page.mouse.wheel(0, 100)
    await expect
      .poll(() =>
        page.evaluate((axis) => window.viewer.crosshairVoxel.value[axis]!, frame.normalAxis)
      )
      .not.toBe(before[frame.normalAxis])
    const now = await page.evaluate(() => [...window.viewer.crosshairVoxel.value])
    expect(Math.abs(now[frame.normalAxis]! - before[frame.normalAxis]!)).toBe(1)
    expect(await page.evaluate(() => window.viewer.cursor.value?.voxel)).toEqual(now)
  })

  it('goes to the voxel that is clicked, in all panes', async () => {
    const picked = page.evaluate(
      () => new Promise((resolve) => window.viewer.onPick(({ voxel }) => resolve(voxel)))
    )
    const start = (await page.evaluate(() => [...window.viewer.crosshairVoxel.value])) as Triple
    const frame = planeFrame(geometry, 'coronal', 'radiological')
    const wanted: Triple = [...start]
    wanted[frame.rightAxis]! += 4
    wanted[frame.upAxis]! -= 3
    const { left, top, x, y } = await pixelOf('coronal', wanted)
    await page.mouse.click(left + x, top + y)
    expect(await picked).toEqual(wanted)
    expect(await page.evaluate(() => window.viewer.crosshairVoxel.value)).toEqual(wanted)
  })

  it('paints the voxel that is clicked, undoes, and saves what was drawn', async () => {
    const original = oblique().mask
    const voxel: Triple = [15, 4, 12]
    await page.evaluate((to) => {
      window.viewer.goToVoxel(to)
      window.viewer.brush.radiusMm = 0.25
      window.viewer.crosshairVisible.value = false
    }, voxel)
    await page.getByRole('button', { name: 'Brush' }).click()
    await page.getByRole('button', { name: 'posterior' }).last().click()
    const { left, top, x, y } = await pixelOf('axial', voxel)
    await drawn()
    const bare = await colourAt('axial', x, y)
    await page.mouse.click(left + x, top + y)
    await drawn()
    const changed = (before: Uint8Array) =>
      page.evaluate(
        (old) =>
          [...window.viewer.mask.value!].flatMap((label, n) =>
            label === old[n] ? [] : [[n, label]]
          ),
        [...before]
      )
    expect(await changed(original)).toEqual([[at(voxel), 2]])
    const painted = await colourAt('axial', x, y)
    expect(painted[2]! - painted[0]!).toBeGreaterThan(bare[2]! - bare[0]! + 40)
    await page.screenshot({ path: join(results, 'brush.png') })

    await page.keyboard.press('Control+z')
    await drawn()
    expect(await changed(original)).toEqual([])
    expect(await colourAt('axial', x, y)).toEqual(bare)
    await page.keyboard.press('Control+Shift+z')
    await page.getByRole('button', { name: 'Save new version' }).click()
    await expect.poll(() => received.saved.length).toBe(1)
    const wanted = original.slice()
    wanted[at(voxel)] = 2
    expect(received.saved[0]).toEqual({ mask: wanted, how: 'Paint' })
    await page.waitForFunction(() => !window.editor.dirty.value)
    expect(await page.evaluate(() => window.editor.canUndo.value)).toBe(true)
  })

  it('offers what was drawn and not saved when the case is opened again', async () => {
    await page.evaluate(() => window.editor.smooth())
    await expect.poll(() => received.journal !== null, { timeout: 20_000 }).toBe(true)
    const drawnMask = await page.evaluate(() => [...window.viewer.mask.value!])
    expect([...received.journal!]).toEqual(drawnMask)

    await page.reload()
    await open('oblique')
    await page.getByRole('button', { name: 'Restore them' }).click()
    expect(await page.evaluate(() => [...window.viewer.mask.value!])).toEqual(drawnMask)
    expect(await page.evaluate(() => window.editor.dirty.value)).toBe(true)
    await page.screenshot({ path: join(results, 'recovered.png') })
  })

  it('gives the panes as PNG', async () => {
    const url = await page.evaluate(async () => {
      const blob = await window.viewer.screenshot()
      return new Promise<string>((resolve) => {
        const reader = new FileReader()
        reader.onload = () => resolve(reader.result as string)
        reader.readAsDataURL(blob)
      })
    })
    const png = Buffer.from(url.split(',')[1] ?? '', 'base64')
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.length).toBeGreaterThan(5_000)
    writeFileSync(join(results, 'screenshot.png'), png)
  })

  it('shows one pane alone, and all again', async () => {
    const pane = page.locator('[data-pane=sagittal]')
    const small = (await pane.boundingBox())!
    await pane.focus()
    await page.keyboard.press('Space')
    await expect
      .poll(async () => (await pane.boundingBox())!.width)
      .toBeGreaterThan(small.width * 1.8)
    await drawn()
    await page.evaluate(() => (window.viewer.window.value = { low: 0, high: 200 }))
    await drawn()
    expect(await litShare('sagittal')).toBeGreaterThan(0.2)
    await page.keyboard.press('Space')
    await expect.poll(async () => (await pane.boundingBox())!.width).toBeCloseTo(small.width, 0)
    await drawn()
    for (const plane of PLANES) expect(await litShare(plane)).toBeGreaterThan(0.2)
  })

  it('keeps no voxels of 50 cases that were closed', async () => {
    const client = await page.context().newCDPSession(page)
    /** Bytes of typed arrays. */
    const used = async (): Promise<number> => {
      await client.send('HeapProfiler.collectGarbage')
      const usage = (await client.send('Runtime.getHeapUsage')) as { backingStorageSize?: number }
      expect(usage.backingStorageSize).toBeGreaterThan(0)
      return usage.backingStorageSize ?? 0
    }
    const change = (times: number): Promise<void> =>
      page.evaluate(async (count) => {
        const cube = 64
        const here = {
          size: [cube, cube, cube] as [number, number, number],
          spacing: [1, 1, 1] as [number, number, number],
          origin: [0, 0, 0] as [number, number, number],
          direction: [1, 0, 0, 0, 1, 0, 0, 0, 1]
        }
        for (let n = 0; n < count; n++) {
          const voxels = new Float32Array(cube ** 3).fill(n)
          const labels = new Uint8Array(cube ** 3)
          labels.fill(1, 100_000, 120_000)
          const { viewer } = window
          viewer.open({ caseId: String(n), geometry: here, voxels, window: { low: 0, high: 50 } })
          viewer.setMask(labels)
          viewer.setHeat({ geometry: here, positive: labels, negative: labels, peak: 2 })
          await viewer.screenshot()
        }
      }, times)
    await change(8)
    const early = await used()
    await change(50)
    const late = await used()
    // One case is 1.8 MB: a leak of one in ten would show.
    expect(late - early).toBeLessThan(6e6)
  })
})
