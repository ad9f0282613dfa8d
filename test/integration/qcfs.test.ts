import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ConvertRequest, ModelResult } from '../../src/shared/jobs'
import type { Model } from '../../src/shared/model'
import { activatedLayers } from '../../src/core/snn/architecture'
import { convertJob } from '../../src/main/engine/jobs/convert'
import { trainJob } from '../../src/main/engine/jobs/train'
import { readModel } from '../../src/main/workspace/model-folder'
import { CONVERSION_DEFAULTS } from '../fixtures/conversion'
import { failureOf } from '../fixtures/failure'
import { testContext, type TestContext } from '../fixtures/job-context'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { TINY_EDGE, writeTinyDataset, type TinyDataset } from '../fixtures/tiny-dataset'

const folder = temporaryFolder()
/** Enough for the converted network to come close to its ANN without the third stage. */
const TIMESTEPS = 16
let data: TinyDataset
let plain: ModelResult
let quantised: ModelResult

function request(out: string, method: ConvertRequest['method']): ConvertRequest {
  const model = folder.file('ann')
  return {
    ...CONVERSION_DEFAULTS,
    data: data.dir,
    model,
    out: folder.file(out),
    method,
    timesteps: TIMESTEPS
  }
}

const convert = (
  out: string,
  method: ConvertRequest['method'],
  context: TestContext = testContext()
): Promise<ModelResult> => convertJob.run(request(out, method), context)

/** Of the layers in order; one value each. */
function thresholds({ manifest }: Model): number[] {
  const variant = manifest.spiking!.variants[0]!.thresholds
  return activatedLayers(manifest.architecture).map(({ name }) => {
    const value = variant[name]
    if (typeof value !== 'number') throw new Error(`${name}: ${JSON.stringify(value)}`)
    return value
  })
}

/** A small network that has learned something, converted either way. */
beforeAll(async () => {
  data = writeTinyDataset(folder.file('data'), 5, 2)
  const settings = {
    channels: [4, 8],
    patch: [TINY_EDGE, TINY_EDGE, TINY_EDGE],
    epochs: 15,
    batchSize: 1,
    learningRate: 0.02,
    averageDecay: 0.9,
    validateEvery: 15,
    augmentation: false
  }
  await trainJob.run({ data: data.dir, out: folder.file('ann'), settings }, testContext())
  plain = await convert('percentile', 'percentile')
  quantised = await convert('qcfs', 'qcfs')
})

describe('a conversion by QCFS', () => {
  it('leaves a spiking model with its card, its curves and where it comes from', async () => {
    const [ann, quantisedModel] = await Promise.all(
      ['ann', 'qcfs'].map((name) => readModel(folder.file(name)))
    )
    expect(quantisedModel!.manifest).toMatchObject({
      stage: 'converted',
      architecture: { batchNorm: false, activation: { kind: 'relu' } },
      spiking: { mode: 'binary', defaultTimesteps: TIMESTEPS },
      provenance: {
        parent: { id: 'ann', weightsSha256: ann!.manifest.weightsSha256 },
        settings: { method: 'qcfs' }
      }
    })
    const files = readdirSync(folder.file('qcfs'))
    expect(files).toEqual(expect.arrayContaining(['README.md', 'curves.jsonl', 'tensorboard']))
  })

  it('learns thresholds and weights, from those of the percentile on', async () => {
    const [start, learned] = await Promise.all(
      ['percentile', 'qcfs'].map((name) => readModel(folder.file(name)))
    )
    const before = thresholds(start!)
    for (const [layer, threshold] of thresholds(learned!).entries()) {
      expect(threshold).not.toBe(before[layer])
      // A few steps at a low rate: one that is far off belongs to another layer, or is a logarithm.
      expect(Math.abs(Math.log(threshold / before[layer]!))).toBeLessThan(0.02)
    }
    expect([...learned!.weights.keys()]).toEqual([...start!.weights.keys()])
    for (const [name, { values }] of learned!.weights) {
      expect(values, name).not.toEqual(start!.weights.get(name)!.values)
    }
  })

  it('spikes to better scores than what it started from', async () => {
    expect(quantised.validation!.whole).toBeGreaterThan(0.75)
    expect(quantised.validation!.whole).toBeGreaterThan(plain.validation!.whole)
    const { manifest } = await readModel(folder.file('qcfs'))
    expect(manifest.scores).toEqual({ validation: quantised.validation })
  })

  it('goes on where it was interrupted, to the same model', async () => {
    const interrupted = testContext(({ stage, message }, abort) => {
      if (stage === 'qcfs' && message.startsWith('epoch 2 of 2, step 1')) abort()
    })
    const failure = await failureOf(() => convert('resumed', 'qcfs', interrupted))
    expect(failure.kind).toBe('cancelled')
    expect(existsSync(join(folder.file('resumed'), 'model.json'))).toBe(false)
    const context = testContext()
    await convert('resumed', 'qcfs', context)
    const resumed = context.progressed.filter(({ message }) => message.startsWith('resuming'))
    expect(resumed.map(({ message }) => message)).toEqual([expect.stringMatching(/epoch/)])
    const [one, other] = await Promise.all(
      ['qcfs', 'resumed'].map((name) => readModel(folder.file(name)))
    )
    expect([...other!.weights]).toEqual([...one!.weights])
    expect(thresholds(other!)).toEqual(thresholds(one!))
  })
})
