import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { makeFolder, OutputSet, writeFileAtomic } from '../../../../src/main/workspace/atomic-write'
import { broken } from '../../../fixtures/broken-calls'
import { failureOf } from '../../../fixtures/failure'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const { failing } = await import('../../../fixtures/broken-calls')
  return {
    ...real,
    link: async (...args: Parameters<typeof real.link>) => {
      failing('link')
      await real.link(...args)
    },
    copyFile: async (...args: Parameters<typeof real.copyFile>) => {
      await real.copyFile(...args)
      // A disk that is full shows after something has been written.
      failing('copyFile')
    },
    rename: async (...args: Parameters<typeof real.rename>) => {
      failing('rename')
      await real.rename(...args)
    }
  }
})

const folder = temporaryFolder()
const listed = (at: string): string[] => readdirSync(at, { recursive: true }).map(String).sort()

afterEach(() => {
  broken.clear()
})

describe('files that belong together', () => {
  /** A file in a folder that is made for it, and one in a folder that was there. */
  async function written(name: string): Promise<{ outputs: OutputSet; at: string }> {
    const at = folder.file(name)
    mkdirSync(at)
    writeFileSync(join(at, 'other'), 'of somebody else')
    const outputs = new OutputSet()
    await makeFolder(at, outputs)
    await makeFolder(join(at, 'new', 'deep'), outputs)
    await writeFileAtomic(join(at, 'new', 'deep', 'one'), 'first', { outputs })
    await writeFileAtomic(join(at, 'two'), 'second', { outputs })
    return { outputs, at }
  }

  test('are removed together, with the folders made for them, and nothing else is', async () => {
    const { outputs, at } = await written('undone')
    outputs.undo()
    expect(listed(at)).toEqual(['other'])
  })

  test('leave a folder that somebody else has put a file into', async () => {
    const { outputs, at } = await written('shared')
    writeFileSync(join(at, 'new', 'theirs'), '')
    outputs.undo()
    expect(listed(at)).toEqual(['new', join('new', 'theirs'), 'other'])
  })

  test('stay once they are kept', async () => {
    const { outputs, at } = await written('kept')
    outputs.keep()
    outputs.undo()
    expect(listed(at)).toEqual(
      ['new', join('new', 'deep'), join('new', 'deep', 'one'), 'other', 'two'].sort()
    )
  })
})

describe('files that replace others', () => {
  /** A folder with an old mask and an old record. */
  function old(name: string): { at: string; mask: string; record: string } {
    const at = folder.file(name)
    mkdirSync(at)
    const [mask, record] = [join(at, 'mask.nii.gz'), join(at, 'mask.run.json')]
    writeFileSync(mask, 'old mask')
    writeFileSync(record, 'old record')
    return { at, mask, record }
  }

  function expectOld({ at, mask, record }: ReturnType<typeof old>): void {
    expect(listed(at)).toEqual(['mask.nii.gz', 'mask.run.json'])
    expect(readFileSync(mask, 'utf8')).toBe('old mask')
    expect(readFileSync(record, 'utf8')).toBe('old record')
  }

  test('give way to them again when a later one fails', async () => {
    const place = old('replaced')
    const outputs = new OutputSet()
    await writeFileAtomic(place.mask, 'new mask', { outputs })
    await writeFileAtomic(join(place.at, 'more'), 'new too', { outputs })
    expect(readFileSync(place.mask, 'utf8')).toBe('new mask')
    broken.set('rename', 'ENOSPC')
    await failureOf(() => writeFileAtomic(place.record, 'new record', { outputs }))
    outputs.undo()
    expectOld(place)
  })

  test('take their place for good once they are kept', async () => {
    const place = old('kept-new')
    const outputs = new OutputSet()
    await writeFileAtomic(place.mask, 'new mask', { outputs })
    outputs.keep()
    outputs.undo()
    expect(readFileSync(place.mask, 'utf8')).toBe('new mask')
    expect(listed(place.at)).toEqual(['mask.nii.gz', 'mask.run.json'])
  })

  test('give way to the first version, not to one of their own', async () => {
    const place = old('twice')
    const outputs = new OutputSet()
    await writeFileAtomic(place.mask, 'first try', { outputs })
    await writeFileAtomic(place.mask, 'second try', { outputs })
    outputs.undo()
    expectOld(place)
  })

  test('do so where the file system knows no links', async () => {
    const place = old('no-links')
    broken.set('link', 'EPERM')
    const outputs = new OutputSet()
    await writeFileAtomic(place.mask, 'new mask', { outputs })
    outputs.undo()
    expectOld(place)
  })

  test('do not replace what cannot be kept first', async () => {
    const place = old('full')
    broken.set('link', 'EPERM').set('copyFile', 'ENOSPC')
    const outputs = new OutputSet()
    const failure = await failureOf(() => writeFileAtomic(place.mask, 'new mask', { outputs }))
    expect(failure.message).toMatch(/disk is full/)
    expectOld(place)
    outputs.undo()
    expectOld(place)
  })

  test('give way to them when the process exits', async () => {
    const place = old('exit')
    const before = process.listeners('exit')
    const outputs = new OutputSet()
    const undoing = process.listeners('exit').filter((listener) => !before.includes(listener))
    await writeFileAtomic(place.mask, 'new mask', { outputs })
    for (const listener of undoing) listener(0)
    expectOld(place)
    expect(process.listeners('exit')).not.toContain(undoing[0])
  })
})
