import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openWorkspaceFolder } from '../../../../src/main/workspace/folder'
import { incomingFolder, workspaceModels } from '../../../../src/main/workspace/layout'
import { importModelFile, modelFileBytes } from '../../../../src/main/workspace/model-file'
import { readModel, writeModel } from '../../../../src/main/workspace/model-folder'
import { failureOf } from '../../../fixtures/failure'
import { temporaryFolder } from '../../../fixtures/temporary-folder'
import { twoVariants } from '../../../fixtures/tiny-model'
import { zipBytes, type ZipEntry } from '../../../fixtures/zip-bytes'

const folder = temporaryFolder()
const root = folder.file('study')
const shipped = folder.file('shipped')
const model = folder.file('site')
let entries: ZipEntry[]

beforeAll(async () => {
  await openWorkspaceFolder(root, true)
  const { head, tensors } = twoVariants()
  await writeModel(join(shipped, 'snn'), { ...head, id: 'snn' }, tensors, 'card')
  await writeModel(model, { ...head, id: 'site' }, tensors, 'card')
  entries = ['model.json', 'README.md', 'weights.bin'].map((name) => ({
    name,
    content: readFileSync(join(model, name))
  }))
})

/** The model's files with one of them changed, left out or put in. */
function file(name: string, change: (files: ZipEntry[]) => ZipEntry[]): string {
  return folder.write(`${name}.hippospike`, zipBytes(change(entries.map((one) => ({ ...one })))))
}

const changed =
  (name: string, change: (content: Buffer) => Uint8Array) =>
  (files: ZipEntry[]): ZipEntry[] =>
    files.map((one) =>
      one.name === name ? { ...one, content: change(Buffer.from(one.content)) } : one
    )

const manifest = (change: (manifest: Record<string, unknown>) => unknown) =>
  changed('model.json', (content) => {
    const parsed = JSON.parse(content.toString()) as Record<string, unknown>
    return Buffer.from(JSON.stringify(change(parsed)))
  })

describe('a model as one file', () => {
  it('brings the model to another place, and is the same whenever it is packed', async () => {
    const bytes = await modelFileBytes(model)
    expect((await modelFileBytes(model)).equals(bytes)).toBe(true)
    const path = folder.write('whole.hippospike', bytes)
    const { id } = await importModelFile(root, shipped, path)
    const [before, after] = await Promise.all([
      readModel(model),
      readModel(join(workspaceModels(root), id))
    ])
    expect([...after.weights]).toEqual([...before.weights])
    expect(after.manifest).toEqual(before.manifest)
  })

  it('gets another id where its own is taken: it cannot pass for one of the program', async () => {
    const path = folder.write('taken.hippospike', await modelFileBytes(join(shipped, 'snn')))
    expect((await importModelFile(root, shipped, path)).id).toBe('snn-2')
    expect((await importModelFile(root, shipped, path)).id).toBe('snn-3')
  })

  it('is not made of a damaged model', async () => {
    const { head, tensors } = twoVariants()
    const damaged = folder.file('damaged')
    await writeModel(damaged, head, tensors, 'card')
    writeFileSync(join(damaged, 'weights.bin'), 'x')
    expect((await failureOf(() => modelFileBytes(damaged))).kind).toBe('input')
  })

  it.each([
    [
      'a newer version',
      manifest((one) => ({ ...one, version: 2 })),
      /version 2, .* update Hippospike/
    ],
    [
      'a field that nobody knows',
      manifest((one) => ({ ...one, run: 'rm -rf' })),
      /is not a model description: .*run/
    ],
    [
      'an id that leads elsewhere',
      manifest((one) => ({ ...one, id: '../../../x' })),
      /is not a model description: id/
    ],
    [
      'other weights than it names',
      changed('weights.bin', (bytes) => {
        bytes[100]! ^= 1
        return bytes
      }),
      /weights\.bin is damaged/
    ],
    [
      'weights cut short',
      changed('weights.bin', (bytes) => bytes.subarray(4)),
      /weights\.bin has \d+ bytes/
    ],
    [
      'too many weights',
      changed('weights.bin', (bytes) => Buffer.concat([bytes, bytes])),
      /more than the \d+ bytes/
    ],
    [
      'something to execute',
      (files) => [...files, { name: 'install.sh', content: Buffer.from('#!/bin/sh\n') }],
      /holds "install\.sh"; a model file holds model\.json/
    ],
    [
      'a path out of its folder',
      (files) => [...files, { name: '../../.bashrc', content: Buffer.from('x') }],
      /cannot be read as a model file|holds "\.\.\/\.\.\/\.bashrc"/
    ],
    [
      'an absolute path',
      (files) => [...files, { name: '/etc/cron.d/x', content: Buffer.from('x') }],
      /\/etc\/cron|cannot be read/
    ],
    ['one file twice', (files) => [...files, files[0]!], /holds model\.json twice/],
    ['no description', (files) => files.slice(1), /holds no model\.json/],
    ['no weights', (files) => files.slice(0, 2), /holds no weights\.bin/],
    [
      'an encrypted file',
      (files) => files.map((one) => ({ ...one, encrypted: true })),
      /encrypted/
    ],
    [
      'a description that unpacks to more than it says',
      changed('model.json', () => Buffer.alloc(6_000_000, ' ')),
      /holds a model\.json of 6000000 bytes; 4194304 are the most/
    ],
    [
      'one that lies about its size',
      (files) =>
        files.map((one) =>
          one.name === 'README.md'
            ? { ...one, content: Buffer.alloc(9_000_000), declared: 10 }
            : one
        ),
      /cannot be read as a model file|more than the/
    ]
  ] as [string, (files: ZipEntry[]) => ZipEntry[], RegExp][])(
    'is refused with %s, and nothing of it is left',
    async (what, change, says) => {
      const path = file(what.replaceAll(' ', '-'), change)
      const before = readdirSync(workspaceModels(root))
      const { kind, message } = await failureOf(() => importModelFile(root, shipped, path))
      expect(kind).toBe('input')
      expect(message).toMatch(says)
      expect(message).toContain(what.replaceAll(' ', '-'))
      expect(message).not.toContain('incoming')
      expect(readdirSync(workspaceModels(root))).toEqual(before)
      expect(readdirSync(incomingFolder(root))).toEqual([])
      for (const outside of ['.bashrc', 'install.sh']) {
        expect(existsSync(folder.file(outside))).toBe(false)
      }
    }
  )

  it('is refused where it is cut short anywhere, is none, or is not there', async () => {
    const bytes = await modelFileBytes(model)
    for (const share of [0, 0.1, 0.5, 0.9, 0.999]) {
      const path = folder.write(
        'cut.hippospike',
        bytes.subarray(0, Math.floor(share * bytes.length))
      )
      expect((await failureOf(() => importModelFile(root, shipped, path))).kind).toBe('input')
    }
    mkdirSync(folder.file('a-folder.hippospike'))
    for (const name of ['a-folder.hippospike', 'nowhere.hippospike']) {
      const { kind, message } = await failureOf(() =>
        importModelFile(root, shipped, folder.file(name))
      )
      expect(kind).toBe('input')
      expect(message).toContain(name)
    }
  })
})
