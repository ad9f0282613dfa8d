import { describe, expect, it } from 'vitest'
import { FrameCache } from '../../../../src/renderer/src/features/spikes/frame-cache'

interface Frame {
  byteLength: number
}

/** A cache of so many bytes, and what was loaded for it. */
function counted(limit: number) {
  const cache = new FrameCache<Frame>(limit)
  const loads: string[] = []
  const get = (key: string, byteLength = 1): Promise<Frame> =>
    cache.get(key, () => {
      loads.push(key)
      return Promise.resolve({ byteLength })
    })
  return { cache, loads, get }
}

describe('frames', () => {
  it('are loaded once, the oldest going first', async () => {
    const { loads, get } = counted(2)
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await get(key)
    expect(loads).toEqual(['a', 'b', 'c', 'b'])
  })

  it('are kept by their bytes, not by their number', async () => {
    const { loads, get } = counted(100)
    for (let n = 0; n < 50; n++) await get(String(n), 2)
    await get('0', 2)
    expect(loads.length).toBe(50)
    // As large as half of them: those that were used longest ago go, and 0 was used just now.
    await get('large', 50)
    await get('0', 2)
    await get('49', 2)
    expect(loads.length).toBe(51)
    await get('1', 2)
    expect(loads.at(-1)).toBe('1')
  })

  it('that are larger than all that is kept are kept as long as they are the last', async () => {
    const { loads, get } = counted(10)
    await get('a', 4)
    await get('large', 16)
    await get('large', 16)
    expect(loads).toEqual(['a', 'large'])
    await get('a', 4)
    await get('large', 16)
    expect(loads).toEqual(['a', 'large', 'a', 'large'])
  })

  it('on their way are loaded once, and count when they are there', async () => {
    const { loads, get } = counted(10)
    await Promise.all([get('a', 6), get('b', 6), get('a', 6)])
    expect(loads).toEqual(['a', 'b'])
    await get('a', 6)
    await get('b', 6)
    expect(loads).toEqual(['a', 'b', 'b'])
  })

  it('that failed are loaded again', async () => {
    const { cache, get } = counted(10)
    await expect(cache.get('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
    expect(await get('a')).toEqual({ byteLength: 1 })
  })

  it('that are let go while they are on their way do not come back', async () => {
    const { cache, loads, get } = counted(10)
    const coming = get('a', 6)
    cache.clear()
    await coming
    await get('a', 6)
    expect(loads).toEqual(['a', 'a'])
  })
})
