import { describe, expect, it } from 'vitest'
import { enginesFor, inParallel } from '../../../../src/main/batch/engines'

const NOTHING = { jobs: null, memoryBytes: null, threads: null }

describe('enginesFor', () => {
  it('takes one engine a core where the memory reaches', () => {
    expect(enginesFor(100, NOTHING, { cores: 8, freeBytes: 64e9 })).toEqual({ jobs: 8, threads: 1 })
  })

  it('takes fewer where it does not, and gives them the cores', () => {
    expect(enginesFor(100, NOTHING, { cores: 8, freeBytes: 2e9 })).toEqual({ jobs: 3, threads: 2 })
    expect(enginesFor(100, NOTHING, { cores: 8, freeBytes: 1e8 })).toEqual({ jobs: 1, threads: 8 })
  })

  it('takes no more than there are scans', () => {
    expect(enginesFor(2, NOTHING, { cores: 8, freeBytes: 64e9 })).toEqual({ jobs: 2, threads: 4 })
  })

  it('keeps to what it is given', () => {
    const machine = { cores: 8, freeBytes: 64e9 }
    expect(enginesFor(100, { ...NOTHING, memoryBytes: 1.3e9 }, machine).jobs).toBe(2)
    expect(enginesFor(100, { ...NOTHING, jobs: 16 }, machine)).toEqual({ jobs: 16, threads: 1 })
    expect(enginesFor(100, { ...NOTHING, threads: 3 }, machine).threads).toBe(3)
  })
})

describe('inParallel', () => {
  it('does everything once, so many at a time', async () => {
    let [running, most] = [0, 0]
    const done: number[] = []
    await inParallel([1, 2, 3, 4, 5], 2, new AbortController().signal, async (n) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 1))
      running--
      done.push(n)
    })
    expect(most).toBe(2)
    expect(done.sort()).toEqual([1, 2, 3, 4, 5])
  })

  it('begins nothing after an abort', async () => {
    const abort = new AbortController()
    const begun: number[] = []
    await inParallel([1, 2, 3], 1, abort.signal, (n) => {
      begun.push(n)
      if (n === 2) abort.abort()
      return Promise.resolve()
    })
    expect(begun).toEqual([1, 2])
  })
})
