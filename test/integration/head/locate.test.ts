import { beforeAll, describe, expect, it, test } from 'vitest'
import type { Triple } from '../../../src/shared/geometry'
import { SIDES, type Side } from '../../../src/shared/labels'
import { boxGrid } from '../../../src/core/head/box-grid'
import { invertAffine, transformPoint } from '../../../src/core/volume/affine'
import { crop } from '../../../src/core/volume/crop'
import { indexToPhysical, physicalToIndex } from '../../../src/core/volume/geometry'
import { nearestAxisOrder, reorder } from '../../../src/core/volume/orientation'
import { rescale } from '../../../src/core/volume/rescale'
import type { Volume } from '../../../src/core/volume/volume'
import { readImage } from '../../../src/main/imaging/read-image'
import {
  headProblem,
  isSlab,
  registerHead
} from '../../../src/main/imaging/registration/register-head'
import { readTemplate, type Template } from '../../../src/main/imaging/registration/template'
import { motion, moved, restored, rotation } from '../../fixtures/moved-head'
import { sharedData } from '../../shared-data'

const { signal } = new AbortController()
let template: Template

beforeAll(async () => {
  template = await readTemplate('resources/template')
})

/** How far, mm, the corners of a structure's bounding box in the template lie from where they should, at most. */
function error(transform: readonly number[], truth: readonly number[]): number {
  const corners = SIDES.flatMap((side) => {
    const { centre, extent } = template.hippocampi[side]
    return [-1, 1].map((sign) => centre.map((c, a) => c + (sign * extent[a]!) / 2) as Triple)
  })
  return Math.max(
    ...corners.map((corner) => {
      const [found, wanted] = [transformPoint(transform, corner), transformPoint(truth, corner)]
      return Math.hypot(...found.map((value, axis) => value - wanted[axis]!))
    })
  )
}

describe('a head is located', () => {
  it.each([
    ['as it is', [1, 0, 0], 0, [0, 0, 0]],
    ['turned by 30° about an odd axis, and shifted', [1, -2, 0.5], 30, [40, -30, 20]],
    ['nodding', [1, 0, 0], -25, [0, 0, -40]],
    ['tilted', [0, 1, 0], 28, [-35, 0, 0]]
  ] as [string, Triple, number, Triple][])('%s', async (_, axis, degrees, shift) => {
    const { volume } = template
    const by = motion(volume.geometry, rotation(axis, degrees), shift)
    const told: string[] = []
    const fit = await registerHead(moved(volume, by), volume, signal, (step) => told.push(step))
    expect(headProblem(fit)).toBeNull()
    expect(error(fit!.transform, by)).toBeLessThan(2)
    expect(told).toEqual(['attempt 1 of at most 3'])
  })

  it.each([
    ['LIA', [0, 2, 1], [true, true, true]],
    ['PSR', [1, 2, 0], [true, false, false]]
  ] as [string, Triple, boolean[]][])('stored as %s', async (_, axes, backwards) => {
    const { volume } = template
    const fit = await registerHead(restored(volume, axes, backwards), volume, signal)
    expect(error(fit!.transform, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])).toBeLessThan(2)
  })

  it.each([[[1, 1, 5]], [[7, 1, 1]], [[3, 3, 3]]] as [Triple][])(
    'with voxels of %s mm',
    async (spacing) => {
      const { volume } = template
      const by = motion(volume.geometry, rotation([0, 1, 1], 15), [10, 20, -10])
      const fit = await registerHead(moved(rescale(volume, spacing), by), volume, signal)
      expect(headProblem(fit)).toBeNull()
      expect(error(fit!.transform, by)).toBeLessThan(3)
    }
  )
})

describe('a slab of 44 mm around the hippocampi', () => {
  const slab = (volume: Volume, axis: 1 | 2): Volume => {
    const { geometry } = volume
    const middle = Math.round(physicalToIndex(geometry, template.hippocampi.left.centre)[axis]!)
    const half = 22 / geometry.spacing[axis]!
    const [start, end]: Triple[] = [[0, 0, 0], [...geometry.size]]
    start![axis] = middle - half
    end![axis] = middle + half
    return crop(volume, { start: start!, end: end! })
  }

  it.each([
    ['from back to front', 1],
    ['from bottom to top', 2]
  ] as const)('%s is located, and told from a whole head', async (_, axis) => {
    const { volume } = template
    const by = motion(volume.geometry, rotation([0.2, 1, -0.5], 12), [15, -20, 10])
    const fit = await registerHead(moved(slab(volume, axis), by), volume, signal)
    expect(headProblem(fit)).toBeNull()
    expect(isSlab(fit!)).toBe(true)
    expect(error(fit!.transform, by)).toBeLessThan(4)
  })

  it('of another contrast is refused', async () => {
    const { volume } = template
    const other = { ...volume, voxels: volume.voxels.map((x) => (x > 20 ? 275 - x : 0)) }
    const fit = await registerHead(slab(other, 1), volume, signal)
    expect(headProblem(fit)).toMatch(/shows only \d+% of a brain/)
  })
})

describe('what is no T1-weighted head is told from one', () => {
  const made = (value: (x: number, n: number) => number): Volume => {
    const { geometry, voxels } = template.volume
    return { geometry, voxels: voxels.map(value) }
  }
  let seed = 1
  const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647

  it.each([
    ['noise', () => made(() => random())],
    ['another contrast', () => made((x) => (x > 20 ? 275 - x : 0))],
    ['an even brain', () => made((x) => (x > 20 ? 100 : 0))],
    [
      'a head that its header stands on its head',
      () =>
        moved(
          template.volume,
          motion(template.volume.geometry, rotation([1, 0, 0], 180), [0, 0, 0])
        )
    ],
    [
      'a head whose axes its header mixes up',
      () => ({
        voxels: template.volume.voxels,
        geometry: { ...template.volume.geometry, direction: [0, 0, 1, 1, 0, 0, 0, 1, 0] }
      })
    ]
  ])('%s', async (_, image) => {
    const told: string[] = []
    const fit = await registerHead(image(), template.volume, signal, (step) => told.push(step))
    expect(headProblem(fit)).toMatch(/does not look like|shows only|fits a head only/)
    expect(told).toEqual([1, 2, 3].map((n) => `attempt ${n} of at most 3`))
  })

  it('a crop', async () => {
    const { volume } = await readImage('resources/sample/imagesTr/hippocampus_023.nii.gz')
    expect(headProblem(await registerHead(volume, template.volume, signal))).not.toBeNull()
  })
})

/** Real heads, and where another method or an atlas sees their hippocampi. */
const HEADS = ['t1_head_lia', 'icbm152_t1', 'colin27_t1'] as const

describe('the boxes hold the hippocampi of', () => {
  const folder = sharedData('data/head')
  const trials: [string, Triple, number, Triple, Triple | null][] = [
    ['as it is', [1, 0, 0], 0, [0, 0, 0], null],
    ['turned by 30°, shifted by 40 mm', [1, 1, -1], 30, [40, -40, 40], [2, 2, 2]],
    ['turned by 20°, of 1×1×5 mm', [-1, 0.5, 1], 20, [-20, 30, 10], [1, 1, 5]]
  ]
  const cases = HEADS.flatMap((name) => trials.map((trial) => [name, ...trial] as const))
  test.skipIf(folder === null).each(cases)(
    '%s, %s',
    async (name, _, axis, degrees, shift, spacing) => {
      const { volume } = await readImage(`${folder!}/${name}.nii.gz`)
      const by = motion(volume.geometry, rotation(axis, degrees), shift)
      const scan = moved(spacing === null ? volume : rescale(volume, spacing), by)
      const fit = await registerHead(scan, template.volume, signal)
      expect(headProblem(fit)).toBeNull()
      for (const side of SIDES) {
        const centre = transformPoint(fit!.transform, template.hippocampi[side].centre)
        const grid = boxGrid(fit!.transform, centre)
        const points = await structure(folder!, name, side)
        const inside = points.filter((point) =>
          physicalToIndex(grid, transformPoint(by, point)).every(
            (value, a) => value >= 0 && value <= grid.size[a]! - 1
          )
        )
        expect(inside.length / points.length).toBeGreaterThan(0.999)
        const back = invertAffine(by)
        expect(transformPoint(back, centre)[0] > 0).toBe(side === 'left')
      }
    }
  )
})

describe('an unevenly bright head', () => {
  const folder = sharedData('data/head')
  /** e^±1.4 from the middle to the ends of the second axis of RAS: sixteen times as bright behind as in front. */
  function uneven(volume: Volume): Volume {
    const ordered = reorder(volume, nearestAxisOrder(volume.geometry.direction))
    const [nx, ny] = ordered.geometry.size
    const gain = (n: number): number => Math.exp(1.4 * ((2 * (Math.floor(n / nx) % ny)) / ny - 1))
    return { ...ordered, voxels: ordered.voxels.map((value, n) => value * gain(n)) }
  }

  it('is located as the even one, without its skull', async () => {
    const { volume } = template
    const fit = await registerHead(uneven(volume), volume, signal)
    expect(headProblem(fit)).toBeNull()
    expect(error(fit!.transform, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])).toBeLessThan(5)
  })

  test.skipIf(folder === null)('is located as the even one, with its skull', async () => {
    const { volume } = await readImage(`${folder!}/t1_head_lia.nii.gz`)
    const even = await registerHead(volume, template.volume, signal)
    const fit = await registerHead(uneven(volume), template.volume, signal)
    expect(headProblem(fit)).toBeNull()
    expect(error(fit!.transform, even!.transform)).toBeLessThan(5)
  })
})

/** Where a structure lies, LPS millimetres. */
async function structure(folder: string, name: string, side: Side): Promise<Triple[]> {
  const atlas = name === 'colin27_t1'
  const path = atlas
    ? `${folder}/colin27_aal_hippocampus.nii.gz`
    : `${folder}/reference/${name}_mask_${side === 'left' ? 'L' : 'R'}.nii.gz`
  const { volume } = await readImage(path)
  const { size } = volume.geometry
  const points: Triple[] = []
  const wanted = (value: number): boolean =>
    atlas ? value === (side === 'left' ? 1 : 2) : value > 127
  volume.voxels.forEach((value, n) => {
    if (!wanted(value)) return
    const index: Triple = [
      n % size[0],
      Math.floor(n / size[0]) % size[1],
      Math.floor(n / (size[0] * size[1]))
    ]
    points.push(indexToPhysical(volume.geometry, index))
  })
  return points
}
