import { expect, test } from 'vitest'
import { decodeVoxels } from '../../../../src/main/imaging/decode-voxels'

const PLAIN = { slope: 1, intercept: 0 }

test.each([true, false])('from any byte on, little-endian %s', (littleEndian) => {
  for (const start of [0, 1, 3, 352]) {
    const content = new Uint8Array(start + 16)
    const view = new DataView(content.buffer)
    ;[1.5, -2, 1e6, 0.25].forEach((value, n) => {
      view.setFloat32(start + 4 * n, value, littleEndian)
    })
    const before = content.slice()
    const voxels = decodeVoxels(content, start, 4, { type: 'float32', littleEndian, ...PLAIN })
    expect([...voxels]).toEqual([1.5, -2, 1e6, 0.25])
    // What was given is not swapped in place: it may be a view of a file's bytes that others read.
    expect(content).toEqual(before)
  }
})

test('a part of a larger buffer', () => {
  const content = Buffer.from([9, 9, 9, 1, 0, 2, 0, 9]).subarray(3)
  const encoding = { type: 'int16', littleEndian: true, ...PLAIN } as const
  expect([...decodeVoxels(content, 0, 2, encoding)]).toEqual([1, 2])
})

test('more voxels than are decoded at a time', () => {
  const count = 2 ** 21 + 3
  const content = Uint8Array.from({ length: 2 * count }, (_, n) =>
    n % 2 === 0 ? (n >> 1) & 255 : ((n >> 1) >> 8) & 127
  )
  const encoding = { type: 'int16', littleEndian: true, slope: 2, intercept: -1 } as const
  const voxels = decodeVoxels(content, 0, count, encoding)
  const wrong = voxels.findIndex((value, n) => value !== 2 * (n & 0x7fff) - 1)
  expect(voxels).toHaveLength(count)
  expect(wrong).toBe(-1)
})

test('of 8 bytes, scaled', () => {
  const content = new Uint8Array(16)
  new DataView(content.buffer).setBigInt64(0, -3n, false)
  new DataView(content.buffer).setBigInt64(8, 2n ** 20n, false)
  const encoding = { type: 'int64', littleEndian: false, slope: 0.5, intercept: 1 } as const
  expect([...decodeVoxels(content, 0, 2, encoding)]).toEqual([-0.5, 2 ** 19 + 1])
})

test('fewer bytes than voxels are declared', () => {
  const encoding = { type: 'int16', littleEndian: true, ...PLAIN } as const
  expect(() => decodeVoxels(new Uint8Array(7), 0, 4, encoding)).toThrow(RangeError)
})
