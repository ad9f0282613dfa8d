import { describe, expect, it, vi } from 'vitest'
import type { Triple } from '../../../../src/shared/geometry'
import { createViewer } from '../../../../src/renderer/src/features/viewer/store'
import { windowPresets } from '../../../../src/renderer/src/features/viewer/presets'
import { differenceOf } from '../../../../src/renderer/src/features/viewer/difference'
import { indexToMm, offsetOf } from '../../../../src/renderer/src/volume/grid'
import { grid, rotation } from '../../../fixtures/geometries'

const size: Triple = [4, 6, 5]
const geometry = grid({ size, spacing: [1, 2, 3], codes: 'LIA', turn: rotation('x', 15) })
const image = (caseId: string) => ({
  caseId,
  geometry,
  voxels: Float32Array.from({ length: 120 }, (_, n) => n),
  window: { low: 1, high: 100 }
})

/** 120 mm and more an axis. */
const headImage = (caseId: string) => ({
  ...image(caseId),
  geometry: grid({ size, spacing: [30, 20, 25], codes: 'LIA', turn: rotation('x', 15) })
})

describe('the viewer', () => {
  it('opens a case in its middle with its window', () => {
    const viewer = createViewer()
    viewer.open(image('a'))
    expect(viewer.crosshairVoxel.value).toEqual([2, 3, 2])
    expect(viewer.window.value).toEqual({ low: 1, high: 100 })
    expect(viewer.presets.value[0]!.window).toEqual({ low: 1, high: 100 })
  })

  it('puts the crosshair on voxels, and into the image', () => {
    const viewer = createViewer()
    viewer.open(image('a'))
    viewer.goToVoxel([9, -1, 4])
    expect(viewer.crosshairVoxel.value).toEqual([3, 0, 4])
    viewer.crosshair.value = indexToMm(geometry, [1.3, 4.2, 0.9])
    expect(viewer.crosshairVoxel.value).toEqual([1, 4, 1])
  })

  it('knows the labels of a crop and of a head', () => {
    const viewer = createViewer()
    viewer.open(image('a'))
    expect(viewer.labels.value.map(({ name }) => name)).toEqual(['anterior', 'posterior'])
    viewer.open(headImage('b'))
    expect(viewer.labels.value.map(({ index }) => index)).toEqual([1, 2, 3, 4])
    // The mask of a crop that was numbered by side.
    viewer.open(image('a'))
    viewer.setMask(new Uint8Array(120).fill(3, 0, 5))
    expect(viewer.labels.value).toHaveLength(4)
  })

  it('looks at the first mask of a head, unless the user looks elsewhere', () => {
    const viewer = createViewer()
    const mask = new Uint8Array(120)
    mask[3] = 4
    mask[offsetOf(size, [1, 2, 3])] = 1
    viewer.open(headImage('a'))
    viewer.setMask(mask)
    expect(viewer.crosshairVoxel.value).toEqual([1, 2, 3])
    viewer.goToVoxel([0, 0, 0])
    viewer.reset()
    expect(viewer.crosshairVoxel.value).toEqual([1, 2, 3])
    viewer.open(headImage('b'))
    viewer.goToVoxel([0, 1, 0])
    viewer.setMask(mask)
    expect(viewer.crosshairVoxel.value).toEqual([0, 1, 0])
  })

  it('lets everything of a case go with it', () => {
    const viewer = createViewer()
    viewer.open(image('a'))
    viewer.setMask(new Uint8Array(120))
    viewer.setHeat({
      geometry,
      positive: new Uint8Array(120),
      negative: new Uint8Array(120),
      peak: 3
    })
    viewer.setDifference(new Uint8Array(120), new Uint8Array(120))
    viewer.setScalarOverlay({ values: new Uint8Array(120), max: 4, title: 'Time to stable' })
    viewer.open(image('b'))
    expect(viewer.mask.value).toBeNull()
    expect(viewer.heat.value).toBeNull()
    expect(viewer.difference.value).toBeNull()
    expect(viewer.scalarOverlay.value).toBeNull()
  })

  it('refuses what is on another grid, and says so', () => {
    const viewer = createViewer()
    expect(() => viewer.setMask(new Uint8Array(120))).toThrow('no case is open')
    viewer.open(image('a'))
    expect(() => viewer.setMask(new Uint8Array(7))).toThrow('has 7 voxels, but the image has 120')
    expect(() => viewer.open({ ...image('b'), voxels: new Float32Array(3) })).toThrow(
      'import it again'
    )
    expect(viewer.image.value?.caseId).toBe('a')
  })

  it('compares masks on a part of the image', () => {
    const viewer = createViewer()
    viewer.open(image('a'))
    const part = { ...geometry, size: [2, 2, 2] as Triple }
    const names = { onlyA: 'gone', onlyB: 'new', otherLabel: 'other' }
    viewer.setDifference(new Uint8Array(8), new Uint8Array(8), names, part)
    expect(viewer.difference.value).toMatchObject({ geometry: part, names })
    viewer.setDifference(new Uint8Array(120), new Uint8Array(120))
    expect(viewer.difference.value?.geometry).toEqual(geometry)
    expect(() => {
      viewer.setDifference(new Uint8Array(8), new Uint8Array(120), names, part)
    }).toThrow('has 120 voxels, but the part has 8')
  })

  it('tells what changed of the mask', () => {
    const viewer = createViewer()
    viewer.open(image('a'))
    const listener = vi.fn()
    const stop = viewer.onMaskChange(listener)
    viewer.setMask(new Uint8Array(120))
    viewer.maskChanged({ min: [0, 1, 2], max: [1, 1, 2] }, 'coronal')
    viewer.maskChanged()
    stop()
    viewer.maskChanged()
    expect(listener.mock.calls).toEqual([
      [null],
      [{ min: [0, 1, 2], max: [1, 1, 2] }, 'coronal'],
      [{ min: [0, 0, 0], max: [3, 5, 4] }, undefined]
    ])
  })

  it('goes back to how the case was opened', () => {
    const viewer = createViewer()
    viewer.open(image('a'))
    viewer.goToVoxel([0, 0, 0])
    viewer.window.value = { low: 5, high: 6 }
    viewer.panes.axial.zoom = 4
    viewer.panes.axial.pan = [3, 3]
    viewer.reset()
    expect(viewer.crosshairVoxel.value).toEqual([2, 3, 2])
    expect(viewer.window.value).toEqual({ low: 1, high: 100 })
    expect(viewer.panes.axial).toEqual({ zoom: 1, pan: [0, 0] })
  })

  it('says why there is no screenshot', async () => {
    await expect(createViewer().screenshot()).rejects.toThrow('open a case')
  })
})

describe('window presets', () => {
  it('are never empty, also for an image of one value', () => {
    for (const { window } of windowPresets(new Float32Array(50).fill(7), { low: 0, high: 1 })) {
      expect(window.high).toBeGreaterThan(window.low)
    }
  })

  it('ignore what is no number', () => {
    const voxels = Float32Array.from([Number.NaN, 1, 2, Infinity, 3])
    expect(windowPresets(voxels, { low: 0, high: 1 })[1]!.window).toEqual({ low: 1, high: 3 })
  })
})

describe('the difference of two masks', () => {
  it('tells who labelled a voxel alone, and who labelled it otherwise', () => {
    const a = Uint8Array.from([0, 1, 1, 0, 2])
    const b = Uint8Array.from([0, 1, 0, 2, 1])
    expect([...differenceOf(a, b)]).toEqual([0, 0, 1, 2, 3])
  })
})
