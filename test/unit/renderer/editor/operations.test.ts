import { describe, expect, it } from 'vitest'
import type { Triple } from '../../../../src/shared/geometry'
import {
  boxOf,
  editBetween,
  fill,
  interpolateSlices,
  keepLargestComponent,
  smoothLabels,
  stamp,
  strokeCentres,
  type Brush,
  type Edit
} from '../../../../src/renderer/src/features/editor/operations'
import { signedDistance } from '../../../../src/renderer/src/features/editor/operations/distance'
import { eachVoxel } from '../../../fixtures/geometries'

const SIZE: Triple = [9, 9, 9]
const at = (i: number, j: number, k: number, [x, y] = SIZE): number => i + x * (j + y * k)

function painted(spacing: Triple, centre: Triple, brush: Brush): Set<number> {
  const places = new Set<number>()
  stamp(SIZE, spacing, centre, brush, (offset) => places.add(offset))
  return places
}

function after(mask: Uint8Array, edit: Edit): Uint8Array {
  const out = mask.slice()
  edit.offsets.forEach((offset, n) => (out[offset] = edit.labels[n]!))
  return out
}

function count(mask: Uint8Array, label: number): number {
  return mask.filter((one) => one === label).length
}

describe('the brush', () => {
  it('paints a disc in its slice alone', () => {
    const places = painted([1, 1, 1], [4, 4, 4], { radiusMm: 1, normalAxis: 2 })
    expect(places).toEqual(
      new Set([at(4, 4, 4), at(3, 4, 4), at(5, 4, 4), at(4, 3, 4), at(4, 5, 4)])
    )
  })

  it('paints a ball, round in millimetres', () => {
    const places = painted([1, 2, 0.5], [4, 4, 4], { radiusMm: 2, normalAxis: null })
    expect(places.has(at(6, 4, 4))).toBe(true)
    expect(places.has(at(4, 5, 4))).toBe(true)
    expect(places.has(at(4, 6, 4))).toBe(false)
    expect(places.has(at(4, 4, 8))).toBe(true)
    expect(places.has(at(5, 4, 8))).toBe(false)
  })

  it('paints the voxel under the pointer, however small it is', () => {
    expect(painted([3, 3, 3], [4.4, 3.6, 2], { radiusMm: 0.1, normalAxis: 2 })).toEqual(
      new Set([at(4, 4, 2)])
    )
  })

  it('stays inside the image', () => {
    expect(
      painted([1, 1, 1], [-0.2, 8.3, 0], { radiusMm: 1.5, normalAxis: null }).size
    ).toBeGreaterThan(3)
    expect(painted([1, 1, 1], [-20, 4, 4], { radiusMm: 2, normalAxis: null }).size).toBe(0)
  })

  it('leaves no gap in a quick stroke', () => {
    const centres = strokeCentres([1, 1, 1], [0, 0, 0], [8, 0, 0], 0.5)
    const places = new Set<number>()
    for (const centre of centres) {
      stamp(SIZE, [1, 1, 1], centre, { radiusMm: 0.5, normalAxis: 2 }, (n) => places.add(n))
    }
    for (let i = 1; i <= 8; i++) expect(places.has(at(i, 0, 0))).toBe(true)
  })
})

describe('fill', () => {
  /** A ring of label 1 in slice 4. */
  function ring(): Uint8Array {
    const mask = new Uint8Array(729)
    for (let n = 2; n <= 6; n++) {
      for (const [i, j] of [
        [n, 2],
        [n, 6],
        [2, n],
        [6, n]
      ] as const)
        mask[at(i, j, 4)] = 1
    }
    return mask
  }

  it('fills inside a closed outline of the slice', () => {
    const outcome = fill(SIZE, ring(), at(4, 4, 4), 1, 2)
    expect(count(after(ring(), outcome.edit!), 1)).toBe(25)
  })

  it('refuses a region that is open', () => {
    const mask = ring()
    mask[at(4, 2, 4)] = 0
    expect(fill(SIZE, mask, at(4, 4, 4), 1, 2).problem).toContain('open')
    expect(fill(SIZE, ring(), at(4, 4, 4), 1, null).problem).toContain('open')
  })

  it('changes the label of a region', () => {
    const outcome = fill(SIZE, ring(), at(2, 2, 4), 2, null)
    expect(count(after(ring(), outcome.edit!), 2)).toBe(16)
  })
})

describe('keep the largest component', () => {
  it('clears the others, and takes touching labels for one body', () => {
    const mask = new Uint8Array(729)
    mask[at(1, 1, 1)] = 1
    mask[at(2, 2, 2)] = 2
    mask[at(3, 2, 2)] = 2
    mask[at(7, 7, 7)] = 1
    mask[at(7, 7, 6)] = 1
    const out = after(mask, keepLargestComponent(SIZE, mask, false))
    expect([...out].map((label, n) => (label > 0 ? n : -1)).filter((n) => n >= 0)).toEqual([
      at(1, 1, 1),
      at(2, 2, 2),
      at(3, 2, 2)
    ])
  })

  it('keeps one of each side of a head', () => {
    const mask = new Uint8Array(729)
    for (const [i, label] of [
      [1, 1],
      [2, 2],
      [3, 2],
      [6, 3],
      [7, 4]
    ] as const)
      mask[at(i, 1, 1)] = label
    mask[at(1, 7, 7)] = 1
    mask[at(7, 7, 7)] = 4
    const out = after(mask, keepLargestComponent(SIZE, mask, true))
    expect([...out].filter((label) => label > 0)).toEqual([1, 2, 2, 3, 4])
    expect([out[at(1, 7, 7)], out[at(7, 7, 7)]]).toEqual([0, 0])
    // Sides that touch are two bodies still.
    mask.fill(0)
    mask[at(3, 1, 1)] = 1
    mask[at(4, 1, 1)] = 3
    expect(keepLargestComponent(SIZE, mask, true).offsets).toHaveLength(0)
  })

  it('changes nothing where there is one body, or none', () => {
    const mask = new Uint8Array(729)
    expect(keepLargestComponent(SIZE, mask, false).offsets).toHaveLength(0)
    mask[5] = 1
    expect(keepLargestComponent(SIZE, mask, false).offsets).toHaveLength(0)
  })
})

describe('smooth', () => {
  it('takes off a spike, fills a dent and leaves a flat wall alone', () => {
    const mask = new Uint8Array(729)
    eachVoxel(SIZE, (n, [i]) => (mask[n] = i < 5 ? 1 : 0))
    mask[at(5, 4, 4)] = 1
    mask[at(4, 2, 2)] = 0
    const out = after(mask, smoothLabels(SIZE, mask))
    expect(out[at(5, 4, 4)]).toBe(0)
    expect(out[at(4, 2, 2)]).toBe(1)
    expect(out[at(4, 6, 6)]).toBe(1)
    expect(out[at(5, 6, 6)]).toBe(0)
  })

  it('keeps both labels of a boundary between them', () => {
    const mask = new Uint8Array(729)
    eachVoxel(SIZE, (n, [, j]) => (mask[n] = j < 4 ? 1 : 2))
    expect(smoothLabels(SIZE, mask).offsets).toHaveLength(0)
  })
})

describe('interpolate between slices', () => {
  it.each([0, 1, 2])('puts the shape half-way between the outlines across axis %i', (axis) => {
    const size: Triple = [21, 21, 21]
    const mask = new Uint8Array(21 ** 3)
    const disc = (slice: number, radius: number): void =>
      eachVoxel(size, (n, index) => {
        if (index[axis] !== slice) return
        const [a, b] = index.filter((_, one) => one !== axis) as [number, number]
        if (Math.hypot(a - 10, b - 10) <= radius) mask[n] = 1
      })
    disc(4, 8)
    disc(10, 2)
    const out = after(mask, interpolateSlices(size, [1, 1, 1], mask, 1, axis))
    let area = 0
    eachVoxel(size, (n, index) => {
      if (index[axis] === 7 && out[n] === 1) area++
    })
    // Half-way between radius 8 and 2 lies 5.
    expect(Math.abs(area - Math.PI * 25)).toBeLessThan(12)
    eachVoxel(size, (n, index) => {
      if (index[axis]! < 4 || index[axis]! > 10) expect(out[n]).toBe(0)
    })
  })

  it('keeps what has another label', () => {
    const mask = new Uint8Array(729)
    for (const k of [2, 6]) mask[at(4, 4, k)] = 1
    mask[at(4, 4, 4)] = 2
    const out = after(mask, interpolateSlices(SIZE, [1, 1, 1], mask, 1, 2))
    expect(out[at(4, 4, 3)]).toBe(1)
    expect(out[at(4, 4, 4)]).toBe(2)
  })

  it('measures distances exactly, in millimetres', () => {
    const inside = new Uint8Array(25)
    inside[12] = 1
    const distance = signedDistance(inside, 5, 5, [1, 3])
    expect(distance[12]).toBe(-1)
    expect(distance[13]).toBe(1)
    expect(distance[17]).toBe(3)
    expect(distance[18]).toBeCloseTo(Math.hypot(1, 3), 12)
  })
})

describe('an edit', () => {
  it('is what turns one mask into another', () => {
    const before = Uint8Array.from([0, 1, 2, 0])
    const wanted = Uint8Array.from([0, 2, 2, 1])
    const edit = editBetween(before, wanted)
    expect([...edit.offsets]).toEqual([1, 3])
    expect(after(before, edit)).toEqual(wanted)
    expect(() => editBetween(before, new Uint8Array(3))).toThrow('both must be of one image')
  })

  it('has the box of its voxels', () => {
    const offsets = Uint32Array.from([at(1, 2, 3), at(4, 0, 5)])
    expect(boxOf(SIZE, offsets)).toEqual({ min: [1, 0, 3], max: [4, 2, 5] })
    expect(boxOf(SIZE, new Uint32Array())).toBeNull()
  })
})
