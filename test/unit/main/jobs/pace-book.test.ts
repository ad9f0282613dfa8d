import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { likeSize, PaceBook } from '../../../../src/main/jobs/pace-book'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const files = temporaryFolder()

describe('the book of paces', () => {
  it('tells the median of each stage, in the order of the last job', async () => {
    const book = new PaceBook()
    expect(book.usual('a')).toBeNull()
    await book.remember('a', { read: 1, locate: 9 })
    await book.remember('a', { read: 3, load: 2, locate: 2 })
    await book.remember('a', { start: 1, read: 2, locate: 3 })
    await book.remember('b', { read: 70 })
    expect(Object.entries(book.usual('a') ?? {})).toEqual([
      ['start', 0],
      ['read', 2],
      ['locate', 3]
    ])
  })

  it('goes by the last five jobs', async () => {
    const book = new PaceBook()
    for (const read of [100, 100, 100, 1, 2, 3]) await book.remember('a', { read })
    expect(book.usual('a')).toEqual({ read: 3 })
  })

  it('is there at the next start', async () => {
    const path = files.file('paces.json')
    const book = new PaceBook(path)
    await book.remember('a', { read: 2 })
    const next = new PaceBook(path)
    await next.remember('b', { read: 3 })
    expect(next.usual('a')).toEqual({ read: 2 })
    const third = new PaceBook(path)
    await third.remember('a', { read: 4 })
    expect([third.usual('a'), third.usual('b')]).toEqual([{ read: 3 }, { read: 3 }])
  })

  it('says nothing of another machine, nor from a damaged file', async () => {
    const path = files.file('other.json')
    await new PaceBook(path).remember('a', { read: 2 })
    const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    for (const text of [JSON.stringify({ ...file, machine: 'elsewhere' }), '{"machine":']) {
      writeFileSync(path, text)
      const book = new PaceBook(path)
      await book.remember('b', { read: 1 })
      expect([book.usual('a'), book.usual('b')]).toEqual([null, { read: 1 }])
    }
  })

  it('works where its file cannot be written', async () => {
    writeFileSync(files.file('in-the-way'), '')
    const book = new PaceBook(files.file('in-the-way/paces.json'))
    await book.remember('a', { read: 2 })
    expect(book.usual('a')).toEqual({ read: 2 })
  })

  it('forgets kinds that have not come for long', async () => {
    const book = new PaceBook()
    for (let n = 0; n < 51; n++) await book.remember(`kind ${n}`, { read: n })
    expect([book.usual('kind 0'), book.usual('kind 1')]).toEqual([null, { read: 1 }])
  })
})

describe('sizes of images', () => {
  it('are alike within a factor of about 1.4', () => {
    expect(likeSize([256, 256, 256])).toBe('2^24')
    expect(likeSize([256, 256, 192])).toBe('2^24')
    expect(likeSize([256, 256, 170])).toBe('2^23')
    expect(likeSize([480, 560, 480])).toBe('2^27')
  })
})
