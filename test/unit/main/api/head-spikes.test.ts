import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Geometry, Triple } from '../../../../src/shared/geometry'
import type { Side } from '../../../../src/shared/labels'
import { diceOverTimeSchema, spikeInfoSchema } from '../../../../src/shared/api/spikes'
import { apiFailureSchema } from '../../../../src/shared/api/failure'
import { cropGeometry, type Roi } from '../../../../src/core/volume/crop'
import { voxelCount } from '../../../../src/core/volume/geometry'
import { toCanonical } from '../../../../src/core/volume/resample'
import { failureResponse } from '../../../../src/main/api/http'
import { ImageCache } from '../../../../src/main/api/image-cache'
import { spikeRoutes } from '../../../../src/main/api/spikes'
import { writeMask, writeScan } from '../../../../src/main/imaging/write-mask'
import { makeFolder } from '../../../../src/main/workspace/atomic-write'
import { resultFiles } from '../../../../src/main/workspace/layout'
import { readResult, writeResultRecord } from '../../../../src/main/workspace/result-record'
import { WorkspaceSession } from '../../../../src/main/workspace/session'
import { writeSpikeStore, type SpikeRecording } from '../../../../src/main/workspace/spike-store'
import { UserConfig } from '../../../../src/main/workspace/user-config'
import { rawNifti } from '../../../fixtures/nifti-read'
import { FINE, handLayer, handRecording } from '../../../fixtures/spike-recording'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const root = folder.file('study')
const base = 'head/results/snn/spikes'
const SIZE: Triple = [12, 3, 2]
/** Axes to the right, front and top, so that the network's grids are boxes of the image as it is stored. */
const GEOMETRY: Geometry = {
  size: SIZE,
  spacing: [1, 1, 1],
  origin: [6, 1, -1],
  direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1]
}
const BOXES: Record<Side, Roi> = {
  left: { start: [0, 0, 0], end: [5, 2, 2] },
  right: { start: [6, 1, 0], end: [11, 3, 2] }
}
const BOX: Triple = [5, 2, 2]

/** Voxels of a box along its first row, and their labels. */
type Labelled = [x: number, label: 1 | 2][]

/** An inference on a side's box, whose mask after each timestep is known. */
function inference(side: Side, steps: Labelled[]): SpikeRecording {
  const source = cropGeometry(GEOMETRY, BOXES[side])
  const { mapping } = toCanonical(
    { geometry: source, voxels: new Float32Array(voxelCount(BOX)) },
    [1, 1, 1]
  )
  const paddedSize: Triple = [8, 4, 4]
  const at: Triple = side === 'left' ? [1, 0, 0] : [2, 0, 0]
  const spikes = [{ t: 0, at, channel: 0 }]
  return handRecording({
    timesteps: steps.length,
    layers: [handLayer({ ...FINE, size: paddedSize, spikes }, steps.length)],
    steps: steps.map((labelled, t) => {
      const values = new Float32Array(3 * voxelCount(BOX))
      // Each timestep outweighs those before.
      for (let n = 0; n < values.length; n += 3) values[n] = 10 ** t
      for (const [x, label] of labelled) values[3 * x + label] = 2 * 10 ** t
      return values
    }),
    imageSize: SIZE,
    roi: BOXES[side],
    mapping,
    paddedSize,
    paddedOffset: [0, 0, 0],
    paddedInput: new Float32Array(voxelCount(paddedSize))
  })
}

/** A piece that is off the body of the mask, as those that a head's mask is cleaned of. */
const LEFT: Labelled[] = [
  [
    [0, 1],
    [1, 1],
    [4, 2]
  ],
  [
    [0, 1],
    [1, 1],
    [2, 2]
  ]
]
const RIGHT: Labelled[] = [
  [[3, 2]],
  [[3, 1]],
  [
    [3, 1],
    [4, 2]
  ]
]

function image(labelled: [place: Triple, label: number][]): number[] {
  const values = new Array<number>(voxelCount(SIZE)).fill(0)
  for (const [[x, y, z], label] of labelled) values[x + SIZE[0] * (y + SIZE[1] * z)] = label
  return values
}
const FIRST = image([
  [[0, 0, 0], 1],
  [[1, 0, 0], 1],
  [[9, 1, 0], 4]
])
const LAST = image([
  [[0, 0, 0], 1],
  [[1, 0, 0], 1],
  [[2, 0, 0], 2],
  [[9, 1, 0], 3],
  [[10, 1, 0], 4]
])

let app: Hono

async function addResult(id: string, kind: 'model' | 'truth'): Promise<string> {
  const files = resultFiles(root, 'head', id)
  await makeFolder(files.folder)
  await writeResultRecord(root, 'head', id, {
    name: id,
    kind,
    model: 'tiny',
    stage: 'fine-tuned',
    timesteps: 3,
    createdAt: '2026-01-01T00:00:00.000Z',
    volumesMm3: { anterior: 0, posterior: 0, whole: 0 },
    head: null,
    confidence: null,
    cost: null,
    warnings: [],
    versions: [
      { version: 1, savedAt: '2026-01-01T00:00:00.000Z', by: 'x', how: 'x', changedVoxels: null }
    ],
    approved: null
  })
  return files.spikes
}

const get = async (path: string): Promise<Response> => app.request(`/api/cases/${path}`)
const bytes = async (path: string): Promise<Uint8Array> => {
  const response = await get(path)
  expect(response.status, path).toBe(200)
  return new Uint8Array(await response.arrayBuffer())
}

beforeAll(async () => {
  mkdirSync(root)
  const session = new WorkspaceSession(new UserConfig(folder.file('config')))
  await session.open(root, true)
  app = new Hono()
  const images = new ImageCache()
  app.route('/api', spikeRoutes({ session, resources: folder.file('resources'), images }))
  app.onError(failureResponse)
  const voxels = Float32Array.from({ length: voxelCount(SIZE) }, (_, n) => n)
  await makeFolder(join(root, 'sub-head', 'anat'))
  await writeScan(join(root, 'sub-head', 'anat', 'sub-head_T1w.nii.gz'), {
    geometry: GEOMETRY,
    voxels
  })
  const spikes = await addResult('snn', 'model')
  await writeSpikeStore(join(spikes, 'left'), inference('left', LEFT))
  await writeSpikeStore(join(spikes, 'right'), inference('right', RIGHT))
  await writeSpikeStore(join(await addResult('half', 'model'), 'right'), inference('right', RIGHT))
})

describe('the spikes of a head', () => {
  it('are known to be there, of both sides or of one', async () => {
    expect((await readResult(root, 'head', 'snn')).hasSpikes).toBe(true)
    expect((await readResult(root, 'head', 'half')).hasSpikes).toBe(true)
    await addResult('none', 'model')
    expect((await readResult(root, 'head', 'none')).hasSpikes).toBe(false)
  })

  it('are told of with their boxes, the left first', async () => {
    const info = spikeInfoSchema.parse(await (await get(base)).json())
    expect([info.side, info.timesteps]).toEqual(['left', 2])
    expect(info.boxes).toEqual([
      { side: 'left', ...BOXES.left },
      { side: 'right', ...BOXES.right }
    ])
    expect(info.extent).toEqual({ start: [0, 0, 0], end: [11, 3, 2] })
    const right = spikeInfoSchema.parse(await (await get(`${base}?side=right`)).json())
    expect([right.side, right.timesteps]).toEqual(['right', 3])
    expect(right.grid.origin).not.toEqual(info.grid.origin)
    const half = spikeInfoSchema.parse(await (await get('head/results/half/spikes')).json())
    expect([half.side, half.boxes.length]).toEqual(['right', 1])
  })

  it('make one mask with the labels of the result, cleaned of stray pieces', async () => {
    expect([...(await bytes(`${base}/mask?t=1`))]).toEqual(FIRST)
    expect([...(await bytes(`${base}/mask?t=3`))]).toEqual(LAST)
  })

  it('leave a side that has ended as it was', async () => {
    const second = await bytes(`${base}/mask?t=2`)
    expect([...second.subarray(0, 12)]).toEqual([...LAST.slice(0, 12)])
    expect([...second].filter((label) => label === 4)).toEqual([])
  })

  it('are had on the boxes alone', async () => {
    const part = await bytes(`${base}/mask?t=3&part=box`)
    const expected = LAST.filter((_, n) => n % SIZE[0] < 11)
    expect([...part]).toEqual(expected)
    expect((await bytes(`${base}/stable?part=box`)).length).toBe(11 * 3 * 2)
  })

  it('settle on both sides', async () => {
    const stable = await bytes(`${base}/stable`)
    expect([...stable]).toEqual(
      image([
        [[0, 0, 0], 1],
        [[1, 0, 0], 1],
        [[2, 0, 0], 2],
        [[9, 1, 0], 2],
        [[10, 1, 0], 3]
      ])
    )
  })

  it('are compared side by side with the truth, outside the boxes as well', async () => {
    await addResult('truth', 'truth')
    const truth = image([
      [[0, 0, 0], 1],
      [[1, 0, 0], 2],
      [[2, 2, 0], 2]
    ])
    await writeMask(
      resultFiles(root, 'head', 'truth').mask,
      { geometry: GEOMETRY, voxels: Uint8Array.from(truth) },
      { format: 'other' }
    )
    const dice = async (side: Side) =>
      diceOverTimeSchema.parse(await (await get(`${base}/dice?side=${side}`)).json())
    expect(await dice('left')).toEqual([
      { t: 1, toFinal: 0.8, toTruth: 4 / 5, changedVoxels: 2 },
      { t: 2, toFinal: 1, toTruth: 4 / 6, changedVoxels: 1 }
    ])
    // An expert who drew the left alone says nothing of the right.
    expect((await dice('right')).map(({ toTruth }) => toTruth)).toEqual([null, null, null])
  })

  it('are those of the side that is asked for', async () => {
    const heat = async (side: Side): Promise<number> =>
      (await bytes(`${base}/heat?side=${side}&layer=enc0.conv1&t=1`)).indexOf(1)
    expect([await heat('left'), await heat('right')]).toEqual([2, 4])
    expect((await bytes(`${base}/raster?side=right&layer=enc0.conv1`)).length).toBe(12)
  })

  it('are exported under the name of their side, the masks together', async () => {
    const nameOf = (response: Response): string => response.headers.get('content-disposition') ?? ''
    const table = await get(`${base}/export.csv?side=right`)
    expect(nameOf(table)).toContain('"sub-head_hemi-R_seg-snn_rates.csv"')
    expect((await table.text()).trim().split('\n').length).toBe(1 + 3)
    const maps = await get(`${base}/export.nii.gz?side=left&layer=enc0.conv1`)
    expect(nameOf(maps)).toContain('"sub-head_hemi-L_seg-snn_enc0.conv1_spikes.nii.gz"')
    const masks = await get(`${base}/masks.nii.gz`)
    expect(nameOf(masks)).toContain('"sub-head_seg-snn_desc-timesteps_dseg.nii.gz"')
    const path = folder.write('masks.nii.gz', new Uint8Array(await masks.arrayBuffer()))
    const { header, voxels } = rawNifti(path)
    expect(header.dim.slice(0, 5)).toEqual([4, ...SIZE, 3])
    expect(voxels.slice(0, 72)).toEqual(FIRST)
    expect(voxels.slice(-72)).toEqual(LAST)
  })

  it.each([
    ['snn', 'dice', /two hippocampi: say which by side=left or side=right/],
    ['snn', 'heat?layer=enc0.conv1&t=1', /two hippocampi/],
    ['snn', 'heat?layer=enc0.conv1&t=3&side=left', /timestep 3 was not run; there are 1 to 2/],
    ['snn', 'mask?t=4', /timestep 4 was not run; there are 1 to 3/],
    ['snn', 'mask?t=1&part=half', /query does not fit: part/],
    ['snn', 'dice?side=middle', /query does not fit: side/],
    ['half', 'dice?side=left', /no left hippocampus, only the right one/],
    [
      'snn',
      'neurons?side=left&layer=enc0.conv1&x=9&y=1&z=0',
      /9, 1, 0 lies outside the box around the left hippocampus/
    ]
  ])('of %s refuse %s', async (result, query, message) => {
    const response = await get(`head/results/${result}/spikes/${query}`)
    expect(apiFailureSchema.parse(await response.json()).error.message).toMatch(message)
    expect(response.status).toBe(400)
  })
})
