import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { evaluateResultSchema } from '../../src/shared/jobs'
import { STAGE_TIMESTEPS, stagesResultSchema, type StagesResult } from '../../src/shared/stages'
import { jobs } from '../../src/main/engine/jobs'
import { readModel, writeModel } from '../../src/main/workspace/model-folder'
import { CONVERSION_DEFAULTS } from '../fixtures/conversion'
import { failureOf } from '../fixtures/failure'
import { INFERENCE_DEFAULTS } from '../fixtures/inference'
import { testContext, testRuntime } from '../fixtures/job-context'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { TINY_EDGE, writeTinyDataset, type TinyDataset } from '../fixtures/tiny-dataset'

const folder = temporaryFolder()
const TIMESTEPS = 3
let data: TinyDataset
let report: StagesResult

async function run(kind: string, request: unknown): Promise<unknown> {
  return (await jobs.get(kind)!()).run(request, testContext())
}

const request = (changes: Record<string, unknown> = {}) => ({
  image: data.image('tiny_1'),
  snn: folder.file('snn'),
  ann: folder.file('ann'),
  calibration: data.dir,
  truth: join(data.dir, 'labelsTr', 'tiny_1.nii.gz'),
  side: 'both',
  boxes: null,
  template: folder.file('no-template'),
  masks: null,
  force: false,
  ...changes
})

beforeAll(async () => {
  await testRuntime()
  data = writeTinyDataset(folder.file('data'), 4, 1)
  const common = { patch: [TINY_EDGE, TINY_EDGE, TINY_EDGE], averageDecay: 0.5 }
  const settings = { ...common, epochs: 6, channels: [4, 8], learningRate: 0.02 }
  await run('train', { data: data.dir, out: folder.file('ann'), settings })
  const conversion = { ...CONVERSION_DEFAULTS, timesteps: TIMESTEPS }
  const converted = folder.file('converted')
  await run('convert', { data: data.dir, model: folder.file('ann'), out: converted, ...conversion })
  await run('finetune', {
    ...{ data: data.dir, model: converted, out: folder.file('snn'), teacher: null },
    settings: { ...common, epochs: 2, learningRate: 2e-3 }
  })
  const masks = { ann: 'ann.nii.gz', converted: 'converted.nii.gz', fineTuned: 'tuned.nii.gz' }
  const files = Object.entries(masks).map(([stage, name]) => [stage, folder.file(name)])
  report = stagesResultSchema.parse(
    await run('stages', request({ masks: Object.fromEntries(files) as object }))
  )
})

describe('the three stages on a case', () => {
  it('are scored at every number of timesteps, the network’s own among them', () => {
    const timesteps = [...STAGE_TIMESTEPS, TIMESTEPS].sort((a, b) => a - b)
    expect(report.converted.map((one) => one.timesteps)).toEqual(timesteps)
    expect(report.fineTuned.map((one) => one.timesteps)).toEqual(timesteps)
    expect(report).toMatchObject({ timesteps: TIMESTEPS, diceAgainst: 'truth' })
  })

  it('score as an evaluation of each does', async () => {
    const scores = async (model: string, timesteps: number | null) => {
      const evaluated = await run('evaluate', {
        ...{ data: data.dir, split: 'validation', model: folder.file(model) },
        ...INFERENCE_DEFAULTS,
        timesteps
      })
      return evaluateResultSchema.parse(evaluated)
    }
    const ann = await scores('ann', null)
    expect(report.annDice!.whole).toBeCloseTo(ann.mean.diceWhole, 6)
    for (const timesteps of [1, TIMESTEPS, 8]) {
      const { mean, energyRatio, meanFiringRate } = await scores('snn', timesteps)
      const found = report.fineTuned.find((one) => one.timesteps === timesteps)!
      expect(found.diceWhole).toBeCloseTo(mean.diceWhole, 6)
      expect(found.energyRatio).toBeCloseTo(energyRatio!, 6)
      expect(found.meanFiringRate).toBeCloseTo(meanFiringRate!, 6)
    }
  })

  it('tell how far each layer is from the ANN’s, which more timesteps make less', async () => {
    const layers = report.layerErrors.map(({ layer }) => layer)
    expect(layers[0]).toBe('enc0.conv1')
    expect(new Set(layers).size).toBe(layers.length)
    for (const { converted, fineTuned } of report.layerErrors) {
      for (const error of [converted, fineTuned]) expect(error).toBeGreaterThan(0)
    }
    // The same fine-tuned network with more timesteps to its name.
    const { manifest, weights } = await readModel(folder.file('snn'))
    const tensors = [...weights].map(([name, one]) => ({ name, ...one }))
    const { id, name, stage, architecture, preprocessing, labels, licence } = manifest
    const head = { id, name, stage, architecture, preprocessing, labels, licence }
    const spiking = { ...manifest.spiking!, defaultTimesteps: 32 }
    const { provenance, scores } = manifest
    await writeModel(folder.file('long'), { ...head, spiking, provenance, scores }, tensors, 'card')
    const long = stagesResultSchema.parse(
      await run('stages', request({ snn: folder.file('long') }))
    )
    const first = (of: StagesResult): number => of.layerErrors[0]!.converted!
    expect(first(long)).toBeLessThan(first(report) / 2)
  })

  it('write their masks, and none over another unless told to', async () => {
    for (const name of ['ann', 'converted', 'tuned']) {
      expect(existsSync(folder.file(`${name}.nii.gz`))).toBe(true)
      expect(existsSync(folder.file(`${name}.run.json`))).toBe(true)
    }
    const masks = Object.fromEntries(
      ['ann', 'converted', 'fineTuned'].map((stage) => [stage, folder.file('ann.nii.gz')])
    )
    expect((await failureOf(() => run('stages', request({ masks })))).message).toMatch(
      /exists already/
    )
  })

  it('without a mask to score against agree with the ANN', async () => {
    const alone = stagesResultSchema.parse(await run('stages', request({ truth: null })))
    expect(alone).toMatchObject({ diceAgainst: 'ann', annDice: null })
  })

  it.each([
    ['a spiking model as the ANN', { ann: 'snn' }, /is a spiking network; an ANN is needed/],
    ['an ANN as the spiking one', { snn: 'ann' }, /is an ANN; a spiking network is needed/]
  ])('are not compared with %s', async (_, models, says) => {
    const folders = Object.entries(models).map(([key, name]) => [key, folder.file(name)])
    const error = await failureOf(() =>
      run('stages', request(Object.fromEntries(folders) as Record<string, unknown>))
    )
    expect(error.message).toMatch(says)
  })
})
