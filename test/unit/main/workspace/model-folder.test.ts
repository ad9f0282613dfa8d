import * as tf from '@tensorflow/tfjs-core'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ModelManifest } from '../../../../src/shared/model'
import { readManifest, readModel, writeModel } from '../../../../src/main/workspace/model-folder'
import { failureOf } from '../../../fixtures/failure'
import { temporaryFolder } from '../../../fixtures/temporary-folder'
import { twoVariants } from '../../../fixtures/tiny-model'

/** Called before a file is renamed into its place, which is when a reader sees a change; what it throws is the rename's failure. */
const beforeRename = vi.hoisted(() => ({ call: (_to: string): void => undefined }))

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  return {
    ...real,
    rename: async (from: string, to: string) => {
      beforeRename.call(to)
      await real.rename(from, to)
    }
  }
})

const folder = temporaryFolder()
let count = 0

afterEach(() => {
  beforeRename.call = () => undefined
})

async function written(): Promise<{ dir: string; manifest: ModelManifest }> {
  const dir = folder.file(`model${count++}`)
  const { head, tensors } = twoVariants()
  return { dir, manifest: await writeModel(dir, head, tensors, '# Card\n') }
}

describe('a model folder', () => {
  it('gives back the model that was written', async () => {
    const { dir, manifest } = await written()
    const { head, tensors } = twoVariants()
    const model = await readModel(dir)
    expect(model.manifest).toEqual(manifest)
    expect(model.manifest).toMatchObject({ format: 'hippospike-model', version: 1, ...head })
    expect([...model.weights]).toEqual(
      tensors.map(({ name, shape, values }) => [name, { shape, values }])
    )
    expect(await readManifest(dir)).toEqual(manifest)
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).toBe('# Card\n')
  })

  it('makes the folders above it', async () => {
    const dir = join(folder.path, 'new', 'folders', 'model')
    const { head, tensors } = twoVariants()
    await writeModel(dir, head, tensors, '')
    expect((await readModel(dir)).manifest.id).toBe('tiny')
  })

  it('holds its weights as tf.io does', async () => {
    const { dir, manifest } = await written()
    const bytes = Uint8Array.from(readFileSync(join(dir, 'weights.bin'))).buffer
    const decoded = tf.io.decodeWeights(bytes, manifest.weights)
    const { weights } = await readModel(dir)
    expect(Object.keys(decoded)).toEqual([...weights.keys()])
    for (const [name, { shape, values }] of weights) {
      expect(decoded[name]!.shape).toEqual(shape)
      expect(decoded[name]!.dataSync()).toEqual(values)
    }
  })

  it('is not written where tensors are missing', async () => {
    const { head, tensors } = twoVariants()
    const dir = folder.file('unwritten')
    const error = await failureOf(() => writeModel(dir, head, tensors.slice(1), ''))
    expect(error.message).toContain('tensor enc0.conv1.kernel is missing')
    expect(existsSync(dir)).toBe(false)
  })
})

describe('writing over a model', () => {
  const { head, tensors } = twoVariants()
  const doubled = tensors.map((tensor) => ({ ...tensor, values: tensor.values.map((v) => 2 * v) }))
  const FILES = ['README.md', 'model.json', 'weights.bin']

  /** What a reader gets, by the weights of the one tensor and the scores that go with them. */
  async function found(dir: string): Promise<[sum: number, name: string]> {
    const { weights, manifest } = await readModel(dir)
    return [[...weights.values()][0]!.values[0]!, manifest.name]
  }
  const before: [number, string] = [tensors[0]!.values[0]!, head.name]
  const after: [number, string] = [doubled[0]!.values[0]!, 'Newer']
  const overwrite = (dir: string): Promise<ModelManifest> =>
    writeModel(dir, { ...head, name: 'Newer' }, doubled, '# Newer\n')

  it('leaves the older or the newer one whole, at whichever step it is killed', async () => {
    const { dir } = await written()
    const killed: string[] = []
    beforeRename.call = () => {
      const copy = folder.file(`killed${count++}`)
      cpSync(dir, copy, { recursive: true })
      killed.push(copy)
    }
    await overwrite(dir)
    beforeRename.call = () => undefined
    const models = await Promise.all(killed.map(found))
    expect(models).toEqual([before, before, before, after])
    expect(await found(dir)).toEqual(after)
    expect(readdirSync(dir).sort()).toEqual(FILES)
    // Whatever a kill left goes with the next writing, and nothing that is needed before that.
    for (const copy of killed) {
      await overwrite(copy)
      expect(await found(copy)).toEqual(after)
      expect(readdirSync(copy).filter((name) => name.startsWith('weights'))).toEqual([
        'weights.bin'
      ])
    }
  })

  it('keeps weights that arrived until newer ones are named', async () => {
    const { dir } = await written()
    beforeRename.call = (to) => {
      if (to.endsWith('weights.bin')) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    }
    expect((await failureOf(() => overwrite(dir))).message).toContain('weights.bin')
    beforeRename.call = (to) => {
      if (to.endsWith('model.json')) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    }
    await failureOf(() => writeModel(dir, head, tensors, ''))
    await failureOf(() => overwrite(dir))
    expect(await found(dir)).toEqual(after)
  })

  it('that fails leaves the older one as it was', async () => {
    const { dir } = await written()
    beforeRename.call = (to) => {
      if (to.endsWith('model.json')) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    }
    expect((await failureOf(() => overwrite(dir))).kind).toBe('output')
    expect(await found(dir)).toEqual(before)
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).toBe('# Card\n')
    expect(readdirSync(dir).sort()).toEqual(FILES)
  })
})

/** Edits model.json as text or as JSON. */
function edit(dir: string, change: (manifest: Record<string, unknown>) => unknown): void {
  const path = join(dir, 'model.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  writeFileSync(path, JSON.stringify(change(manifest) ?? manifest))
}

const DAMAGES: [what: string, damage: (dir: string) => void, file: string, says: RegExp][] = [
  [
    'no folder at all',
    (dir) => rmSync(dir, { recursive: true }),
    'model.json',
    /has no model\.json; a model is a folder with model\.json and weights\.bin/
  ],
  [
    'a file in its place',
    (dir) => {
      rmSync(dir, { recursive: true })
      writeFileSync(dir, 'text')
    },
    'model.json',
    /has no model\.json/
  ],
  ['no model.json', (dir) => rmSync(join(dir, 'model.json')), 'model.json', /has no model\.json/],
  [
    'a folder named model.json',
    (dir) => {
      rmSync(join(dir, 'model.json'))
      mkdirSync(join(dir, 'model.json'))
    },
    'model.json',
    /model\.json cannot be read \(EISDIR\)/
  ],
  [
    'text in model.json',
    (dir) => writeFileSync(join(dir, 'model.json'), 'not\njson\n'),
    'model.json',
    /is not JSON .*get the model again/
  ],
  [
    'a model.json that is cut off',
    (dir) => {
      const text = readFileSync(join(dir, 'model.json'), 'utf8')
      writeFileSync(join(dir, 'model.json'), text.slice(0, text.length / 2))
    },
    'model.json',
    /is not JSON/
  ],
  [
    'null in model.json',
    (dir) => writeFileSync(join(dir, 'model.json'), 'null'),
    'model.json',
    /is not a model description: .*get the model again/
  ],
  [
    'a newer version',
    (dir) => edit(dir, (manifest) => ({ ...manifest, version: 2, novelty: true })),
    'model.json',
    /has version 2, this program reads up to 1; update Hippospike/
  ],
  [
    'an unknown field',
    (dir) => edit(dir, (manifest) => ({ ...manifest, novelty: true })),
    'model.json',
    /is not a model description: .*novelty/
  ],
  [
    'a field that does not fit',
    (dir) =>
      edit(dir, (manifest) => {
        ;(manifest['architecture'] as Record<string, unknown>)['channels'] = [3, '4']
      }),
    'model.json',
    /is not a model description: architecture\.channels\.1: /
  ],
  [
    'a threshold of 0',
    (dir) =>
      edit(dir, (manifest) => {
        const { variants } = manifest['spiking'] as { variants: { thresholds: object }[] }
        Object.assign(variants[0]!.thresholds, { 'enc0.conv1': 0 })
      }),
    'model.json',
    /is not a model description: spiking\.variants\.0\.thresholds\.enc0\.conv1: /
  ],
  [
    'an id that leads out of its folder',
    (dir) => edit(dir, (manifest) => ({ ...manifest, id: '../../etc/passwd' })),
    'model.json',
    /is not a model description: id: /
  ],
  [
    'weights elsewhere',
    (dir) => edit(dir, (manifest) => ({ ...manifest, weightsFile: '../other/weights.bin' })),
    'model.json',
    /is not a model description: .*weightsFile/
  ],
  [
    'a hash that is a path',
    (dir) => edit(dir, (manifest) => ({ ...manifest, weightsSha256: '../../weights' })),
    'model.json',
    /is not a model description: weightsSha256: /
  ],
  [
    'a tensor of an absurd size',
    (dir) =>
      edit(dir, (manifest) => {
        const [first] = manifest['weights'] as { shape: number[] }[]
        first!.shape = [1e9, 1e9, 1e9]
      }),
    'tiny',
    /tensor enc0\.conv1\.kernel .*; get the model again/
  ],
  [
    'channels that no memory holds',
    (dir) =>
      edit(dir, (manifest) => {
        ;(manifest['architecture'] as Record<string, unknown>)['channels'] = [1e6, 1e6]
      }),
    'model.json',
    /is not a model description: architecture\.channels\.0: /
  ],
  [
    'a model.json of many megabytes',
    (dir) => edit(dir, (manifest) => ({ ...manifest, licence: 'x'.repeat(5e6) })),
    'model.json',
    /model\.json has 50\d+ bytes, 4194304 are the most; get the model again/
  ],
  [
    'brackets that no stack holds',
    (dir) => writeFileSync(join(dir, 'model.json'), '['.repeat(1e6)),
    'model.json',
    /is not JSON/
  ],
  [
    'a weights.bin of gigabytes, which is not read',
    (dir) => truncateSync(join(dir, 'weights.bin'), 5 * 2 ** 30),
    'weights.bin',
    /weights\.bin has 5368709120 bytes, model\.json asks for \d+; get the model again/
  ],
  [
    'the hash of other weights',
    (dir) => edit(dir, (manifest) => ({ ...manifest, weightsSha256: '0'.repeat(64) })),
    'weights.bin',
    /weights\.bin is damaged/
  ],
  [
    'a tensor that is missing',
    (dir) => edit(dir, (manifest) => void (manifest['weights'] as unknown[]).splice(3, 1)),
    'tiny',
    /tensor enc0\.conv2\.bias is missing; get the model again/
  ],
  [
    'no weights.bin',
    (dir) => rmSync(join(dir, 'weights.bin')),
    'weights.bin',
    /has no weights\.bin; a model is a folder with/
  ],
  [
    'a weights.bin that is cut off',
    (dir) => {
      const bytes = readFileSync(join(dir, 'weights.bin'))
      writeFileSync(join(dir, 'weights.bin'), bytes.subarray(0, bytes.length - 4))
    },
    'weights.bin',
    /weights\.bin has \d+ bytes, model\.json asks for \d+; get the model again/
  ],
  [
    'one flipped bit in weights.bin',
    (dir) => {
      const bytes = readFileSync(join(dir, 'weights.bin'))
      bytes[1001]! ^= 4
      writeFileSync(join(dir, 'weights.bin'), bytes)
    },
    'weights.bin',
    /weights\.bin is damaged: .*get the model again/
  ]
]

describe('a damaged model folder', () => {
  it.each(DAMAGES)(
    'is refused in one line that names the file: %s',
    async (_, damage, file, says) => {
      const { dir } = await written()
      damage(dir)
      const error = await failureOf(() => readModel(dir))
      expect(error.kind).toBe('input')
      expect(error.message).toMatch(says)
      expect(error.message).toContain(file)
      expect(error.message).not.toMatch(/\n| {2}| :/)
      if (file !== 'tiny') expect(error.message).toContain(dir)
    }
  )
})
