import { beforeAll, describe, expect, it, test } from 'vitest'
import { existsSync, readFileSync } from 'node:fs'
import type { Triple } from '../../../src/shared/geometry'
import {
  segmentResultSchema,
  type SegmentRequest,
  type SegmentResult
} from '../../../src/shared/jobs'
import { SIDES } from '../../../src/shared/labels'
import { NotLocatedError } from '../../../src/shared/not-located'
import { boxCentre } from '../../../src/core/head/box-grid'
import { crop } from '../../../src/core/volume/crop'
import { physicalToIndex } from '../../../src/core/volume/geometry'
import { indexMap, sampleLabels } from '../../../src/core/volume/interpolate'
import { dice } from '../../../src/core/metrics/overlap'
import type { Volume } from '../../../src/core/volume/volume'
import { jobs } from '../../../src/main/engine/jobs'
import { readImage, readLabels } from '../../../src/main/imaging/read-image'
import { writeScan } from '../../../src/main/imaging/write-mask'
import { failureOf } from '../../fixtures/failure'
import { INFERENCE_DEFAULTS } from '../../fixtures/inference'
import { testContext } from '../../fixtures/job-context'
import { motion, moved, restored, rotation } from '../../fixtures/moved-head'
import { sampleHead } from '../../fixtures/sample-head'
import { temporaryFolder } from '../../fixtures/temporary-folder'
import { unlikeHead } from '../../fixtures/unlike-head'
import { sharedData } from '../../shared-data'

const folder = temporaryFolder()

function request(image: string, name: string, overrides: Partial<SegmentRequest>): SegmentRequest {
  return {
    image,
    out: folder.file(`${name}.nii.gz`),
    model: 'resources/models/snn',
    ...INFERENCE_DEFAULTS,
    threads: 1,
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

async function segment(
  image: string,
  name: string,
  overrides: Partial<SegmentRequest> = {},
  context = testContext()
): Promise<{ result: SegmentResult; mask: Volume<Uint8Array> }> {
  const order = request(image, name, overrides)
  const job = await jobs.get('segment')!()
  const result = segmentResultSchema.parse(await job.run(order, context))
  return { result, mask: await readLabels(order.out, [0, 1, 2, 3, 4, 17, 53]) }
}

async function stored(volume: Volume, name: string): Promise<string> {
  const path = folder.file(`${name}.nii.gz`)
  await writeScan(path, volume)
  return path
}

const labelsOf = ({ voxels }: Volume<Uint8Array>): number[] =>
  [...new Set(voxels)].sort((a, b) => a - b)

const isOneOf = (mask: Volume<Uint8Array>, ...labels: number[]): Uint8Array =>
  mask.voxels.map((label) => (labels.includes(label) ? 1 : 0))

/** The mask as it lies on another grid of the same space. */
function onGridOf(mask: Volume<Uint8Array>, grid: Volume): Volume<Uint8Array> {
  const { geometry } = grid
  const map = indexMap(geometry, mask.geometry)
  return {
    geometry,
    voxels: sampleLabels(mask.voxels, mask.geometry.size, geometry.size, map)
  }
}

describe('a head', () => {
  let scan: Volume
  let truth: Volume<Uint8Array>
  let path: string
  let result: SegmentResult
  let mask: Volume<Uint8Array>
  const context = testContext()

  beforeAll(async () => {
    ;({ scan, labels: truth } = await sampleHead())
    path = await stored(scan, 'head')
    ;({ result, mask } = await segment(path, 'head-mask', {}, context))
  })

  it('has both hippocampi in one mask, on its own grid', () => {
    expect(mask.geometry.size).toEqual(scan.geometry.size)
    expect(labelsOf(mask)).toEqual([0, 1, 2, 3, 4])
    const { left, right } = result.head!.volumesMm3
    expect(dice(isOneOf(mask, 1, 2), isOneOf(truth, 1, 2))).toBeGreaterThan(0.8)
    expect(dice(isOneOf(mask, 3, 4), isOneOf(truth, 3, 4))).toBeGreaterThan(0.8)
    expect(left!.whole + right!.whole).toBeCloseTo(result.volumesMm3.whole, 6)
    expect(left!.anterior + left!.posterior).toBeCloseTo(left!.whole, 6)
  })

  it('is told of step by step, with a share where one is known', () => {
    expect(context.progressed.map(({ fraction, message }) => [message, fraction])).toEqual([
      ['reading head.nii.gz', null],
      ['finding the hippocampi, a coarse copy of the head', null],
      ['finding the hippocampi, attempt 1 of at most 3', null],
      ['segmenting the left hippocampus', 0],
      ['segmenting the right hippocampus', 0.5],
      ['writing the mask', null]
    ])
  })

  it('has the left on the left', () => {
    const middle = scan.geometry.size[0] / 2
    const [nx] = scan.geometry.size
    // Stored from left to right in RAS, so small indices are to the left.
    mask.voxels.forEach((label, n) => {
      if (label > 0) expect(n % nx < middle).toBe(label <= 2)
    })
  })

  it('has a report that adds up, in the result and beside the mask', () => {
    const head = result.head!
    expect(head.fit!.correlation).toBeGreaterThan(0.65)
    expect(head.intracranialMm3! / 1_896_000).toBeCloseTo(1, 1)
    const { left, right } = head.volumesMm3
    expect(head.normalisedPermille.left).toBeCloseTo(
      (1000 * left!.whole) / head.intracranialMm3!,
      9
    )
    expect(head.asymmetryPercent).toBeCloseTo(
      (200 * (left!.whole - right!.whole)) / (left!.whole + right!.whole),
      9
    )
    const record = JSON.parse(readFileSync(folder.file('head-mask.run.json'), 'utf8')) as {
      result: SegmentResult
    }
    expect(record.result.head).toEqual(head)
  })

  it('has the same mask whichever way its voxels are stored, and turned', async () => {
    const stores: [string, Volume][] = [
      ['lia', restored(scan, [0, 2, 1], [true, true, false])],
      ['las', restored(scan, [0, 1, 2], [true, false, false])]
    ]
    for (const [name, volume] of stores) {
      const other = await segment(await stored(volume, name), `${name}-mask`)
      const back = onGridOf(other.mask, scan)
      expect(dice(isOneOf(back, 1, 2), isOneOf(mask, 1, 2))).toBeGreaterThanOrEqual(0.97)
      expect(dice(isOneOf(back, 3, 4), isOneOf(mask, 3, 4))).toBeGreaterThanOrEqual(0.97)
    }
    const by = motion(scan.geometry, rotation([1, 1, 1], 15), [12, -9, 20])
    const turned = await segment(await stored(moved(scan, by), 'turned'), 'turned-mask')
    // Voxel by voxel: the header alone has moved.
    expect(dice(isOneOf(turned.mask, 1, 2), isOneOf(mask, 1, 2))).toBeGreaterThanOrEqual(0.97)
    expect(dice(isOneOf(turned.mask, 3, 4), isOneOf(mask, 3, 4))).toBeGreaterThanOrEqual(0.97)
  })

  it('can be asked for one side, and for FreeSurfer labels', async () => {
    const right = await segment(path, 'right-mask', { side: 'right' })
    expect(labelsOf(right.mask)).toEqual([0, 3, 4])
    expect(right.result.head!.volumesMm3.left).toBeNull()
    expect(right.result.head!.asymmetryPercent).toBeNull()
    const both = await segment(path, 'freesurfer-mask', { labels: 'freesurfer' })
    expect(labelsOf(both.mask)).toEqual([0, 17, 53])
    expect(isOneOf(both.mask, 17)).toEqual(isOneOf(mask, 1, 2))
  })

  it('can be segmented in boxes that were placed by hand', async () => {
    const [left] = result.head!.boxes
    const origin = left!.grid.origin.map((value) => value + 3) as Triple
    const boxes = [{ side: 'left' as const, grid: { ...left!.grid, origin } }]
    const { result: again, mask: own } = await segment(path, 'box-mask', { boxes })
    expect(again.head).toMatchObject({ fit: null, intracranialMm3: null, boxes })
    const codes = (of: SegmentResult): string[] => of.head!.flags.map(({ code }) => code)
    expect(codes(again)).toContain('boxes')
    expect(again.warnings.join()).toMatch(/placed by hand; whether this is a T1-weighted head/)
    // Where the head was located before, that much is known of it.
    const known = await segment(path, 'known-mask', { boxes, isKnownHead: true })
    expect(codes(known.result)).toEqual(codes(again).filter((code) => code !== 'boxes'))
    expect(codes(result)).not.toContain('boxes')
    expect(dice(isOneOf(own, 1, 2), isOneOf(mask, 1, 2))).toBeGreaterThan(0.93)
    expect(isOneOf(own, 3, 4).includes(1)).toBe(false)
  })

  it('can be segmented around voxels in the middles of the hippocampi', async () => {
    const boxes = SIDES.map((side) => {
      const { grid } = result.head!.boxes.find((box) => box.side === side)!
      const voxel = physicalToIndex(scan.geometry, boxCentre(grid)).map(Math.round) as Triple
      return { side, voxel }
    })
    const { result: again, mask: own } = await segment(path, 'voxel-mask', { boxes })
    expect(again.head!.boxes.map(({ grid }) => grid.size)).toEqual([
      [52, 68, 52],
      [52, 68, 52]
    ])
    expect(dice(isOneOf(own, 1, 2), isOneOf(mask, 1, 2))).toBeGreaterThan(0.93)
    expect(dice(isOneOf(own, 3, 4), isOneOf(mask, 3, 4))).toBeGreaterThan(0.93)
  })

  it('leaves nothing where boxes are of the wrong sides, or both of one', async () => {
    const [left, right] = result.head!.boxes.map(({ grid }) => grid)
    const beside = left!.origin.map((mm, axis) => mm - (axis === 0 ? 6 : 0)) as Triple
    for (const [name, grids, message] of [
      ['swapped', [right!, left!], /left box lies to the patient's right/],
      ['twice', [left!, { ...left!, origin: beside }], /led to the same hippocampus/]
    ] as const) {
      const boxes = SIDES.map((side, n) => ({ side, grid: grids[n]! }))
      const failure = await failureOf(() => segment(path, `${name}-mask`, { boxes }))
      expect(failure.kind).toBe('input')
      expect(failure.message).toMatch(message)
      expect(existsSync(folder.file(`${name}-mask.nii.gz`))).toBe(false)
    }
  })

  it('says where its hippocampi may lie, where it is refused for its contrast', async () => {
    const other = await stored(unlikeHead({ scan, labels: truth }), 'unlike')
    const failure = await failureOf(() => segment(other, 'unlike-mask'))
    if (!(failure instanceof NotLocatedError)) throw failure
    expect(failure.message).toMatch(/cannot be located.*--box left=i,j,k.*--roi i0,j0,k0/)
    const { guess } = failure
    expect(guess.map(({ side }) => side)).toEqual(['left', 'right'])
    for (const { side, grid } of guess) {
      const truly = result.head!.boxes.find((box) => box.side === side)!.grid
      const off = boxCentre(grid).map((mm, axis) => mm - boxCentre(truly)[axis]!)
      expect(Math.hypot(...off)).toBeLessThan(10)
    }
  })

  it('can be asked how repeatable its volumes are', async () => {
    const { result: told } = await segment(path, 'repeated-mask', {
      side: 'left',
      repeatability: true
    })
    const { left, right } = told.head!.repeatabilityMm3!
    expect(right).toBeNull()
    // Moved windows give other volumes, but not by much.
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(0.1 * told.head!.volumesMm3.left!.whole)
    expect(told.head!.volumesMm3.left).toEqual(result.head!.volumesMm3.left)
  })

  it('is flagged where it is blurred, and not where it is sharp', async () => {
    const codes = (found: SegmentResult): string[] => found.head!.flags.map(({ code }) => code)
    expect(codes(result)).not.toContain('blur')
    const blurred = await segment(await stored(shaken(scan), 'shaken'), 'shaken-mask')
    expect(codes(blurred.result)).toContain('blur')
  })

  it('is flagged where the field of view cuts a hippocampus off', async () => {
    const [nx, ny, nz] = scan.geometry.size
    const layers = truth.voxels.reduce(
      (sum, label, n) => sum + (label > 0 ? Math.floor(n / (nx * ny)) : 0),
      0
    )
    const count = truth.voxels.reduce((sum, label) => sum + (label > 0 ? 1 : 0), 0)
    const start = Math.round(layers / count)
    const cut = crop(scan, { start: [0, 0, start], end: [nx, ny, nz] })
    const { flags } = (await segment(await stored(cut, 'cut'), 'cut-mask')).result.head!
    for (const side of ['left', 'right'] as const) {
      expect(flags.filter((flag) => flag.code === 'edge' && flag.side === side)).not.toEqual([])
    }
  })

  it('leaves nothing where its header stands it on its head', async () => {
    const by = motion(scan.geometry, rotation([0, 1, 0], 180), [0, 0, 0])
    const upset = await stored(moved(scan, by), 'upset')
    const failure = await failureOf(() => segment(upset, 'upset-mask'))
    expect(failure.kind).toBe('input')
    expect(failure.message).toMatch(/upset\.nii\.gz: .*(cannot be located|cannot be trusted)/)
  })
})

/** The mean of copies that are moved to and fro by up to two voxels along all three axes. */
function shaken({ geometry, voxels }: Volume): Volume {
  const [nx, ny] = geometry.size
  const diagonal = 1 + nx + nx * ny
  const steps = [-2, -1, 0, 1, 2]
  const at = (n: number): number => Math.min(Math.max(n, 0), voxels.length - 1)
  return {
    geometry,
    voxels: voxels.map((_, n) => {
      return steps.reduce((sum, step) => sum + voxels[at(n + step * diagonal)]!, 0) / steps.length
    })
  }
}

/** Another method's masks of real heads, or an atlas. */
describe('masks of real heads', () => {
  const heads = sharedData('data/head')

  test.skipIf(heads === null).each(['t1_head_lia', 'icbm152_t1'])(
    '%s: agree with hippodeep',
    async (name) => {
      const { mask } = await segment(`${heads!}/${name}.nii.gz`, name)
      for (const [letter, labels] of [
        ['L', [1, 2]],
        ['R', [3, 4]]
      ] as const) {
        const { volume } = await readImage(`${heads!}/reference/${name}_mask_${letter}.nii.gz`)
        const reference = Uint8Array.from(volume.voxels, (value) => (value > 127 ? 1 : 0))
        expect(dice(isOneOf(mask, ...labels), reference)).toBeGreaterThanOrEqual(0.85)
      }
    }
  )

  test.skipIf(heads === null)('colin27_t1: lie within 3 mm of the atlas', async () => {
    const { mask } = await segment(`${heads!}/colin27_t1.nii.gz`, 'colin')
    const { volume: atlas } = await readImage(`${heads!}/colin27_aal_hippocampus.nii.gz`)
    for (const [label, labels] of [
      [1, [1, 2]],
      [2, [3, 4]]
    ] as const) {
      const near = grown(atlas, label, 3)
      const own = isOneOf(mask, ...labels)
      const voxels = own.reduce((sum, value) => sum + value, 0)
      const close = own.reduce((sum, value, n) => sum + (value & near[n]!), 0)
      expect(close / voxels).toBeGreaterThanOrEqual(0.95)
      const other = own.filter((value, n) => value === 1 && atlas.voxels[n] === 3 - label)
      expect(other.length).toBe(0)
    }
  })
})

/** The voxels within so many voxels of a label. */
function grown({ geometry, voxels }: Volume, label: number, radius: number): Uint8Array {
  const [nx, ny] = geometry.size
  const out = new Uint8Array(voxels.length)
  voxels.forEach((value, n) => {
    if (value !== label) return
    for (let k = -radius; k <= radius; k++) {
      for (let j = -radius; j <= radius; j++) {
        for (let i = -radius; i <= radius; i++) {
          if (i * i + j * j + k * k <= radius * radius) out[n + i + nx * (j + ny * k)] = 1
        }
      }
    }
  })
  return out
}
