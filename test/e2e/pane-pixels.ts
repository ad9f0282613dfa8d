import type { Page } from 'playwright-core'

/** A pane's canvas as it is on the screen. */
export interface Pixels {
  width: number
  height: number
  /** Red, green, blue, opacity, from the top left. */
  data: Uint8Array
}

/** @param pane `axial`, `coronal`, `sagittal` or `volume` */
export async function pixelsOf(page: Page, pane: string): Promise<Pixels> {
  const { width, height, base64 } = await page.evaluate((name) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`[data-pane=${name}] canvas`)!
    const context = canvas.getContext('2d')!
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    let text = ''
    // In parts: a function takes only so many arguments.
    for (let n = 0; n < data.length; n += 30_000) {
      text += String.fromCharCode(...data.subarray(n, n + 30_000))
    }
    return { width: canvas.width, height: canvas.height, base64: btoa(text) }
  }, pane)
  return { width, height, data: new Uint8Array(Buffer.from(base64, 'base64')) }
}

export type Colour = readonly [red: number, green: number, blue: number]

/** How many pixels have a colour that `is` says yes to. */
export function countPixels({ data }: Pixels, is: (colour: Colour) => boolean): number {
  let count = 0
  for (let n = 0; n < data.length; n += 4) {
    if (is([data[n]!, data[n + 1]!, data[n + 2]!])) count++
  }
  return count
}

/** Whether a pixel is no grey, as the image alone is. */
export function isColoured([red, green, blue]: Colour): boolean {
  return Math.max(red, green, blue) - Math.min(red, green, blue) > 24
}

/** As the anterior part is drawn. */
export function isOrange([red, , blue]: Colour): boolean {
  return red - blue > 24
}

/** As the posterior part is drawn. */
export function isBlue([red, , blue]: Colour): boolean {
  return blue - red > 24
}

export function isGreen([red, green, blue]: Colour): boolean {
  return green - Math.max(red, blue) > 24
}

export function isPink([red, green, blue]: Colour): boolean {
  return red - green > 40 && blue - green > 20
}
