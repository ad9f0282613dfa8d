import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../../src/main/workspace/crc32'

describe('crc32', () => {
  it('is the check value of the CRC catalogue for the digits 1 to 9', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
  })

  it('of nothing is 0', () => {
    expect(crc32(new Uint8Array(0))).toBe(0)
  })
})
