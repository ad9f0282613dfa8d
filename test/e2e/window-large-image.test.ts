import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { importFiles, OTHER_SAMPLE, result, SAMPLE, SAMPLE_CASE, shown } from './window-acts'

const chromium = findChromium()
if (chromium === undefined) console.warn('no image is too large: there is no Chromium here')
const files = temporaryFolder()

/** Makes a page see a graphics processor that takes no more than so many voxels along an axis. */
function limitTextures(most: number): void {
  const prototype = WebGL2RenderingContext.prototype
  const original = Reflect.get(prototype, 'getParameter') as (name: number) => unknown
  Object.defineProperty(prototype, 'getParameter', {
    configurable: true,
    value(this: WebGL2RenderingContext, name: number): unknown {
      return name === this.MAX_3D_TEXTURE_SIZE ? most : original.call(this, name)
    }
  })
}

describe.skipIf(chromium === undefined)('an image that is too large for the graphics', () => {
  let app: BrowserApp
  let page: Page

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path, ['--workspace', files.file('study')])
    page = app.page
  })
  afterAll(async () => {
    await app.close()
  })

  it('says so, and is segmented all the same', async () => {
    await page.evaluate(limitTextures, 40)
    await importFiles(page, SAMPLE)
    const note = page.getByRole('alert').filter({ hasText: 'cannot be drawn' })
    await note.waitFor()
    expect(await note.innerText()).toBe(
      'An image of 35×51×35 voxels cannot be drawn here: the graphics processor takes 40 voxels along an axis at most; it can be segmented and exported all the same'
    )
    await page.getByRole('button', { name: /^Segment$/ }).click()
    await result(page).waitFor({ timeout: 120_000 })
    await app.picture('large-1-too-large')
    expect(app.complaints).toEqual([])
  })

  it('says so no longer of an image that is not', async () => {
    await page.evaluate(limitTextures, 2048)
    await importFiles(page, OTHER_SAMPLE)
    await shown(page, 'hippocampus033')
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.locator('nav').getByRole('button', { name: SAMPLE_CASE }).first().click()
    await shown(page, SAMPLE_CASE)
    expect(app.complaints).toEqual([])
  })
})
