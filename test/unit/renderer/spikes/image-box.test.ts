import { describe, expect, it } from 'vitest'
import type { Triple } from '../../../../src/shared/geometry'
import {
  boxGeometry,
  boxVoxels,
  fillBox,
  isInBox,
  middleOf,
  onImage
} from '../../../../src/renderer/src/features/spikes/image-box'
import { createMaskPreview } from '../../../../src/renderer/src/features/spikes/mask-preview'
import { createViewer } from '../../../../src/renderer/src/features/viewer/store'
import type { VoxelBox } from '../../../../src/renderer/src/features/viewer/types'
import { indexToMm } from '../../../../src/renderer/src/volume/grid'
import { grid, rotation } from '../../../fixtures/geometries'

const size: Triple = [4, 3, 2]
const box = { start: [1, 1, 0] as Triple, end: [3, 3, 2] as Triple }
const values = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])
// prettier-ignore
const IMAGE = [
  0, 0, 0, 0,  0, 1, 2, 0,  0, 3, 4, 0,
  0, 0, 0, 0,  0, 5, 6, 0,  0, 7, 8, 0
]

describe('a box of the image', () => {
  it('knows its voxels', () => {
    expect(boxVoxels(box)).toBe(8)
    expect(isInBox(box, [1, 1, 0])).toBe(true)
    expect(isInBox(box, [3, 1, 0])).toBe(false)
    expect(isInBox(box, [1, 0, 0])).toBe(false)
    expect(isInBox(box, middleOf(box))).toBe(true)
    expect(middleOf({ start: [10, 0, 0], end: [20, 1, 3] })).toEqual([15, 0, 1])
  })

  it('lies where it does in the image', () => {
    const image = grid({ size, spacing: [1, 2, 3], codes: 'LIA', turn: rotation('x', 15) })
    const part = boxGeometry(image, box)
    expect(part.size).toEqual([2, 2, 2])
    indexToMm(part, [1, 0, 1]).forEach((mm, axis) => {
      expect(mm).toBeCloseTo(indexToMm(image, [2, 1, 1])[axis]!, 9)
    })
  })

  it('is put into the image, and leaves the rest as it is', () => {
    expect([...onImage(values, box, size)]).toEqual(IMAGE)
    const image = new Uint8Array(24).fill(9)
    fillBox(image, size, box, new Uint8Array(8))
    expect([...image].map((n, at) => (n === 9 ? 0 : 1) * (IMAGE[at] === 0 ? 0 : 1))).toEqual(
      IMAGE.map((n) => Math.min(1, n))
    )
    expect([...image].filter((n) => n === 9).length).toBe(16)
  })
})

describe('masks that are shown for a while', () => {
  function opened() {
    const viewer = createViewer()
    const geometry = grid({ size })
    const window = { low: 0, high: 1 }
    viewer.open({ caseId: 'a', geometry, voxels: new Float32Array(24), window })
    const own = new Uint8Array(24).fill(1)
    viewer.setMask(own)
    const changes: (VoxelBox | null)[] = []
    viewer.onMaskChange((changed) => changes.push(changed))
    return { viewer, own, changes, preview: createMaskPreview(viewer) }
  }

  it('are drawn into one array, in their box alone', () => {
    const { viewer, changes, preview } = opened()
    preview.show(values, box)
    const shown = viewer.mask.value
    expect([...shown!]).toEqual(IMAGE)
    preview.show(new Uint8Array(8), box)
    expect(viewer.mask.value).toBe(shown)
    expect([...shown!].every((n) => n === 0)).toBe(true)
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(changes).toEqual([null, { min: [1, 1, 0], max: [2, 2, 1] }])
  })

  it('give back the mask that was there before', () => {
    const { viewer, own, preview } = opened()
    preview.show(values, box)
    preview.show(values, box)
    preview.restore()
    expect(viewer.mask.value).toBe(own)
    expect([...own].every((n) => n === 1)).toBe(true)
  })

  it('do not take away a mask that was shown by someone else since', () => {
    const { viewer, preview } = opened()
    preview.show(values, box)
    const newer = new Uint8Array(24).fill(2)
    viewer.setMask(newer)
    preview.restore()
    expect(viewer.mask.value).toBe(newer)
    preview.show(values, box)
    preview.restore()
    expect(viewer.mask.value).toBe(newer)
  })
})
