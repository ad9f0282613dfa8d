import { describe, expect, it } from 'vitest'
import type { Geometry, Triple } from '../../../../src/shared/geometry'
import { indexToPhysical } from '../../../../src/core/volume/geometry'
import {
  indexToMm,
  mmToIndex,
  nearestVoxel,
  voxelAt
} from '../../../../src/renderer/src/volume/grid'
import {
  canvasToMm,
  deeperStep,
  directionLetters,
  mmToCanvas,
  paneCamera,
  planeFrame,
  PLANES,
  type Convention
} from '../../../../src/renderer/src/volume/planes'
import { cross, dot } from '../../../../src/renderer/src/volume/vector'
import { ALL_ORIENTATIONS, grid, multiply, rotation } from '../../../fixtures/geometries'

const CONVENTIONS: readonly Convention[] = ['radiological', 'neurological']
const oblique = multiply(rotation('x', 20), rotation('z', -12))
const shape = {
  size: [12, 17, 9] as Triple,
  spacing: [0.7, 1.1, 2.5] as Triple,
  first: [-31, 12, 7] as Triple
}

function close(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((value, n) => expect(value).toBeCloseTo(expected[n]!, 9))
}

describe('voxels and millimetres', () => {
  it.each(['RAS', 'LIA', 'LAS', 'PSR', 'AIL'])('agree with the core in %s, turned', (codes) => {
    const geometry = grid({ ...shape, codes, turn: oblique })
    for (const index of [
      [0, 0, 0],
      [3, 5, 7],
      [11, 16, 8],
      [2.25, -1, 4.5]
    ] as Triple[]) {
      close(indexToMm(geometry, index), indexToPhysical(geometry, index))
      close(mmToIndex(geometry, indexToMm(geometry, index)), index)
    }
  })

  it('knows the voxel of a point, and none outside', () => {
    expect(voxelAt([4, 4, 4], [-0.4, 3.4, 1.6])).toEqual([0, 3, 2])
    expect(voxelAt([4, 4, 4], [-0.6, 1, 1])).toBeNull()
    expect(nearestVoxel([4, 4, 4], [-9, 9, 1.2])).toEqual([0, 3, 1])
  })
})

describe('the frame of a plane', () => {
  it.each(ALL_ORIENTATIONS)('is right-handed and shows the letters it should in %s', (codes) => {
    const geometry = grid({ ...shape, codes })
    for (const convention of CONVENTIONS) {
      for (const plane of PLANES) {
        const frame = planeFrame(geometry, plane, convention)
        close(cross(frame.right, frame.up), frame.normal)
        expect(new Set([frame.rightAxis, frame.upAxis, frame.normalAxis]).size).toBe(3)
        const left = convention === 'radiological' ? 'R' : 'L'
        const right = convention === 'radiological' ? 'L' : 'R'
        expect(frame.letters).toEqual(
          {
            axial: { left, right, top: 'A', bottom: 'P' },
            coronal: { left, right, top: 'S', bottom: 'I' },
            sagittal: { left: 'A', right: 'P', top: 'S', bottom: 'I' }
          }[plane]
        )
      }
    }
  })

  it('runs along the axes of an oblique image, with two letters where an edge lies between', () => {
    const geometry = grid({ ...shape, codes: 'RAS', turn: rotation('z', 30) })
    const { right, rightAxis, letters } = planeFrame(geometry, 'axial', 'radiological')
    const column = [0, 3, 6].map((n) => geometry.direction[n + rightAxis]!) as Triple
    expect(Math.abs(dot(right, column))).toBeCloseTo(1, 12)
    // 30° from right to front: the first axis points to the right and front, so the screen's left does.
    expect(letters).toEqual({ left: 'RA', right: 'LP', top: 'AL', bottom: 'PR' })
  })

  it('writes the nearest direction first', () => {
    expect(directionLetters([1, 0, 0])).toBe('L')
    expect(directionLetters([-0.9, 0.1, 0.42])).toBe('RS')
    expect(directionLetters([0.2, -0.97, 0.1])).toBe('A')
  })
})

/** Worked out by hand: index → the pixel of a 400 × 300 pane that shows its centre, at the zoom where all fits. */
const golden: {
  name: string
  geometry: Geometry
  voxel: Triple
  convention: Convention
  pixel: [number, number]
}[] = [
  {
    name: 'LPS, 1 mm: x runs to the right of the screen and y down',
    geometry: grid({ size: [21, 21, 5], codes: 'LPS' }),
    voxel: [15, 6, 2],
    convention: 'radiological',
    // 5 voxels right of and 4 above the middle; 21 mm and 4 % in 300 pixels.
    pixel: [200 + (5 * 300) / (21 * 1.04), 150 - (4 * 300) / (21 * 1.04)]
  },
  {
    name: 'LPS, neurological: x runs to the left',
    geometry: grid({ size: [21, 21, 5], codes: 'LPS' }),
    voxel: [15, 6, 2],
    convention: 'neurological',
    pixel: [200 - (5 * 300) / (21 * 1.04), 150 - (4 * 300) / (21 * 1.04)]
  },
  {
    name: 'RAS, 0.5 × 2 mm: x runs to the left and y up',
    geometry: grid({ size: [21, 11, 5], spacing: [0.5, 2, 1], codes: 'RAS' }),
    voxel: [14, 8, 2],
    convention: 'radiological',
    pixel: [200 - (4 * 0.5 * 300) / (22 * 1.04), 150 - (3 * 2 * 300) / (22 * 1.04)]
  },
  {
    name: 'LIA: the second axis runs down through the axial slices, the third to the front',
    geometry: grid({ size: [21, 5, 21], codes: 'LIA' }),
    voxel: [13, 2, 18],
    convention: 'radiological',
    pixel: [200 + (3 * 300) / (21 * 1.04), 150 - (8 * 300) / (21 * 1.04)]
  }
]

describe('a pane', () => {
  it.each(golden)(
    'shows a voxel where it should: $name',
    ({ geometry, voxel, convention, pixel }) => {
      const size = { width: 400, height: 300 }
      const frame = planeFrame(geometry, 'axial', convention)
      const camera = paneCamera(geometry, frame, voxel, size, 1, [0, 0])
      close(mmToCanvas(camera, size, indexToMm(geometry, voxel)), pixel)
    }
  )

  it.each(['RAS', 'LIA', 'LAS', 'SAL'])(
    'leads from a pixel back to its voxel in %s, turned',
    (codes) => {
      const geometry = grid({ ...shape, codes, turn: oblique })
      const size = { width: 513, height: 377 }
      for (const plane of PLANES) {
        for (const convention of CONVENTIONS) {
          const frame = planeFrame(geometry, plane, convention)
          for (const voxel of [
            [0, 0, 0],
            [11, 16, 8],
            [5, 3, 6]
          ] as Triple[]) {
            const camera = paneCamera(geometry, frame, voxel, size, 2.5, [4, -7])
            const [x, y] = mmToCanvas(camera, size, indexToMm(geometry, voxel))
            close(mmToIndex(geometry, canvasToMm(camera, size, x, y)), voxel)
          }
        }
      }
    }
  )

  it('moves the image with the pan and keeps the whole slice inside at zoom 1', () => {
    const geometry = grid({ ...shape, turn: oblique })
    const size = { width: 300, height: 300 }
    for (const plane of PLANES) {
      const frame = planeFrame(geometry, plane, 'radiological')
      const still = paneCamera(geometry, frame, [5, 5, 5], size, 1, [0, 0])
      const moved = paneCamera(geometry, frame, [5, 5, 5], size, 1, [3, 2])
      const mm = indexToMm(geometry, [5, 5, 5])
      const [x, y] = mmToCanvas(still, size, mm)
      const perMm = size.height / (2 * still.halfHeight)
      close(mmToCanvas(moved, size, mm), [x + 3 * perMm, y - 2 * perMm])
      for (const corner of [0, 1]) {
        const voxel: Triple = [5, 5, 5]
        voxel[frame.rightAxis] = corner * (geometry.size[frame.rightAxis]! - 1)
        voxel[frame.upAxis] = corner * (geometry.size[frame.upAxis]! - 1)
        const at = mmToCanvas(still, size, indexToMm(geometry, voxel))
        for (const value of at) {
          expect(value).toBeGreaterThan(0)
          expect(value).toBeLessThan(300)
        }
      }
    }
  })

  it('goes deeper into the screen, away from the viewer', () => {
    const geometry = grid({ ...shape, codes: 'RAS' })
    const axial = planeFrame(geometry, 'axial', 'radiological')
    // Seen from the feet, deeper is towards the head: the third axis of RAS.
    expect(deeperStep(geometry, axial)).toBe(1)
    expect(deeperStep(geometry, planeFrame(geometry, 'axial', 'neurological'))).toBe(-1)
  })
})
