import { totalmem } from 'node:os'
import { describe, expect, it } from 'vitest'
import { spareMemory, spareOf } from '../../../../src/main/engine/runtimes/processor'

describe('spareMemory', () => {
  it('is some of the machine’s', () => {
    expect(spareMemory()).toBeGreaterThan(0)
    expect(spareMemory()).toBeLessThanOrEqual(totalmem())
  })
})

describe('spareOf', () => {
  const meminfo =
    'MemTotal:       24683520 kB\nMemFree:          100000 kB\nMemAvailable:    2000000 kB\n'

  it('counts what Linux would give back, and what it can swap out', () => {
    expect(spareOf(`${meminfo}SwapFree:         500000 kB\n`)).toBe(2500000 * 1024)
    expect(spareOf(meminfo)).toBe(2000000 * 1024)
  })

  it('does not guess', () => {
    expect(spareOf('MemTotal:       24683520 kB\n')).toBeNull()
  })
})
