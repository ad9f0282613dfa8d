import * as tf from '@tensorflow/tfjs-core'
import { maxDifference } from '../fixtures/cpu-backend'
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  evaluateResultSchema,
  modelResultSchema,
  segmentResultSchema,
  type ConvertRequest,
  type EvaluateResult,
  type ModelResult,
  type SegmentRequest,
  type SegmentResult
} from '../../src/shared/jobs'
import { jobs } from '../../src/main/engine/jobs'
import type { JobContext } from '../../src/main/engine/jobs/job'
import { parseNiftiHeader } from '../../src/main/imaging/nifti-header'
import { readImage, readLabels } from '../../src/main/imaging/read-image'
import { readModel } from '../../src/main/workspace/model-folder'
import { activatedLayers } from '../../src/core/snn/architecture'
import { gunzipSync } from 'node:zlib'
import { CONVERSION_DEFAULTS } from '../fixtures/conversion'
import { INFERENCE_DEFAULTS } from '../fixtures/inference'
import { failureOf } from '../fixtures/failure'
import { testContext, testRuntime, type TestContext } from '../fixtures/job-context'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { TINY_EDGE, writeTinyDataset, type TinyDataset } from '../fixtures/tiny-dataset'

const folder = temporaryFolder()
const VOXELS = TINY_EDGE ** 3
let data: TinyDataset
let baseline = 0

const SETTINGS = {
  channels: [4, 8],
  patch: [TINY_EDGE, TINY_EDGE, TINY_EDGE],
  epochs: 2,
  batchSize: 2,
  learningRate: 0.02,
  averageDecay: 0.5,
  validateEvery: 1
}
const TUNING = { patch: SETTINGS.patch, epochs: 1, learningRate: 2e-3, averageDecay: 0.5 }

async function run(
  kind: string,
  request: unknown,
  context: JobContext = testContext()
): Promise<unknown> {
  const job = await jobs.get(kind)!()
  return job.run(request, context)
}

async function modelJob(
  kind: string,
  request: unknown,
  context?: TestContext
): Promise<ModelResult> {
  return modelResultSchema.parse(await run(kind, request, context))
}

function conversion(out: string, overrides: Partial<ConvertRequest> = {}): ConvertRequest {
  return {
    data: data.dir,
    model: folder.file('ann'),
    out: folder.file(out),
    ...CONVERSION_DEFAULTS,
    ...overrides
  }
}

function segmentation(name: string, overrides: Partial<SegmentRequest> = {}): SegmentRequest {
  return {
    image: data.image('tiny_1'),
    out: folder.file(`${name}.nii.gz`),
    model: folder.file('snn'),
    ...INFERENCE_DEFAULTS,
    probabilities: null,
    spikes: null,
    roi: 'auto',
    side: 'both',
    labels: 'native',
    boxes: null,
    template: 'resources/template',
    repairGeometry: false,
    force: false,
    ...overrides
  }
}

const segment = async (request: SegmentRequest): Promise<SegmentResult> =>
  segmentResultSchema.parse(await run('segment', request))

async function evaluate(
  model: string,
  timesteps: number | null = null,
  split: 'validation' | 'all' = 'all'
): Promise<EvaluateResult> {
  const request = {
    data: data.dir,
    split,
    model: folder.file(model),
    ...INFERENCE_DEFAULTS,
    timesteps
  }
  return evaluateResultSchema.parse(await run('evaluate', request))
}

/** The three stages in a row, once for all tests. */
beforeAll(async () => {
  data = writeTinyDataset(folder.file('data'), 5, 2)
  await testRuntime()
  baseline = tf.memory().numTensors
  await modelJob('train', { data: data.dir, out: folder.file('ann'), settings: SETTINGS })
  await modelJob('convert', conversion('converted'))
  await modelJob('finetune', {
    data: data.dir,
    model: folder.file('converted'),
    out: folder.file('snn4'),
    teacher: folder.file('ann'),
    settings: { ...TUNING, timesteps: 4 }
  })
  await modelJob('finetune', {
    data: data.dir,
    model: folder.file('snn4'),
    out: folder.file('snn'),
    teacher: folder.file('ann'),
    settings: { ...TUNING, timesteps: 2 }
  })
})

describe('the three stages', () => {
  it('leave a model, a card, curves and a TensorBoard file each', async () => {
    for (const [name, stage] of [
      ['ann', 'ann'],
      ['snn4', 'fine-tuned'],
      ['snn', 'fine-tuned']
    ] as const) {
      const { manifest } = await readModel(folder.file(name))
      expect(manifest).toMatchObject({ id: name, stage })
      const files = readdirSync(folder.file(name))
      expect(files).toEqual(expect.arrayContaining(['README.md', 'curves.jsonl', 'tensorboard']))
      const events = join(folder.file(name), 'tensorboard', 'events.out.tfevents.hippospike')
      expect(readFileSync(events).length).toBeGreaterThan(100)
    }
    expect((await readModel(folder.file('converted'))).manifest).toMatchObject({
      id: 'converted',
      stage: 'converted'
    })
  })

  it('name the parent, the data and the settings they come from', async () => {
    const [ann, converted, four] = await Promise.all(
      ['ann', 'converted', 'snn4'].map(
        async (name) => (await readModel(folder.file(name))).manifest
      )
    )
    expect(ann!.provenance).toMatchObject({
      parent: null,
      data: { training: 3, validation: 2 },
      settings: { epochs: 2, channels: [4, 8] }
    })
    expect(converted!.provenance).toMatchObject({
      parent: { id: 'ann', weightsSha256: ann!.weightsSha256 },
      settings: { method: 'percentile', percentile: 99.9 }
    })
    expect(four!.provenance).toMatchObject({
      parent: { id: 'converted', weightsSha256: converted!.weightsSha256 },
      teacher: { id: 'ann' },
      timesteps: 4
    })
  })

  it('fold batch normalisation away, and give every spiking layer a threshold', async () => {
    const { manifest } = await readModel(folder.file('converted'))
    expect(manifest.architecture.batchNorm).toBe(false)
    expect(manifest.spiking!.variants).toHaveLength(1)
    const layers = activatedLayers(manifest.architecture).map(({ name }) => name)
    expect(Object.keys(manifest.spiking!.variants[0]!.thresholds)).toEqual(layers)
  })

  it('learn: fine-tuning moves weights and thresholds', async () => {
    const [before, after] = await Promise.all(
      ['converted', 'snn4'].map((name) => readModel(folder.file(name)))
    )
    const kernel = 'enc0.conv2.kernel'
    expect(after!.weights.get(kernel)).not.toEqual(before!.weights.get(kernel))
    const threshold = (model: typeof before): unknown =>
      model!.manifest.spiking!.variants[0]!.thresholds['enc0.conv2']
    expect(threshold(after)).not.toEqual(threshold(before))
  })

  it('keep the variant for T=4 as it was when T=2 joins it', async () => {
    const [one, both] = await Promise.all(
      ['snn4', 'snn'].map((name) => readModel(folder.file(name)))
    )
    const { defaultTimesteps, variants } = both!.manifest.spiking!
    expect(defaultTimesteps).toBe(4)
    expect(variants.map(({ timesteps, weightsPrefix }) => [timesteps, weightsPrefix])).toEqual([
      [4, ''],
      [2, 't2/']
    ])
    expect(variants[0]).toEqual(one!.manifest.spiking!.variants[0])
    for (const [name, tensor] of one!.weights) {
      expect(both!.weights.get(name), name).toEqual(tensor)
      expect(both!.weights.has(`t2/${name}`)).toBe(true)
    }
    expect(both!.weights.get('t2/enc0.conv2.kernel')).not.toEqual(
      one!.weights.get('enc0.conv2.kernel')
    )
    expect(Object.keys(both!.manifest.scores).sort()).toEqual([
      'validation (T=2)',
      'validation (T=4)'
    ])
  })

  it('leave no tensors behind', () => {
    expect(tf.memory().numTensors).toBe(baseline)
  })
})

describe('evaluate', () => {
  it('scores each case of an ANN, with nothing of spikes', async () => {
    const result = await evaluate('ann')
    expect(result.cases.map(({ id }) => id)).toEqual(data.ids)
    expect(result).toMatchObject({
      model: 'ann',
      timesteps: null,
      firingRate: {},
      meanFiringRate: null,
      synapticOperations: null,
      energyRatio: null
    })
    // Level 0: 27·(4 + 16 + 32 + 16) + 4·3; level 1, an eighth: 27·(32 + 64) + 8·4.
    expect(result.macs).toBe(VOXELS * 1848 + (VOXELS / 8) * 2624)
  })

  it('scores an SNN at its default T, with rates and operations', async () => {
    const result = await evaluate('snn')
    const { architecture } = (await readModel(folder.file('snn'))).manifest
    expect(result.timesteps).toBe(4)
    expect(Object.keys(result.firingRate)).toEqual(
      activatedLayers(architecture).map(({ name }) => name)
    )
    for (const rate of Object.values(result.firingRate)) {
      expect(rate).toBeGreaterThanOrEqual(0)
      expect(rate).toBeLessThanOrEqual(1)
    }
    expect(result.meanFiringRate).toBeGreaterThan(0)
    expect(result.neuronUpdates).toBe(4 * (VOXELS * 4 * 4 + (VOXELS / 8) * (8 + 8 + 4)))
    const spiking = 4.6 * VOXELS * 27 * 4 + 0.9 * result.synapticOperations!
    expect(result.energyRatio).toBeCloseTo((4.6 * result.macs) / spiking, 9)
    const diceMean = result.cases.reduce((sum, c) => sum + c.diceWhole / 5, 0)
    expect(result.mean.diceWhole).toBeCloseTo(diceMean, 12)
  })

  it('takes the variant for the T it is given, and says when none was tuned for it', async () => {
    const two = await evaluate('snn', 2, 'validation')
    expect(two.cases.map(({ id }) => id)).toEqual(['tiny_1', 'tiny_2'])
    const { scores } = (await readModel(folder.file('snn'))).manifest
    const stored = scores['validation (T=2)'] as Record<string, number>
    // On 1 mm RAS images the image's grid is the network's, so both score the same masks.
    expect(two.mean.diceWhole).toBeCloseTo(stored['whole']!, 4)
    const context = testContext()
    await run(
      'evaluate',
      {
        data: data.dir,
        split: 'validation',
        model: folder.file('snn'),
        ...INFERENCE_DEFAULTS,
        timesteps: 3
      },
      context
    )
    expect(context.warnings.join()).toContain('tuned for T=2; T=3')
  })

  it('refuses timesteps of an ANN', async () => {
    const error = await failureOf(() => evaluate('ann', 4))
    expect(error.kind).toBe('usage')
    expect(error.message).toContain('model ann is an ANN')
  })
})

describe('segment', () => {
  it('writes mask, run record, probabilities and spikes', async () => {
    const result = await segment(
      segmentation('mask', {
        probabilities: folder.file('probabilities.nii.gz'),
        spikes: folder.file('spikes')
      })
    )
    expect(result).toMatchObject({ model: 'snn', timesteps: 4, out: folder.file('mask.nii.gz') })
    expect(result.meanFiringRate).toBeGreaterThan(0)
    // A network this narrow is not for the event runtime, which is said.
    expect(result.warnings.join()).toMatch(/layer enc0\.conv1.*it runs on .* instead/)

    const mask = await readLabels(folder.file('mask.nii.gz'), [0, 1, 2])
    const source = await readImage(data.image('tiny_1'))
    expect(mask.geometry).toEqual(source.volume.geometry)
    const count = (label: number): number => mask.voxels.filter((v) => v === label).length
    expect(result.volumesMm3).toEqual({
      anterior: count(1),
      posterior: count(2),
      whole: count(1) + count(2)
    })

    const record = JSON.parse(readFileSync(folder.file('mask.run.json'), 'utf8')) as object
    expect(record).toMatchObject({
      application: { name: 'Hippospike' },
      model: { id: 'snn', stage: 'fine-tuned' },
      spiking: { mode: 'binary', timesteps: 4 },
      result: { volumesMm3: result.volumesMm3 }
    })

    const header = (path: string) => parseNiftiHeader(gunzipSync(readFileSync(path)))!
    expect(existsSync(folder.file('probabilities.nii.gz'))).toBe(true)
    expect(header(folder.file('probabilities.nii.gz')).dim.slice(1, 5)).toEqual([16, 16, 16, 3])

    const { architecture } = (await readModel(folder.file('snn'))).manifest
    const spikes = activatedLayers(architecture).map(({ name }) => `${name}_spikes.nii.gz`)
    expect(readdirSync(folder.file('spikes')).sort()).toEqual(
      [...spikes, 'labels_by_timestep.nii.gz', 'spikes.json'].sort()
    )
    const dims = (name: string): number[] =>
      header(join(folder.file('spikes'), name)).dim.slice(1, 5)
    expect(dims('enc0.conv1_spikes.nii.gz')).toEqual([16, 16, 16, 4])
    expect(dims('enc1.conv2_spikes.nii.gz')).toEqual([8, 8, 8, 4])
    expect(dims('labels_by_timestep.nii.gz')).toEqual([16, 16, 16, 4])
    const { timesteps, layers } = JSON.parse(
      readFileSync(join(folder.file('spikes'), 'spikes.json'), 'utf8')
    ) as { timesteps: number; layers: { neurons: number; netSpikesByTimestep: number[] }[] }
    expect(timesteps).toBe(4)
    const all = layers.reduce((sum, l) => sum + l.netSpikesByTimestep.reduce((a, b) => a + b), 0)
    const neurons = layers.reduce((sum, l) => sum + l.neurons, 0)
    expect(all / neurons / 4).toBeCloseTo(result.meanFiringRate!, 9)
  })

  it('ends at the mask with the labels of its last timestep', async () => {
    const path = join(folder.file('spikes'), 'labels_by_timestep.nii.gz')
    const bytes = gunzipSync(readFileSync(path))
    const { dim } = parseNiftiHeader(bytes)!
    expect(dim[4]).toBe(4)
    const last = Array.from({ length: VOXELS }, (_, n) =>
      bytes.readFloatLE(bytes.length - 4 * VOXELS + 4 * n)
    )
    const mask = await readLabels(folder.file('mask.nii.gz'), [0, 1, 2])
    expect(last).toEqual([...mask.voxels])
  })

  it('gives the same mask again', async () => {
    await segment(segmentation('again'))
    expect(readFileSync(folder.file('again.nii.gz'))).toEqual(
      readFileSync(folder.file('mask.nii.gz'))
    )
  })

  it('gives back what it has replaced when it is cancelled between two files', async () => {
    const probabilities = folder.file('forced-probabilities.nii.gz')
    const request = segmentation('forced', { probabilities, force: true })
    const files = [probabilities, request.out, folder.file('forced.run.json')]
    for (const file of files) writeFileSync(file, 'older')
    const context = testContext(({ stage }, abort) => {
      if (stage === 'write') abort()
    })
    expect((await failureOf(() => run('segment', request, context))).kind).toBe('cancelled')
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(['older', 'older', 'older'])
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.hippospike-'))).toEqual([])
  })

  it('takes an ANN too, without timesteps or rates', async () => {
    const result = await segment(segmentation('of-ann', { model: folder.file('ann') }))
    expect(result).toMatchObject({ timesteps: null, meanFiringRate: null })
  })

  it('refuses spikes of an ANN before it writes anything', async () => {
    const request = segmentation('none', { model: folder.file('ann'), spikes: folder.file('no') })
    const error = await failureOf(() => segment(request))
    expect(error.kind).toBe('usage')
    expect(existsSync(folder.file('no'))).toBe(false)
    expect(readdirSync(folder.path).filter((name) => name.includes('none'))).toEqual([])
  })
})

describe('a training that is interrupted', () => {
  const request = (out: string) => ({
    data: data.dir,
    out: folder.file(out),
    settings: { ...SETTINGS, epochs: 3 }
  })

  /** Stops in the middle of the second epoch. */
  async function interrupted(out: string): Promise<void> {
    const context = testContext(({ message }, abort) => {
      if (message.startsWith('epoch 2 of 3, step 1')) abort()
    })
    const error = await failureOf(() => run('train', request(out), context))
    expect(error.kind).toBe('cancelled')
    expect(existsSync(join(folder.file(out), 'model.json'))).toBe(false)
  }

  it('goes on where it was, to the same weights as one that was not', async () => {
    await modelJob('train', request('undisturbed'))
    await interrupted('resumed')
    // What a kill in the middle of a line leaves.
    appendFileSync(join(folder.file('resumed'), 'curves.jsonl'), '{"epoch":2,"values":{"loss":1}')
    const context = testContext()
    await modelJob('train', request('resumed'), context)
    expect(context.progressed.map(({ message }) => message)).toContain(
      'resuming after step 1 of epoch 2'
    )
    const done = /^epoch (1 of 3|2 of 3, step 1 )/
    expect(context.progressed.filter(({ message }) => done.test(message))).toEqual([])
    const [one, other] = await Promise.all(
      ['undisturbed', 'resumed'].map((name) => readModel(folder.file(name)))
    )
    expect([...other!.weights]).toEqual([...one!.weights])
    const steps = readFileSync(join(folder.file('resumed'), 'curves.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: number; values: Record<string, number> })
      .filter(({ values }) => 'loss' in values)
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('goes on from the checkpoint before where the last one is cut short, and says so', async () => {
    await interrupted('torn')
    const path = join(folder.file('torn'), 'checkpoint.bin')
    truncateSync(path, statSync(path).size - 1)
    const context = testContext()
    await modelJob('train', request('torn'), context)
    expect(context.warnings.join()).toContain(
      'checkpoint.bin: it is damaged; going on from the checkpoint before it, after epoch 1'
    )
    const [one, other] = await Promise.all(
      ['undisturbed', 'torn'].map((name) => readModel(folder.file(name)))
    )
    expect([...other!.weights]).toEqual([...one!.weights])
  })

  it('says where it diverged, and keeps the last good state', async () => {
    const out = folder.file('diverged')
    const settings = { ...SETTINGS, epochs: 3, learningRate: 1, clipNorm: 1e30, weightDecay: 1e30 }
    const error = await failureOf(() => run('train', { data: data.dir, out, settings }))
    expect(error.kind).toBe('input')
    expect(error.message).toMatch(
      /^ann: training stopped, as its (loss|gradient norm) is (NaN|-?Infinity) in epoch \d, step \d, at a learning rate of [\d.]+; the last good state, after (step \d of )?epoch \d, is in .*checkpoint\.bin; lower the learning rate/
    )
    expect(existsSync(join(out, 'checkpoint.bin'))).toBe(true)
    expect(existsSync(join(out, 'model.json'))).toBe(false)
  })

  it('does not go on with other settings, and keeps its checkpoint', async () => {
    await interrupted('other')
    const path = join(folder.file('other'), 'checkpoint.bin')
    const before = readFileSync(path)
    const { out, settings } = request('other')
    const error = await failureOf(() =>
      run('train', { data: data.dir, out, settings: { ...settings, learningRate: 0.01 } })
    )
    expect(error.kind).toBe('output')
    expect(error.message).toContain(`${path} cannot be resumed`)
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})

describe('a dataset without a split', () => {
  it('is divided the same way by training and by evaluation, whatever the seed of the training', async () => {
    const { dir } = writeTinyDataset(folder.file('undivided'), 5, null)
    const context = testContext()
    const settings = { ...SETTINGS, channels: [2], epochs: 1, seed: 77 }
    await modelJob('train', { data: dir, out: folder.file('seeded'), settings }, context)
    const heldOut = context.progressed.flatMap(
      ({ message }) => /reading validation case (.*)/.exec(message)?.[1] ?? []
    )
    const result = evaluateResultSchema.parse(
      await run('evaluate', {
        data: dir,
        split: 'validation',
        model: folder.file('seeded'),
        ...INFERENCE_DEFAULTS
      })
    )
    expect(heldOut).toHaveLength(1)
    expect(result.cases.map(({ id }) => id)).toEqual(heldOut)
  })
})

describe('other ways to a spiking network', () => {
  it.each([
    ['channel' as const, true, 'ternary-memory' as const],
    ['channel' as const, false, 'ternary' as const],
    ['layer' as const, false, 'binary' as const]
  ])(
    'converts with thresholds a %s, output scaling %s, %s spikes, and fine-tunes',
    async (granularity, outputScaling, mode) => {
      const name = `${granularity}-${mode}`
      await modelJob('convert', conversion(name, { granularity, outputScaling, mode }))
      await modelJob('finetune', {
        data: data.dir,
        model: folder.file(name),
        out: folder.file(`${name}-tuned`),
        teacher: null,
        settings: { ...TUNING, timesteps: 2, operationsPenalty: 0.5, thresholdScale: 0.8 }
      })
      const { manifest } = await readModel(folder.file(`${name}-tuned`))
      const { thresholds, amplitudes } = manifest.spiking!.variants[0]!
      expect(manifest.spiking).toMatchObject({ mode, defaultTimesteps: 2 })
      expect([thresholds['enc1.conv1']!].flat()).toHaveLength(granularity === 'layer' ? 1 : 8)
      if (outputScaling) expect(amplitudes).toEqual(thresholds)
      else {
        const converted = (await readModel(folder.file(name))).manifest.spiking!.variants[0]!
        expect(amplitudes).toEqual(converted.amplitudes)
        expect(thresholds['enc1.conv1']).not.toEqual(amplitudes['enc1.conv1'])
      }
      const scored = await evaluate(`${name}-tuned`, null, 'validation')
      expect(scored.timesteps).toBe(2)
    }
  )

  it('keeps a share of what was tuned, and what it began with for the rest', async () => {
    const request = { data: data.dir, model: folder.file('converted'), teacher: null }
    const settings = { ...TUNING, timesteps: 4 }
    for (const [name, tunedShare] of [
      ['tuned-all', 1],
      ['tuned-quarter', 0.25]
    ] as const) {
      const out = folder.file(name)
      await modelJob('finetune', { ...request, out, settings: { ...settings, tunedShare } })
    }
    const [start, all, quarter] = await Promise.all(
      ['converted', 'tuned-all', 'tuned-quarter'].map((name) => readModel(folder.file(name)))
    )
    const kernel = 'enc0.conv1.kernel'
    const [from, to, kept] = [start, all, quarter].map((m) => m!.weights.get(kernel)!.values)
    expect(maxDifference(from!, to!)).toBeGreaterThan(1e-5)
    kept!.forEach((value, n) => expect(value).toBeCloseTo(0.75 * from![n]! + 0.25 * to![n]!, 6))
    const [a, b, c] = [start, all, quarter].map(
      (m) => m!.manifest.spiking!.variants[0]!.thresholds[kernel.replace('.kernel', '')] as number
    )
    expect(c!).toBeCloseTo(a! ** 0.75 * b! ** 0.25, 6)
    const scored = await evaluate('tuned-quarter', null, 'validation')
    const written = quarter!.manifest.scores['validation (T=4)'] as { whole: number }
    expect(written.whole).toBeCloseTo(scored.mean.diceWhole, 2)
  })

  it('trains one directly', async () => {
    const settings = { ...SETTINGS, epochs: 1, direct: { timesteps: 2, mode: 'binary' } }
    await modelJob('train', { data: data.dir, out: folder.file('direct'), settings })
    const { manifest } = await readModel(folder.file('direct'))
    expect(manifest).toMatchObject({ stage: 'direct', architecture: { batchNorm: false } })
    expect((await evaluate('direct', null, 'validation')).timesteps).toBe(2)
  })

  it('writes into a folder of any name, which the id of the model is made of', async () => {
    const request = conversion('my model, für T=4')
    expect((await modelJob('convert', request)).model).toBe('my-model-fur-T-4')
    const trained = { data: data.dir, out: folder.file('модель'), settings: SETTINGS }
    expect((await modelJob('train', trained)).model).toBe('model')
    expect((await readModel(trained.out)).manifest.id).toBe('model')
  })

  it('replaces a model that is there with force alone', async () => {
    const request = conversion('replaced')
    await modelJob('convert', request)
    const manifest = join(request.out, 'model.json')
    const before = readFileSync(manifest)
    const other = { ...request, timesteps: 2 }
    expect((await failureOf(() => run('convert', other))).kind).toBe('output')
    expect(readFileSync(manifest).equals(before)).toBe(true)
    await modelJob('convert', { ...other, force: true })
    expect((await readModel(request.out)).manifest.spiking!.defaultTimesteps).toBe(2)
  })

  it('refuses to convert what spikes already, and to fine-tune what does not', async () => {
    const again = await failureOf(() =>
      run('convert', conversion('twice', { model: folder.file('snn') }))
    )
    expect(again).toMatchObject({ kind: 'input' })
    expect(again.message).toContain('spikes already')
    const plain = await failureOf(() =>
      run('finetune', {
        data: data.dir,
        model: folder.file('ann'),
        out: folder.file('never'),
        teacher: null,
        settings: {}
      })
    )
    expect(plain.message).toContain('convert it first')
    expect(existsSync(folder.file('never'))).toBe(false)
  })
})
