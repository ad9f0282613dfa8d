import * as tf from '@tensorflow/tfjs-core'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { evaluateResultSchema, modelResultSchema, type ModelResult } from '../../src/shared/jobs'
import { FREESURFER_LABELS } from '../../src/shared/labels'
import { WHOLE_LABEL } from '../../src/shared/training'
import { activatedLayers } from '../../src/core/snn/architecture'
import { createRandom } from '../../src/core/training/random'
import { jobs } from '../../src/main/engine/jobs'
import type { JobContext } from '../../src/main/engine/jobs/job'
import { readModel } from '../../src/main/workspace/model-folder'
import { CONVERSION_DEFAULTS } from '../fixtures/conversion'
import { failureOf } from '../fixtures/failure'
import { INFERENCE_DEFAULTS } from '../fixtures/inference'
import { testContext, testRuntime } from '../fixtures/job-context'
import { niftiBytes } from '../fixtures/nifti-bytes'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { tinyVolume } from '../fixtures/tiny-case'
import { TINY_EDGE, writeTinyDataset, type TinyDataset } from '../fixtures/tiny-dataset'

const folder = temporaryFolder()
const PATCH = [TINY_EDGE, TINY_EDGE, TINY_EDGE]
let site: TinyDataset
let rehearsal: TinyDataset

async function run(
  kind: string,
  request: unknown,
  context: JobContext = testContext()
): Promise<unknown> {
  const job = await jobs.get(kind)!()
  return job.run(request, context)
}

/** Takes the parts out of the label map of the nth case. */
function makeWhole(data: TinyDataset, n: number, label: number): void {
  const { labels } = tinyVolume(TINY_EDGE, n)
  const voxels = labels.map((value) => (value === 0 ? 0 : label))
  const bytes = niftiBytes({ dim: [3, ...PATCH], datatype: 'uint8', voxels })
  writeFileSync(join(data.dir, 'labelsTr', `tiny_${n}.nii.gz`), gzipSync(bytes))
}

const TUNING = { patch: PATCH, epochs: 2, learningRate: 2e-3, averageDecay: 0.5, timesteps: 2 }

const finetuning = (out: string, overrides: Record<string, unknown> = {}) => ({
  data: site.dir,
  out: folder.file(out),
  model: folder.file('converted'),
  teacher: null,
  rehearsal: rehearsal.dir,
  settings: TUNING,
  ...overrides
})

async function finetune(
  out: string,
  overrides?: Record<string, unknown>,
  context?: JobContext
): Promise<ModelResult> {
  return modelResultSchema.parse(await run('finetune', finetuning(out, overrides), context))
}

/** A site with three training cases, two of which know only the whole hippocampus; one for validation and one for the test, too. */
beforeAll(async () => {
  site = writeTinyDataset(folder.file('site'), 5, null)
  const split = {
    train: ['tiny_1', 'tiny_2', 'tiny_3'],
    validation: ['tiny_4'],
    test: ['tiny_5']
  }
  writeFileSync(join(site.dir, 'dataset.json'), JSON.stringify({ split }))
  makeWhole(site, 1, WHOLE_LABEL)
  makeWhole(site, 2, FREESURFER_LABELS.left)
  makeWhole(site, 5, FREESURFER_LABELS.right)
  rehearsal = writeTinyDataset(folder.file('rehearsal'), 4, 0)
  await testRuntime()
  const settings = { channels: [4, 8], patch: PATCH, epochs: 2, learningRate: 0.02 }
  await run('train', { data: rehearsal.dir, out: folder.file('ann'), settings })
  await run('convert', {
    data: rehearsal.dir,
    model: folder.file('ann'),
    out: folder.file('converted'),
    ...CONVERSION_DEFAULTS
  })
})

describe('fine-tuning on the cases of a site', () => {
  it('ends with the same weights, however often it is interrupted', async () => {
    // Batches of two: some hold a whole-only mask and one with parts.
    const settings = { ...TUNING, batchSize: 2, epochs: 3 }
    const undisturbed = await finetune('undisturbed', { settings })
    const random = createRandom(3)
    let starts = 0
    for (let done = false; !done; starts++) {
      let steps = 1 + random.index(3)
      const context = testContext(({ message }, abort) => {
        if (/step \d+ of \d+, loss/.test(message) && --steps === 0) abort()
      })
      done = await finetune('interrupted', { settings }, context).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ kind: 'cancelled' })
          return false
        }
      )
    }
    expect(starts).toBeGreaterThan(3)
    const [one, other] = await Promise.all(
      ['undisturbed', 'interrupted'].map((name) => readModel(folder.file(name)))
    )
    expect([...other!.weights]).toEqual([...one!.weights])
    expect(other!.manifest.scores).toEqual(one!.manifest.scores)
    expect(undisturbed.validation!.anterior).not.toBeNull()
    const lines = (name: string): unknown[] =>
      readFileSync(join(folder.file(name), 'curves.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { values: Record<string, number> })
        .map(({ values }) => values['loss'] ?? values['validation/whole'])
    expect(lines('interrupted')).toEqual(lines('undisturbed'))
  })

  it('shows as many rehearsal cases as its share asks for, and says so in the model', async () => {
    const context = testContext()
    await finetune('shared', { settings: { ...TUNING, epochs: 1, rehearsalShare: 0.7 } }, context)
    // Three cases of its own, seven of the others.
    expect(context.progressed.some(({ message }) => message.includes('step 10 of 10'))).toBe(true)
    const { provenance } = (await readModel(folder.file('shared'))).manifest
    expect(provenance).toMatchObject({
      data: { training: 3, validation: 1 },
      rehearsal: { training: 4 },
      settings: { rehearsalShare: 0.7 }
    })
  })

  it('is another run with another rehearsal: it does not go on from its checkpoint', async () => {
    const context = testContext(({ message }, abort) => {
      if (message.startsWith('epoch 1 of 2, step 2')) abort()
    })
    await failureOf(() => finetune('mixed', {}, context))
    const error = await failureOf(() => finetune('mixed', { rehearsal: null }))
    expect(error.message).toContain('cannot be resumed')
  })

  it('never reads the cases of the test', async () => {
    const context = testContext()
    await finetune('unseen', { settings: { ...TUNING, epochs: 1 } }, context)
    const read = context.progressed.flatMap(({ stage, message }) =>
      stage === 'load' ? [message] : []
    )
    expect(read).toHaveLength(8)
    expect(read.join()).not.toContain('tiny_5')
  })

  it('writes firing rates into the curves and a picture of a validation case', async () => {
    const previews = folder.file('previews')
    await finetune('shown', { previews })
    expect(readdirSync(previews).sort()).toEqual(
      [0, 1, 2].map((epoch) => `tiny_4_epoch-00${epoch}.png`)
    )
    const picture = readFileSync(join(previews, 'tiny_4_epoch-001.png'))
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
    const { architecture } = (await readModel(folder.file('shown'))).manifest
    const last = JSON.parse(
      readFileSync(join(folder.file('shown'), 'curves.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .at(-1)!
    ) as { epoch: number; values: Record<string, number> }
    const rates = activatedLayers(architecture).map(({ name }) => `firing-rate/${name}`)
    expect(last.epoch).toBe(2)
    expect(Object.keys(last.values)).toEqual([
      'validation/anterior',
      'validation/posterior',
      'validation/whole',
      ...rates
    ])
    for (const rate of rates) {
      expect(last.values[rate]).toBeGreaterThanOrEqual(0)
      expect(last.values[rate]).toBeLessThanOrEqual(1)
    }
  })

  it('takes 200 steps without a tensor more', async () => {
    const before = tf.memory().numTensors
    const counts = new Set<number>()
    const context = testContext(({ message }) => {
      if (/step \d+ of 50, loss/.test(message)) counts.add(tf.memory().numTensors)
    })
    const settings = { ...TUNING, timesteps: 1, epochs: 4, stepsPerEpoch: 50, validateEvery: 2 }
    await finetune('long', { settings }, context)
    expect(counts).toEqual(new Set([before]))
    expect(tf.memory().numTensors).toBe(before)
  })

  it('stops where the loss is not finite, keeps the last good state and says why', async () => {
    const settings = {
      ...TUNING,
      stepsPerEpoch: 20,
      learningRate: 1,
      warmUpEpochs: 0,
      clipNorm: 1e30
    }
    const model = await readModel(folder.file('converted'))
    expect(model.manifest.stage).toBe('converted')
    const error = await failureOf(() =>
      finetune('diverged', { settings: { ...settings, thresholdRate: 1e38 } })
    )
    expect(error.kind).toBe('input')
    expect(error.message).toMatch(
      /training stopped, as its .* in epoch 1, step \d+.*lower the learning rate/
    )
    expect(existsSync(join(folder.file('diverged'), 'model.json'))).toBe(false)
  })
})

describe('scoring', () => {
  it('takes the cases of the test, and of whole-only masks the whole alone', async () => {
    const result = evaluateResultSchema.parse(
      await run('evaluate', {
        data: site.dir,
        split: 'test',
        model: folder.file('converted'),
        ...INFERENCE_DEFAULTS
      })
    )
    expect(result.cases.map(({ id }) => id)).toEqual(['tiny_5'])
    expect(result.mean).toMatchObject({
      diceAnterior: null,
      dicePosterior: null,
      hd95Anterior: null
    })
    expect(result.mean.diceWhole).toBeGreaterThan(0)
    const all = evaluateResultSchema.parse(
      await run('evaluate', {
        data: site.dir,
        split: 'all',
        model: folder.file('converted'),
        ...INFERENCE_DEFAULTS
      })
    )
    const parts = all.cases.filter(({ diceAnterior }) => diceAnterior !== null)
    expect(parts.map(({ id }) => id)).toEqual(['tiny_3', 'tiny_4'])
    expect(all.mean.diceAnterior).toBeCloseTo(
      (parts[0]!.diceAnterior! + parts[1]!.diceAnterior!) / 2,
      12
    )
  })
})

describe('training that goes on from an ANN', () => {
  it('starts from its weights and shape, and names it as its parent', async () => {
    const settings = {
      patch: PATCH,
      epochs: 1,
      learningRate: 1e-9,
      averageDecay: 0.5,
      batchSize: 1
    }
    await run('train', {
      data: site.dir,
      out: folder.file('ann2'),
      model: folder.file('ann'),
      rehearsal: rehearsal.dir,
      settings
    })
    const [before, after] = await Promise.all(
      ['ann', 'ann2'].map((name) => readModel(folder.file(name)))
    )
    expect(after!.manifest.architecture).toEqual(before!.manifest.architecture)
    expect(after!.manifest.provenance).toMatchObject({
      parent: { id: 'ann', weightsSha256: before!.manifest.weightsSha256 },
      rehearsal: { training: 4 }
    })
    const kernel = (model: typeof before): Float32Array =>
      model!.weights.get('enc0.conv2.kernel')!.values
    const moved = kernel(after).map((value, n) => Math.abs(value - kernel(before)[n]!))
    expect(Math.max(...moved)).toBeLessThan(1e-6)
  })

  it('refuses a spiking model, and a direct training', async () => {
    const request = { data: site.dir, out: folder.file('no'), model: folder.file('converted') }
    const spiking = await failureOf(() => run('train', { ...request, settings: {} }))
    expect(spiking).toMatchObject({ kind: 'input' })
    expect(spiking.message).toContain('training takes an ANN')
    const direct = { direct: { timesteps: 2 } }
    const both = await failureOf(() => run('train', { ...request, settings: direct }))
    expect(both).toMatchObject({ kind: 'usage' })
  })
})
