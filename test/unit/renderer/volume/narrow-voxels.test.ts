import { expect, it } from 'vitest'
import { narrowed } from '../../../../src/core/volume/narrow'
import { floatsOf } from '../../../../src/renderer/src/volume/narrow-voxels'

/** More voxels than are made floats at a time. */
const COUNT = 2 ** 20 + 5

it.each([
  ['one byte', 1, (n: number) => n % 256],
  ['two bytes', 2, (n: number) => (n % 3000) - 1500],
  ['four bytes', 4, (n: number) => n + 0.5]
])('voxels of %s come back as they were', async (_, width, value) => {
  const voxels = Float32Array.from({ length: COUNT }, (_, n) => value(n))
  const sent = narrowed(voxels)
  const bytes = new Uint8Array(sent.buffer as ArrayBuffer)
  expect(bytes).toHaveLength(width * COUNT)
  const floats = await floatsOf(bytes, COUNT)
  expect(floats?.findIndex((float, n) => float !== voxels[n])).toBe(-1)
  expect(floats).toHaveLength(COUNT)
})

it('says so where they are of another image', async () => {
  expect(await floatsOf(new Uint8Array(12), 4)).toBeNull()
})
