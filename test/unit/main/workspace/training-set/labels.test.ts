import { describe, expect, it } from 'vitest'
import type { Geometry } from '../../../../../src/shared/geometry'
import { workspaceLabels } from '../../../../../src/main/workspace/training-set/labelled/workspace-labels'
import { grid } from '../../../../fixtures/geometries'
import { labelledHead } from '../../../../fixtures/labelled-head'

const CROP = grid({ size: [4, 4, 4] })
const HEAD = grid({ size: [50, 60, 50], spacing: [2, 2, 2], first: [-49, -77, -59] })
const native = labelledHead(HEAD).mask.voxels

function crop(...labels: number[]): ReturnType<typeof workspaceLabels> {
  return converted(
    CROP,
    Float32Array.from({ length: 64 }, (_, n) => labels[n] ?? 0)
  )
}

function converted(geometry: Geometry, voxels: Float32Array) {
  return workspaceLabels('mask.nii', { geometry, voxels })
}

/** The head's mask in another table. */
function head(of: (label: number) => number) {
  return converted(HEAD, Float32Array.from(native, of))
}

const first = ({ voxels }: { voxels: Uint8Array }, n: number): number[] => [
  ...voxels.subarray(0, n)
]
const WHOLE = expect.stringContaining('only the whole') as string

describe('labels of a crop from elsewhere', () => {
  it('stay 1 and 2', () => {
    const found = crop(0, 1, 2)
    expect(first(found, 3)).toEqual([0, 1, 2])
    expect(found.notes).toEqual([])
  })

  it.each([1, 2, 3, 17, 53, 255])('are the whole where there is %i alone', (label) => {
    const found = crop(0, label, label)
    expect(first(found, 3)).toEqual([0, 1, 1])
    expect(found.notes).toEqual([WHOLE])
  })

  it('keep the sides where both are in it', () => {
    expect(first(crop(1, 2, 3, 4), 4)).toEqual([1, 2, 3, 4])
    expect(first(crop(17, 53, 0), 3)).toEqual([1, 3, 0])
  })

  it('leave out what else FreeSurfer has labelled', () => {
    const found = crop(2, 17, 18, 41)
    expect(first(found, 4)).toEqual([0, 1, 0, 0])
    expect(found.notes).toHaveLength(2)
  })

  it.each([
    ['is empty', [0, 0], 'is empty'],
    ['has labels of no table', [5, 9], 'labels 5, 9'],
    ['is no label map', [0, 0.5], 'value 0.5'],
    ['has a negative label', [-1], 'value -1']
  ])('are refused where it %s', (_, labels, problem) => {
    expect(() => crop(...labels)).toThrow(problem)
  })
})

describe('labels of a head from elsewhere', () => {
  it('stay 1 to 4', () => {
    const found = head((label) => label)
    expect(found.voxels).toEqual(native)
    expect(found.notes).toEqual([])
  })

  it('are the whole of each side where they are FreeSurfer’s', () => {
    const found = head((label) => [0, 17, 17, 53, 53][label]!)
    expect(found.voxels).toEqual(native.map((label) => [0, 1, 1, 3, 3][label]!))
    expect(found.notes).toEqual([WHOLE])
  })

  it('are told apart by their places where no sides are named', () => {
    const parts = head((label) => [0, 1, 2, 1, 2][label]!)
    expect(parts.voxels).toEqual(native)
    expect(parts.notes).toEqual([expect.stringContaining('names no sides')])
    const whole = head((label) => Math.min(label, 1))
    expect(whole.voxels).toEqual(native.map((label) => [0, 1, 1, 3, 3][label]!))
    // 1 on the left and 2 on the right.
    const sides = head((label) => [0, 1, 1, 2, 2][label]!)
    expect(sides.voxels).toEqual(native.map((label) => [0, 1, 1, 3, 3][label]!))
    expect(sides.notes).toContainEqual(WHOLE)
  })

  it('are refused where one label shows one side, which nobody can tell', () => {
    expect(() => head((label) => (label === 1 || label === 2 ? 1 : 0))).toThrow('which')
    const left = head((label) => (label > 2 ? 0 : label))
    expect(left.voxels).toEqual(native.map((label) => (label > 2 ? 0 : label)))
  })
})
