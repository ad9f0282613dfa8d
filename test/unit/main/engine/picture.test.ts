import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Geometry } from '../../../../src/shared/geometry'
import { coronalPicture } from '../../../../src/main/engine/segmentation/picture'

/** 100 mm a side, around the origin; axes to the left, back and top. */
const GEOMETRY: Geometry = {
  size: [50, 50, 50],
  spacing: [2, 2, 2],
  origin: [-49, -49, -49],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1]
}

/** An image that is brighter towards the top, with a left and a right box in it. */
function head(isEmpty: boolean) {
  const voxels = new Float32Array(50 ** 3)
  const mask = new Uint8Array(50 ** 3)
  for (let n = 0; n < voxels.length; n++) {
    const [i, j, k] = [n % 50, Math.floor(n / 50) % 50, Math.floor(n / 2500)]
    voxels[n] = 100 + k
    const isInside = j > 20 && j < 30 && k > 20 && k < 28
    if (isInside && !isEmpty) mask[n] = i > 30 && i < 38 ? 1 : i > 12 && i < 20 ? 3 : 0
  }
  return { image: { geometry: GEOMETRY, voxels }, mask: { geometry: GEOMETRY, voxels: mask } }
}

/** The pixels of a PNG as ours are: RGB, without filters, in one chunk. */
function pixels(png: Buffer): {
  width: number
  height: number
  at: (x: number, y: number) => string
} {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const from = png.indexOf('IDAT')
  const rows = inflateSync(png.subarray(from + 4, from + 4 + png.readUInt32BE(from - 4)))
  const at = (x: number, y: number): string => {
    const start = y * (1 + 3 * width) + 1 + 3 * x
    return `#${rows.subarray(start, start + 3).toString('hex')}`
  }
  return { width, height, at }
}

/** Where a colour is: the number of pixels, and their mean column as a share of the width. */
function placeOf(png: Buffer, colour: string): { count: number; column: number } {
  const { width, height, at } = pixels(png)
  let [count, sum] = [0, 0]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (at(x, y) !== colour) continue
      count++
      sum += x
    }
  }
  return { count, column: sum / count / width }
}

describe('coronalPicture', () => {
  it("shows outlines alone, the patient's right on the left, and the top above", () => {
    const { image, mask } = head(false)
    const png = coronalPicture(image, mask)
    const left = placeOf(png, '#f0a868')
    const right = placeOf(png, '#cf6b58')
    expect(left.column).toBeGreaterThan(0.6)
    expect(right.column).toBeLessThan(0.4)
    // 14 by 14 mm have 544 pixels, of which a line around them is some 90.
    for (const { count } of [left, right]) {
      expect(count).toBeGreaterThan(60)
      expect(count).toBeLessThan(130)
    }
    const { width, height, at } = pixels(png)
    const middle = Math.floor(width / 2)
    expect(at(middle, 5) > at(middle, height - 5)).toBe(true)
  })

  it('is black outside the image, and has a place to look at without a mask', () => {
    const { image, mask } = head(true)
    const png = coronalPicture(image, mask)
    expect(placeOf(png, '#f0a868').count).toBe(0)
    const { width, height, at } = pixels(png)
    expect(at(2, 10)).toBe('#000000')
    expect(at(Math.floor(width / 2), Math.floor(height / 2))).not.toBe('#000000')
  })
})
