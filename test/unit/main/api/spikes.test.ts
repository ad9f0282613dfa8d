import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Geometry, Triple } from '../../../../src/shared/geometry'
import {
  diceOverTimeSchema,
  neuronTraceSchema,
  spikeInfoSchema
} from '../../../../src/shared/api/spikes'
import { apiFailureSchema } from '../../../../src/shared/api/failure'
import type { NetworkInput } from '../../../../src/core/snn/prediction'
import { softmaxChannels } from '../../../../src/core/snn/softmax'
import { labelsFromScores, toCanonical } from '../../../../src/core/volume/resample'
import { failureResponse } from '../../../../src/main/api/http'
import { ImageCache } from '../../../../src/main/api/image-cache'
import { spikeRoutes } from '../../../../src/main/api/spikes'
import { createEventPredictor } from '../../../../src/main/engine/inference/event'
import type { Inference } from '../../../../src/main/engine/inference/predictor'
import { keepSpikes } from '../../../../src/main/engine/spike-recording'
import { writeMask, writeScan } from '../../../../src/main/imaging/write-mask'
import { makeFolder, OutputSet } from '../../../../src/main/workspace/atomic-write'
import { resultFiles, workspaceModels } from '../../../../src/main/workspace/layout'
import { writeModel } from '../../../../src/main/workspace/model-folder'
import { writeResultRecord, type ResultRecord } from '../../../../src/main/workspace/result-record'
import { WorkspaceSession } from '../../../../src/main/workspace/session'
import { writeSpikeStore } from '../../../../src/main/workspace/spike-store'
import { UserConfig } from '../../../../src/main/workspace/user-config'
import { waves } from '../../../fixtures/cpu-backend'
import { randomNet } from '../../../fixtures/event-network'
import { INFERENCE_DEFAULTS } from '../../../fixtures/inference'
import { rawNifti } from '../../../fixtures/nifti-read'
import { handRecording, imageOffset } from '../../../fixtures/spike-recording'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const root = folder.file('study')
const { model } = randomNet([16, 32], 'ternary-memory')
const SIZE: Triple = [6, 5, 4]
/** Turned and stretched, so that the network's grid is not the image's. */
const GEOMETRY: Geometry = {
  size: SIZE,
  spacing: [1.2, 1.2, 1.2],
  origin: [10, -20, 30],
  direction: [0.995, -0.0998, 0, 0.0998, 0.995, 0, 0, 0, 1]
}
let app: Hono
let run: Inference
let finalMask: Uint8Array

function record(overrides: Partial<ResultRecord>): ResultRecord {
  return {
    name: 'Tiny network, T=4',
    kind: 'model',
    model: 'tiny',
    stage: 'fine-tuned',
    timesteps: 4,
    createdAt: '2026-01-01T00:00:00.000Z',
    volumesMm3: { anterior: 0, posterior: 0, whole: 0 },
    head: null,
    confidence: null,
    cost: null,
    warnings: [],
    versions: [
      { version: 1, savedAt: '2026-01-01T00:00:00.000Z', by: 'x', how: 'x', changedVoxels: null }
    ],
    approved: null,
    ...overrides
  }
}

async function addResult(
  caseId: string,
  id: string,
  overrides: Partial<ResultRecord> = {}
): Promise<string> {
  const files = resultFiles(root, caseId, id)
  await makeFolder(files.folder)
  await writeResultRecord(root, caseId, id, record(overrides))
  return files.spikes
}

const get = async (path: string): Promise<Response> => app.request(`/api/cases/${path}`)
const bytes = async (path: string): Promise<Uint8Array> => {
  const response = await get(path)
  expect(response.status, path).toBe(200)
  return new Uint8Array(await response.arrayBuffer())
}
async function failure(path: string): Promise<{ status: number; message: string }> {
  const response = await get(path)
  const { error } = apiFailureSchema.parse(await response.json())
  return { status: response.status, message: error.message }
}

/** Moves the output's biases so that the random network labels this image with more than one class. */
async function balanceClasses(input: NetworkInput): Promise<void> {
  const predictor = createEventPredictor(model, { ...INFERENCE_DEFAULTS, threads: 1 })
  const { logits } = await predictor.infer(input)
  const bias = model.weights.get('output.bias')!.values
  const voxels = logits.length / 3
  logits.forEach((value, n) => (bias[n % 3]! -= value / voxels))
  await predictor.dispose()
}

beforeAll(async () => {
  mkdirSync(root)
  const session = new WorkspaceSession(new UserConfig(folder.file('config')))
  await session.open(root, true)
  app = new Hono()
  const images = new ImageCache()
  app.route('/api', spikeRoutes({ session, resources: folder.file('resources'), images }))
  app.onError(failureResponse)

  await writeSpikeStore(await addResult('hand', 'snn'), handRecording())
  const image = { geometry: GEOMETRY, voxels: waves(120, 5, 1.5) }
  await makeFolder(join(root, 'sub-real', 'anat'))
  await writeScan(join(root, 'sub-real', 'anat', 'sub-real_T1w.nii.gz'), image)
  const { volume, mapping } = toCanonical(image, [1, 1, 1])
  const input = { size: volume.geometry.size, image: volume.voxels }
  await balanceClasses(input)
  const weights = [...model.weights].map(([name, { shape, values }]) => ({ name, shape, values }))
  const written = await writeModel(
    join(workspaceModels(root), 'tiny'),
    model.manifest,
    weights,
    'A card.'
  )
  model.manifest.weightsSha256 = written.weightsSha256

  const predictor = createEventPredictor(model, { ...INFERENCE_DEFAULTS, threads: 1 })
  run = await predictor.infer(input, { recordSpikes: true })
  const source = { model, predictor, input, mapping, roi: null, imageSize: SIZE }
  const writing = { force: true, outputs: new OutputSet() }
  expect(await keepSpikes(await addResult('real', 'snn'), run, source, writing)).toEqual([])
  finalMask = labelsFromScores(softmaxChannels(run.logits, 3), 3, mapping).voxels
  const dense = { ...run, record: null }
  const warnings = await keepSpikes(folder.file('unused'), dense, source, writing)
  expect(warnings[0]).toMatch(/spikes were not kept.*event runtime/)
  await predictor.dispose()
})

describe('the spikes that were set by hand', () => {
  const base = 'hand/results/snn/spikes'

  it('have rates by layer and timestep', async () => {
    const info = spikeInfoSchema.parse(await (await get(base)).json())
    expect(info.timesteps).toBe(2)
    expect(info.mode).toBe('ternary')
    expect(info.grid.size).toEqual([2, 2, 2])
    expect(info.layers).toEqual([
      {
        name: 'enc0.conv1',
        level: 0,
        channels: 8,
        neurons: 512,
        rates: [3 / 512, 2 / 512],
        peak: 2
      },
      {
        name: 'enc1.conv1',
        level: 1,
        channels: 16,
        neurons: 128,
        rates: [1 / 128, 3 / 128],
        peak: 3
      }
    ])
  })

  it('are shown as pairs on the input grid', async () => {
    const heat = await bytes(`${base}/heat?layer=enc0.conv1&t=1`)
    expect([...heat]).toEqual([2, 0, 0, 1, ...new Array<number>(12).fill(0)])
    const later = await bytes(`${base}/heat?layer=enc1.conv1&t=2`)
    expect([...later]).toEqual([0, 0, 3, 0, ...new Array<number>(12).fill(0)])
  })

  it('make a mask on the image, which settles', async () => {
    const first = await bytes(`${base}/mask?t=1`)
    expect(first.length).toBe(24)
    expect(first[imageOffset([0, 0, 0])]).toBe(1)
    expect(first[imageOffset([1, 0, 0])]).toBe(2)
    expect((await bytes(`${base}/mask?t=2`))[imageOffset([1, 0, 0])]).toBe(0)
    const stable = await bytes(`${base}/stable`)
    expect(stable[imageOffset([0, 0, 0])]).toBe(1)
    expect(stable[imageOffset([1, 1, 1])]).toBe(2)
    expect(stable.filter((t) => t !== 0).length).toBe(3)
  })

  it('are drawn as a raster', async () => {
    const all = await bytes(`${base}/raster?layer=enc1.conv1&limit=256`)
    const points = new Uint32Array(all.buffer)
    expect(points.length).toBe(3 * 4)
    expect([...points].filter((_, n) => n % 3 === 0).sort()).toEqual([1, 2, 2, 2])
    expect((await bytes(`${base}/raster?layer=enc1.conv1`)).length).toBe(all.length)
  })

  it('are compared over time, with no truth', async () => {
    const dice = diceOverTimeSchema.parse(await (await get(`${base}/dice`)).json())
    expect(dice).toEqual([
      { t: 1, toFinal: 0.5, toTruth: null, changedVoxels: 2 },
      { t: 2, toFinal: 1, toTruth: null, changedVoxels: 2 }
    ])
  })

  it('are exported as a table and as 4-D NIfTI', async () => {
    const table = await get(`${base}/export.csv`)
    expect(table.headers.get('content-disposition')).toContain('sub-hand_seg-snn_rates.csv')
    const rows = (await table.text()).trim().split('\n')
    expect(rows[0]).toMatch(
      /^layer,level,channels,neurons,timestep,positive_spikes,negative_spikes/
    )
    expect(rows[1]).toBe(`enc0.conv1,0,8,512,1,2,1,${String(3 / 512)}`)
    expect(rows.length).toBe(5)
    const path = folder.file('heat.nii.gz')
    writeFileSync(path, await bytes(`${base}/export.nii.gz?layer=enc0.conv1`))
    const { header, voxels } = rawNifti(path)
    expect(header.dim.slice(0, 5)).toEqual([4, 2, 2, 2, 2])
    expect(voxels).toEqual([2, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0])
  })

  it.each([
    ['heat?layer=enc0.conv1&t=3', 400, /timestep 3 was not run; there are 1 to 2/],
    ['heat?layer=enc0.conv1&t=1&side=left', 400, /crop around one hippocampus: leave side out/],
    ['heat?layer=enc0.conv1&t=0', 400, /timestep 0 was not run/],
    ['heat?layer=enc0.conv1&t=one', 400, /query does not fit: t/],
    ['heat?layer=output&t=1', 400, /no spiking layer is called output; there are enc0\.conv1/],
    ['mask', 400, /query does not fit: t/],
    ['raster?layer=enc0.conv1&limit=99999999', 400, /limit/],
    ['neurons?layer=enc0.conv1&x=0&y=0&z=0', 400, /0, 0, 0 lies outside the region/],
    ['neurons?layer=enc0.conv1&x=9&y=1&z=1', 400, /9, 1, 1 lies outside the region/],
    // The same name, other weights.
    ['neurons?layer=enc0.conv1&x=1&y=1&z=0', 422, /model tiny has changed.*segment the case again/]
  ])('refuse %s', async (query, status, message) => {
    const told = await failure(`${base}/${query}`)
    expect(told.message).toMatch(message)
    expect(told.status).toBe(status)
  })
})

describe('the spikes of a network that was run', () => {
  const base = 'real/results/snn/spikes'

  it('end in the mask that the segmentation has', async () => {
    expect(await bytes(`${base}/mask?t=4`)).toEqual(finalMask)
    expect(new Set(finalMask).size).toBeGreaterThan(1)
  })

  it('are exported as the masks over time, on the grid of the image', async () => {
    const answer = await get(`${base}/masks.nii.gz`)
    expect(answer.headers.get('content-disposition')).toContain(
      'sub-real_seg-snn_desc-timesteps_dseg.nii.gz'
    )
    const path = folder.write('masks.nii.gz', new Uint8Array(await answer.arrayBuffer()))
    const { header, voxels } = rawNifti(path)
    expect(header.dim.slice(0, 5)).toEqual([4, ...SIZE, 4])
    expect(header.datatype).toBe(2)
    const scan = rawNifti(join(root, 'sub-real', 'anat', 'sub-real_T1w.nii.gz')).header
    expect(header.srow).toEqual(scan.srow)
    const steps = await Promise.all([1, 2, 3, 4].map((t) => bytes(`${base}/mask?t=${t}`)))
    expect(voxels).toEqual(steps.flatMap((step) => [...step]))
    expect(voxels.slice(-120)).toEqual([...finalMask])
  })

  it('are as many as the run counted', async () => {
    const info = spikeInfoSchema.parse(await (await get(base)).json())
    for (const { name, neurons, rates } of info.layers) {
      const counted = run.activity!.find(({ layer }) => layer === name)!
      const sum = rates.reduce((total, rate) => total + rate * neurons, 0)
      expect(sum).toBeCloseTo(counted.spikes, 6)
    }
  })

  it('come where the potential reaches the threshold', async () => {
    let fired = 0
    for (const layer of ['enc0.conv2', 'enc1.conv1', 'dec0.conv2']) {
      const response = await get(`${base}/neurons?layer=${layer}&x=2&y=2&z=1`)
      const trace = neuronTraceSchema.parse(await response.json())
      trace.potentials.forEach((potentials, channel) => {
        potentials.forEach((potential, t) => {
          const spike = trace.spikes[channel]![t]!
          if (Math.abs(potential - 1) > 1e-5) expect(spike === 1).toBe(potential >= 1)
          if (spike === -1) expect(potential).toBeLessThan(0)
          fired += Math.abs(spike)
        })
      })
    }
    expect(fired).toBeGreaterThan(10)
  })

  it('are compared with the truth where there is one', async () => {
    await addResult('real', 'truth', { kind: 'truth', name: 'Ground truth', model: null })
    const { mask } = resultFiles(root, 'real', 'truth')
    const header = { format: 'other' } as const
    await writeMask(mask, { geometry: GEOMETRY, voxels: finalMask }, header)
    const dice = diceOverTimeSchema.parse(await (await get(`${base}/dice`)).json())
    expect(dice.map(({ toTruth }) => toTruth)).toEqual(dice.map(({ toFinal }) => toFinal))
    expect(dice.at(-1)!.toFinal).toBe(1)
  })

  it('follow a folder that is written anew', async () => {
    const files = resultFiles(root, 'real', 'again')
    await writeSpikeStore(await addResult('real', 'again'), handRecording())
    const rates = async (): Promise<number> =>
      spikeInfoSchema.parse(await (await get('real/results/again/spikes')).json()).timesteps
    expect(await rates()).toBe(2)
    const { steps, layers } = handRecording()
    const once = layers.map((layer) => ({
      ...layer,
      positive: layer.positive.slice(0, layer.positive.length / 2),
      negative: layer.negative && layer.negative.slice(0, layer.negative.length / 2)
    }))
    await writeSpikeStore(files.spikes, handRecording({ steps: steps.slice(0, 1), layers: once }))
    expect(await rates()).toBe(1)
  })
})

describe('where there are no spikes', () => {
  it.each<[string, Partial<ResultRecord>, RegExp]>([
    ['ann', { stage: 'ann', name: 'U-Net' }, /U-Net .*\(ANN\), which does not spike/],
    ['manual', { kind: 'manual', name: 'By hand' }, /By hand was not made by a network/],
    ['dense', { name: 'Dense' }, /spikes of Dense were not kept; .* event runtime/]
  ])('says why: %s', async (id, overrides, message) => {
    await addResult('none', id, overrides)
    const told = await failure(`none/results/${id}/spikes`)
    expect(told.message).toMatch(message)
    expect(told.status).toBe(404)
  })

  it('knows no result that is not there', async () => {
    expect((await failure('none/results/else/spikes')).status).toBe(404)
    expect((await failure('..%2f..%2fetc/results/x/spikes')).status).toBe(404)
  })
})
