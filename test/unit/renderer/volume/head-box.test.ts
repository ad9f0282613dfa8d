import { describe, expect, it } from 'vitest'
import type { Geometry, Triple } from '../../../../src/shared/geometry'
import { centreOf, mmToIndex } from '../../../../src/renderer/src/volume/grid'
import {
  boxCorners,
  boxEdges,
  boxLines,
  boxSection,
  faceNormal,
  movedBox,
  resizedBox,
  type BoxFace
} from '../../../../src/renderer/src/volume/head-box'
import { cross, dot, subtract } from '../../../../src/renderer/src/volume/vector'
import { grid, multiply, rotation } from '../../../fixtures/geometries'

const straight = grid({ size: [48, 64, 40], first: [10, -20, 5] })
const oblique = grid({
  size: [48, 64, 40],
  first: [10, -20, 5],
  codes: 'LIA',
  turn: multiply(rotation('x', 24), multiply(rotation('z', -11), rotation('y', 7)))
})
const NORMALS: Triple[] = [
  [0, 0, 1],
  [0, 1, 0],
  [1, 0, 0],
  [0.6, 0, 0.8],
  [1 / 3, 2 / 3, -2 / 3]
]

function area(corners: readonly Triple[], normal: Triple): number {
  return corners.reduce((sum, corner, n) => {
    const next = corners[(n + 1) % corners.length]!
    return sum + dot(cross(subtract(corner, corners[0]!), subtract(next, corners[0]!)), normal) / 2
  }, 0)
}

/** Distance of a point outwards from a face. */
function beyond(box: Geometry, face: BoxFace, point: Triple): number {
  const index = mmToIndex(box, point)[face.axis]
  return face.end === 1 ? index - (box.size[face.axis] - 0.5) : -0.5 - index
}

describe('the section of a box', () => {
  it('of a straight box is a rectangle of its edges', () => {
    const [corners, normal] = [
      boxSection(straight, centreOf(straight), [0, 0, 1])!.corners,
      NORMALS[0]!
    ]
    expect(corners).toHaveLength(4)
    expect(Math.abs(area(corners, normal))).toBeCloseTo(48 * 64)
  })

  it.each(NORMALS)(
    'of an oblique box by the plane across %d, %d, %d is bounded by the faces that it names',
    (...normal) => {
      // Areas of parallel sections add up to the volume: what is left out or counted twice would show.
      const heights = boxCorners(oblique).map((corner) => dot(corner, normal))
      const [low, high] = [Math.min(...heights), Math.max(...heights)]
      const step = (high - low) / 400
      let volume = 0
      for (let n = 0; n < 400; n++) {
        const point = normal.map((value) => value * (low + (n + 0.5) * step)) as Triple
        const section = boxSection(oblique, point, normal)
        expect(section).not.toBeNull()
        const { corners, faces } = section!
        volume += Math.abs(area(corners, normal)) * step
        corners.forEach((corner, at) => {
          expect(dot(subtract(corner, point), normal)).toBeCloseTo(0)
          const next = corners[(at + 1) % corners.length]!
          for (const end of [corner, next]) expect(beyond(oblique, faces[at]!, end)).toBeCloseTo(0)
        })
        expect(new Set(faces.map(({ axis, end }) => `${String(axis)} ${String(end)}`)).size).toBe(
          faces.length
        )
      }
      expect(volume / (48 * 64 * 40)).toBeCloseTo(1, 3)
    }
  )

  it('is a hexagon across a diagonal, and nothing beside the box', () => {
    const cube = grid({ size: [40, 40, 40], turn: rotation('y', 33) })
    const [a, b] = [boxCorners(cube)[0]!, boxCorners(cube)[7]!]
    const along = subtract(b, a)
    const normal = along.map((value) => value / Math.hypot(...along)) as Triple
    expect(boxSection(cube, centreOf(cube), normal)!.corners).toHaveLength(6)
    expect(
      boxSection(cube, b.map((value, axis) => value + normal[axis]!) as Triple, normal)
    ).toBeNull()
  })
})

describe('a box', () => {
  it('has its corners half a voxel beyond its first and last voxels', () => {
    const indices = boxCorners(oblique).map((corner) => mmToIndex(oblique, corner))
    indices.forEach((index, corner) => {
      index.forEach((value, axis) => {
        expect(value).toBeCloseTo((corner >> axis) & 1 ? oblique.size[axis]! - 0.5 : -0.5)
      })
    })
  })

  it('has four edges along each axis', () => {
    const edges = boxLines(oblique).map(([from, to]) => Math.hypot(...subtract(to, from)))
    const lengths = edges.map((length) => Math.round(1e6 * length) / 1e6).sort((a, b) => a - b)
    expect(lengths).toEqual([40, 40, 40, 40, 48, 48, 48, 48, 64, 64, 64, 64])
  })

  it('moves as it is', () => {
    const moved = movedBox(oblique, [3, -4.5, 1])
    expect(subtract(centreOf(moved), centreOf(oblique)).map((n) => Number(n.toFixed(6)))).toEqual([
      3, -4.5, 1
    ])
    expect({ ...moved, origin: oblique.origin }).toEqual(oblique)
  })

  it.each([
    { axis: 0, end: -1 },
    { axis: 0, end: 1 },
    { axis: 1, end: -1 },
    { axis: 2, end: 1 }
  ] as const)('follows a face of axis $axis at end $end alone', (face) => {
    const resized = resizedBox(oblique, face, 6.4)
    expect(boxEdges(resized)[face.axis]).toBeCloseTo(boxEdges(oblique)[face.axis] + 6)
    const shift = subtract(centreOf(resized), centreOf(oblique))
    expect(dot(shift, faceNormal(oblique, face))).toBeCloseTo(3)
    expect(Math.hypot(...shift)).toBeCloseTo(3)
    // What lay on the other face still does.
    const opposite = { axis: face.axis, end: -face.end } as BoxFace
    const corner = boxCorners(oblique)[face.end === 1 ? 0 : 7]!
    expect(beyond(oblique, opposite, corner)).toBeCloseTo(0)
    expect(beyond(resized, opposite, corner)).toBeCloseTo(0)
  })

  it('stays between 20 and 80 mm', () => {
    const face: BoxFace = { axis: 1, end: -1 }
    expect(resizedBox(oblique, face, -500).size).toEqual([48, 20, 40])
    expect(resizedBox(oblique, face, 500).size).toEqual([48, 80, 40])
    const large = { ...oblique, size: [48, 100, 40] as Triple }
    expect(resizedBox(large, face, 5).size).toEqual([48, 100, 40])
    expect(resizedBox(large, face, -5).size).toEqual([48, 95, 40])
  })
})
