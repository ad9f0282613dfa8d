import { describe, expect, it } from 'vitest'
import { narrowed } from '../../../../src/core/volume/narrow'

describe('narrowed', () => {
  it.each([
    ['one byte', [0, 255, 7], Uint8Array],
    ['two bytes for what is above a byte', [0, 256], Int16Array],
    ['two bytes for what is below 0', [-32768, 32767, -1], Int16Array],
    ['four bytes for what is above two', [32768], Float32Array],
    ['four bytes for what is below two', [-32769], Float32Array],
    ['four bytes for a fraction', [1, 2.5], Float32Array],
    ['four bytes where a voxel is no number', [1, Number.NaN], Float32Array],
    ['four bytes where a voxel is infinite', [Infinity], Float32Array],
    ['four bytes for an integer beyond 32 bits', [2 ** 33], Float32Array],
    ['one byte for nothing', [], Uint8Array]
  ])('takes %s', (_, values, type) => {
    const found = narrowed(Float32Array.from(values))
    expect(found).toBeInstanceOf(type)
    expect([...found]).toEqual(values)
  })
})
