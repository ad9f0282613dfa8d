import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { pixelsOf } from './pane-pixels'
import { openSample, segment } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) {
  console.warn('lost and missing graphics of the window are not tested: no Chromium here')
}
const files = temporaryFolder()

describe.skipIf(chromium === undefined)('a window whose graphics fail, in Chromium', () => {
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path)
    page = app.page
    await page.addInitScript(() => {
      const contexts: WebGL2RenderingContext[] = []
      type GetContext = (name: string, options?: unknown) => RenderingContext | null
      const canvas = HTMLCanvasElement.prototype as unknown as { getContext: GetContext }
      const { getContext } = canvas
      canvas.getContext = function (this: HTMLCanvasElement, name, options) {
        const without = new URLSearchParams(location.search).has('no-graphics')
        if (without && name.startsWith('webgl')) return null
        const context = getContext.call(this, name, options)
        if (context instanceof WebGL2RenderingContext) contexts.push(context)
        return context
      }
      Object.assign(globalThis, {
        loseGraphics: () => {
          const live = contexts.filter((one) => !one.isContextLost())
          for (const one of live) one.getExtension('WEBGL_lose_context')?.loseContext()
          return contexts.every((one) => one.isContextLost())
        }
      })
    })
    await page.reload()
    await openSample(page)
    await segment(page)
    await page.waitForTimeout(800)
  })
  afterAll(async () => {
    await app.close()
  })

  it('draws all of it again after they were lost', async () => {
    const before = await pixelsOf(page, 'axial')
    const surface = await pixelsOf(page, 'volume')
    const lost = page.locator('[data-drawn=false]').waitFor()
    expect(await page.evaluate('loseGraphics()')).toBe(true)
    await lost
    await page.locator('[data-drawn=true]').waitFor()
    await expect.poll(async () => same(before, await pixelsOf(page, 'axial'))).toBe(true)
    await expect.poll(async () => same(surface, await pixelsOf(page, 'volume'))).toBe(true)
    expect(await page.getByRole('alert').count()).toBe(0)
    await app.picture('graphics-lost-and-back')
  })

  it('goes on working with what was drawn again', async () => {
    const before = await pixelsOf(page, 'axial')
    await page.keyboard.press('PageUp')
    await page.locator('[data-pane=axial]').hover()
    await page.mouse.wheel(0, 200)
    await expect.poll(async () => same(before, await pixelsOf(page, 'axial'))).toBe(false)
  })

  it('without any says what to do, and segments all the same', async () => {
    const url = new URL(page.url())
    url.searchParams.set('no-graphics', '')
    await page.goto(url.href)
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toMatch(/WebGL 2.*graphics acceleration.*Segmenting/)
    await page.getByRole('button', { name: 'Segment again' }).click()
    await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Segment again' }).waitFor({ timeout: 120_000 })
    await app.picture('graphics-missing')
    expect(app.complaints).toEqual([])
  })
})

function same(a: { data: Uint8Array }, b: { data: Uint8Array }): boolean {
  return Buffer.compare(a.data, b.data) === 0
}
