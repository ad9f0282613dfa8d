import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { volumesMm3 } from '../../../src/core/metrics/volumes'
import { crop, uncrop, type Roi } from '../../../src/core/volume/crop'
import { indexToPhysical } from '../../../src/core/volume/geometry'
import { axisCodes } from '../../../src/core/volume/orientation'
import { labelsFromScores, labelsToCanonical, toCanonical } from '../../../src/core/volume/resample'
import type { Volume } from '../../../src/core/volume/volume'
import { openDataset } from '../../../src/main/imaging/dataset'
import { readImage, readLabels } from '../../../src/main/imaging/read-image'
import { writeMask } from '../../../src/main/imaging/write-mask'
import { failureOf } from '../../fixtures/failure'
import { temporaryFolder } from '../../fixtures/temporary-folder'
import { SAMPLE_DIR, sharedData } from '../../shared-data'

const folder = temporaryFolder()

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

/** RAS coordinates of the centre of mass of one label. */
function centroid({ geometry, voxels }: Volume<Uint8Array>, label: number): number[] {
  const total = [0, 0, 0]
  let count = 0
  const [nx, ny] = geometry.size
  for (let n = voxels.indexOf(label); n >= 0; n = voxels.indexOf(label, n + 1)) {
    count++
    const place = indexToPhysical(geometry, [
      n % nx,
      Math.floor(n / nx) % ny,
      Math.floor(n / nx / ny)
    ])
    place.forEach((value, axis) => (total[axis]! += value))
  }
  return total.map((value, axis) => ((axis < 2 ? -1 : 1) * value) / count)
}

const roiOf = (start: Roi['start'], end: Roi['end']): Roi => ({ start, end })

/** Masks of an independent method: a box around each, its voxels above 127 and where nibabel finds their centre (RAS). */
const HIPPOCAMPI: [string, Roi, number, number[]][] = [
  [
    'icbm152_t1_mask_L',
    roiOf([48, 88, 50], [95, 149, 112]),
    11126,
    [-24.56147708, -22.87729369, -13.97998663]
  ],
  [
    'icbm152_t1_mask_R',
    roiOf([112, 90, 52], [160, 149, 112]),
    11229,
    [26.09038804, -21.44707602, -14.25532019]
  ],
  [
    't1_head_lia_mask_L',
    roiOf([130, 126, 86], [170, 167, 134]),
    3685,
    [-24.41112771, -22.4276365, -12.91050631]
  ],
  [
    't1_head_lia_mask_R',
    roiOf([87, 125, 86], [125, 166, 135]),
    3788,
    [24.25997735, -21.97842704, -12.42787122]
  ]
]

function expectNear(found: number[], expected: number[], tolerance: number): void {
  found.forEach((value, n) => {
    expect(Math.abs(value - expected[n]!)).toBeLessThan(tolerance)
  })
}

describe('the sample cases', () => {
  test('form a dataset', async () => {
    const { cases } = await openDataset(SAMPLE_DIR)
    expect(cases.map(({ id, split }) => [id, split])).toEqual([
      ['hippocampus_023', 'validation'],
      ['hippocampus_033', 'validation']
    ])
  })

  // Numbers of nibabel and numpy.
  test.each([
    [
      'hippocampus_023',
      [35, 51, 35],
      737.960516972414,
      [17.632723112, 36.537757437, 12.205949657],
      [15.044505495, 18.036813187, 19.223076923],
      { anterior: 1748, posterior: 1820, whole: 3568 }
    ],
    [
      'hippocampus_033',
      [33, 48, 38],
      68.46693912812334,
      [16.274393531, 34.181671159, 11.674932615],
      [11.989158163, 16.020408163, 20.80994898],
      { anterior: 1855, posterior: 1568, whole: 3423 }
    ]
  ])('%s is read as nibabel reads it', async (id, size, mean, anterior, posterior, volumes) => {
    const { volume, warnings } = await readImage(join(SAMPLE_DIR, 'imagesTr', `${id}.nii.gz`))
    expect(volume.geometry.size).toEqual(size)
    expect(axisCodes(volume.geometry.direction)).toBe('RAS')
    expect(sum(volume.voxels) / volume.voxels.length).toBeCloseTo(mean, 3)
    expect(warnings).toEqual([])
    const labels = await readLabels(join(SAMPLE_DIR, 'labelsTr', `${id}.nii.gz`), [0, 1, 2])
    expect(labels.geometry).toEqual(volume.geometry)
    expect(volumesMm3(labels)).toEqual(volumes)
    expectNear(centroid(labels, 1), anterior, 1e-6)
    expectNear(centroid(labels, 2), posterior, 1e-6)
    const { mapping } = toCanonical(volume, [1, 1, 1])
    expect(mapping.exact).toEqual({ axes: [0, 1, 2], flipped: [false, false, false] })
  })

  test('a label map is no table of other labels', async () => {
    const path = join(SAMPLE_DIR, 'labelsTr', 'hippocampus_023.nii.gz')
    const failure = await failureOf(() => readLabels(path, [0, 1]))
    expect(failure.message).toContain('2 (1820 voxels)')
  })
})

describe('whole heads', () => {
  // Numbers of nibabel and numpy.
  const cases = [
    ['t1_head_lia', 'LIA', 279078935, [127.599998, -133.480011, 134.479996]],
    ['colin27_t1', 'RAS', 317151210, [-90, -125, -71]],
    ['icbm152_t1', 'RAS', 278909352.15108275, [-75.762535, -110.762535, -71.762535]]
  ] as const
  for (const [name, codes, total, first] of cases) {
    const path = sharedData(`data/head/${name}.nii.gz`)
    test.skipIf(path === null)(`${name} is read as nibabel reads it`, async () => {
      const { volume } = await readImage(path!)
      const { geometry, voxels } = volume
      expect(axisCodes(geometry.direction)).toBe(codes)
      expect(Math.abs(sum(voxels) / total - 1)).toBeLessThan(1e-6)
      const ras = [-geometry.origin[0], -geometry.origin[1], geometry.origin[2]]
      expectNear(ras, [...first], 1e-4)
    })
  }

  for (const [name, roi, count, centre] of HIPPOCAMPI) {
    const image = sharedData(`data/head/${name.slice(0, -7)}.nii.gz`)
    const mask = sharedData(`data/head/reference/${name}.nii.gz`)
    test.skipIf(image === null || mask === null)(
      `${name}: a mask drawn on the canonical crop returns to its side and place`,
      async () => {
        const { volume, header } = await readImage(image!)
        const drawn = (await readImage(mask!)).volume
        const labels = new Uint8Array(drawn.voxels.map((value) => (value > 127 ? 1 : 0)))
        expect(sum(labels)).toBe(count)
        const { volume: canonical, mapping } = toCanonical(crop(volume, roi), [1, 1, 1])
        expect(axisCodes(canonical.geometry.direction)).toBe('RAS')
        const part = crop({ geometry: volume.geometry, voxels: labels }, roi)
        const there = labelsToCanonical(part, mapping)
        expectNear(centroid(there, 1), centre, 0.15)
        const scores = Float32Array.from({ length: 2 * there.voxels.length }, (_, n) =>
          there.voxels[n >> 1] === n % 2 ? 1 : 0
        )
        const back = labelsFromScores(scores, 2, mapping)
        const whole = {
          geometry: volume.geometry,
          voxels: uncrop(back.voxels, roi, volume.geometry.size)
        }
        if (mapping.exact) expect(Buffer.compare(whole.voxels, labels)).toBe(0)
        const out = folder.file(`${name}.nii.gz`)
        await writeMask(out, whole, header)
        const written = await readLabels(out, [0, 1])
        expectNear(centroid(written, 1), centre, mapping.exact ? 1e-4 : 0.15)
        expect(Math.abs(sum(written.voxels) / count - 1)).toBeLessThan(0.05)
      }
    )
  }
})
