import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { exitCodeOf, HippospikeError } from '../../../../src/shared/errors'
import {
  assertWritable,
  outputError,
  writeFileAtomic
} from '../../../../src/main/workspace/atomic-write'
import { broken } from '../../../fixtures/broken-calls'
import { failureOf } from '../../../fixtures/failure'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const { failing } = await import('../../../fixtures/broken-calls')
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      failing('open')
      const handle = await real.open(...args)
      const write = handle.writeFile.bind(handle)
      handle.writeFile = async (data) => {
        failing('writeFile')
        await write(data)
      }
      return handle
    },
    rename: async (...args: Parameters<typeof real.rename>) => {
      failing('rename')
      await real.rename(...args)
    }
  }
})

const folder = temporaryFolder()
let made = 0

/** A fresh folder, so that what is left in it can be told. */
function place(): string {
  const path = folder.file(`place${made++}`)
  mkdirSync(path)
  return path
}

afterEach(() => {
  broken.clear()
})

describe('an atomic write', () => {
  test('leaves the file and nothing else', async () => {
    const dir = place()
    await writeFileAtomic(join(dir, 'a.json'), '{"a":1}')
    expect(readdirSync(dir)).toEqual(['a.json'])
    expect(readFileSync(join(dir, 'a.json'), 'utf8')).toBe('{"a":1}')
    await writeFileAtomic(join(dir, 'a.json'), Uint8Array.of(1, 2))
    expect([...readFileSync(join(dir, 'a.json'))]).toEqual([1, 2])
  })

  test.each([
    ['open', 'EACCES', 'permission denied'],
    ['open', 'EROFS', 'read-only'],
    ['writeFile', 'ENOSPC', 'disk is full'],
    ['rename', 'EDQUOT', 'quota']
  ])('that fails in %s with %s leaves what was there', async (call, code, reason) => {
    const dir = place()
    const path = join(dir, 'mask.json')
    writeFileSync(path, 'old')
    broken.set(call, code)
    const failure = await failureOf(() => writeFileAtomic(path, 'new'))
    expect(exitCodeOf(failure.kind)).toBe(4)
    expect(failure.message).toContain(path)
    expect(failure.message).toContain(reason)
    expect(readdirSync(dir)).toEqual(['mask.json'])
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  test('does not replace a file it must not replace', async () => {
    const dir = place()
    const path = join(dir, 'mask.json')
    writeFileSync(path, 'old')
    const failure = await failureOf(() => writeFileAtomic(path, 'new', { overwrite: false }))
    expect(failure.kind).toBe('output')
    expect(failure.message).toContain('--force')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(dir)).toEqual(['mask.json'])
  })

  test('is verified before it takes its place', async () => {
    const dir = place()
    const path = join(dir, 'mask.nii.gz')
    writeFileSync(path, 'old')
    const wrong = new HippospikeError('internal', 'differs')
    const failure = await failureOf(() =>
      writeFileAtomic(path, 'new', {
        verify: (temporary) => {
          expect(readFileSync(temporary, 'utf8')).toBe('new')
          // Readers choose by extension.
          expect(temporary).toMatch(/mask\.nii\.gz$/)
          return Promise.reject(wrong)
        }
      })
    )
    expect(failure).toBe(wrong)
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(dir)).toEqual(['mask.nii.gz'])
  })

  test('clears away what a killed process left for the same file, and only that', async () => {
    const dir = place()
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    const [stale, other, alive] = [
      `.hippospike-${dead}-0123456789ab-a.json`,
      `.hippospike-${dead}-0123456789ab-b.json`,
      `.hippospike-${process.pid}-0123456789ab-a.json`
    ]
    for (const name of [stale, other, alive]) writeFileSync(join(dir, name), 'half')
    await writeFileAtomic(join(dir, 'a.json'), 'whole')
    expect(readdirSync(dir).sort()).toEqual([other, alive, 'a.json'].sort())
  })
})

describe('before long computing', () => {
  test('a place that can be written to passes and stays as it is', async () => {
    const dir = place()
    await assertWritable(join(dir, 'mask.nii.gz'), false)
    expect(readdirSync(dir)).toEqual([])
  })

  test('an existing file needs --force', async () => {
    const path = join(place(), 'mask.nii.gz')
    writeFileSync(path, 'old')
    const failure = await failureOf(() => assertWritable(path, false))
    expect(failure.kind).toBe('output')
    expect(failure.message).toContain('--force')
    await assertWritable(path, true)
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  test('a missing folder, a file for a folder and a folder for a file are told apart', async () => {
    const dir = place()
    writeFileSync(join(dir, 'file'), '')
    mkdirSync(join(dir, 'folder'))
    const messageOf = async (...parts: string[]): Promise<string> =>
      (await failureOf(() => assertWritable(join(dir, ...parts), true))).message
    expect(await messageOf('nowhere', 'mask.nii')).toContain('folder does not exist')
    expect(await messageOf('file', 'mask.nii')).toContain('is not a folder')
    expect(await messageOf('folder')).toContain('is a directory')
  })

  test.each([
    ['open', 'EROFS', 'read-only'],
    ['writeFile', 'ENOSPC', 'disk is full']
  ])('a place where %s gives %s is refused', async (call, code, reason) => {
    const dir = place()
    broken.set(call, code)
    const failure = await failureOf(() => assertWritable(join(dir, 'mask.nii'), false))
    expect(failure.kind).toBe('output')
    expect(failure.message).toContain(reason)
    expect(readdirSync(dir)).toEqual([])
  })

  test('the input itself is never replaced, not through a link and not with --force', async () => {
    const dir = place()
    const scan = join(dir, 'scan.nii.gz')
    writeFileSync(scan, 'the only copy')
    symlinkSync(scan, join(dir, 'link.nii.gz'))
    for (const out of [scan, join(dir, 'link.nii.gz'), join(dir, '.', 'scan.nii.gz')]) {
      const failure = await failureOf(() => assertWritable(out, true, [scan]))
      expect(failure.kind).toBe('output')
      expect(failure.message).toContain('is the input itself')
    }
    await assertWritable(join(dir, 'mask.nii.gz'), true, [scan])
  })
})

test('an unknown reason is passed on', () => {
  const failure = outputError('x', new Error('something else'))
  expect(failure.kind).toBe('output')
  expect(failure.message).toBe('x: cannot be written: something else')
})
