import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { OutputSet } from '../../../../src/main/workspace/atomic-write'
import {
  mappingOf,
  openSpikeStore,
  writeSpikeStore
} from '../../../../src/main/workspace/spike-store'
import { failureOf } from '../../../fixtures/failure'
import { handRecording } from '../../../fixtures/spike-recording'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const recording = handRecording()
let dir: string
let count = 0

beforeEach(async () => {
  dir = folder.file(`spikes-${String(count++)}`)
  await writeSpikeStore(dir, recording)
})

function edit(change: (index: Record<string, unknown>) => void): void {
  const path = join(dir, 'index.json')
  const index = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  change(index)
  writeFileSync(path, JSON.stringify(index))
}

describe('a spike store', () => {
  it('gives back what was written, bit for bit', async () => {
    const store = await openSpikeStore(dir)
    for (const layer of recording.layers) {
      expect(await store.layer(layer.name)).toEqual({ ...layer, timesteps: 2 })
    }
    expect(await store.steps()).toEqual(recording.steps)
    expect(await store.input()).toEqual(recording.paddedInput)
    const { index } = store
    expect(mappingOf(index)).toEqual(recording.mapping)
    expect(index.roi).toEqual(recording.roi)
    expect(index.model.id).toBe('tiny')
    expect(index.layers.map(({ peak, hasNegative }) => [peak, hasNegative])).toEqual([
      [2, true],
      [3, false]
    ])
  })

  it('is one file a layer, the output, the input and the index', () => {
    expect(readdirSync(dir).sort()).toEqual(
      ['enc0.conv1.bin', 'enc1.conv1.bin', 'index.json', 'input.bin', 'output.bin'].sort()
    )
  })

  it('takes spikes from shared memory', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(recording.layers[1]!.positive.length))
    shared.set(recording.layers[1]!.positive)
    const other = folder.file('shared')
    await writeSpikeStore(other, {
      ...recording,
      layers: [{ ...recording.layers[1]!, positive: shared }]
    })
    const { positive } = await (await openSpikeStore(other)).layer('enc1.conv1')
    expect(positive).toEqual(recording.layers[1]!.positive)
  })

  it('goes with a run that fails, and leaves what stood there before', async () => {
    const before = readFileSync(join(dir, 'output.bin'))
    const outputs = new OutputSet()
    const steps = recording.steps.map((step) => step.map((value) => value + 1))
    await writeSpikeStore(dir, { ...recording, steps }, { outputs })
    expect(readFileSync(join(dir, 'output.bin'))).not.toEqual(before)
    outputs.undo()
    expect(readFileSync(join(dir, 'output.bin'))).toEqual(before)
    expect(await (await openSpikeStore(dir)).steps()).toEqual(recording.steps)
  })

  it('is refused where the folder has none', async () => {
    const failure = await failureOf(() => openSpikeStore(folder.file('nowhere')))
    expect(failure.kind).toBe('input')
    expect(failure.message).toMatch(/nowhere holds no spikes; segment the case again/)
  })

  it('is refused where its index is cut off', async () => {
    const path = join(dir, 'index.json')
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 200))
    const failure = await failureOf(() => openSpikeStore(dir))
    expect(failure.message).toMatch(/index\.json is not JSON .* segment the case again/)
  })

  it('is refused where it is newer than the program', async () => {
    edit((index) => (index.version = 99))
    const failure = await failureOf(() => openSpikeStore(dir))
    expect(failure.message).toMatch(/version 99.* reads up to 1; update Hippospike/)
  })

  it.each<[string, (index: Record<string, unknown>) => void, RegExp]>([
    ['another format', (index) => (index.format = 'else'), /format/],
    ['no layers', (index) => (index.layers = []), /layers/],
    ['a field too many', (index) => (index.more = 1), /more/],
    [
      'a file elsewhere',
      (index) => ((index.output as { name: string }).name = '../../secret.bin'),
      /output\.name/
    ]
  ])('is refused with %s', async (_, change, message) => {
    edit(change)
    const failure = await failureOf(() => openSpikeStore(dir))
    expect(failure.kind).toBe('input')
    expect(failure.message).toMatch(message)
  })

  it('names the file that is damaged, too short or gone, and reads the others', async () => {
    const path = join(dir, 'enc0.conv1.bin')
    const bytes = readFileSync(path)
    const damaged = Buffer.from(bytes)
    damaged[0]! ^= 1
    writeFileSync(path, damaged)
    const store = await openSpikeStore(dir)
    const first = await failureOf(() => store.layer('enc0.conv1'))
    expect(first.message).toMatch(/enc0\.conv1\.bin is damaged.* segment the case again/)
    writeFileSync(path, bytes.subarray(1))
    const second = await failureOf(() => store.layer('enc0.conv1'))
    expect(second.message).toMatch(/enc0\.conv1\.bin has 255 bytes instead of 256/)
    expect((await store.layer('enc1.conv1')).channels).toBe(16)
    // Whole again, it is read, although it failed before.
    writeFileSync(path, bytes)
    expect((await store.layer('enc0.conv1')).channels).toBe(8)
  })

  it('names the layers where another is asked for', async () => {
    const store = await openSpikeStore(dir)
    const failure = await failureOf(() => store.layer('enc9'))
    expect(failure.kind).toBe('usage')
    expect(failure.message).toMatch(/enc9; there are enc0\.conv1, enc1\.conv1/)
  })
})
