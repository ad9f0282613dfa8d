import { describe, expect, test } from 'vitest'
import {
  headerAffine,
  millimetresPerUnit,
  parseNiftiHeader,
  qformAffine
} from '../../../../src/main/imaging/nifti-header'
import { niftiBytes } from '../../../fixtures/nifti-bytes'

/** Quaternion nibabel makes of an oblique, anisotropic, mirrored (L, I, A) affine, and the affine it makes of that. */
const QFORM = {
  code: 1,
  quaternion: [-0.05717931315302849, 0.6535625457763672, -0.7518376708030701],
  offset: [30.5, -41.25, 17.75],
  qfac: -1
}
const QFORM_AFFINE = [
  -0.787846226908258, 0.029000469959457525, -0.4298954199462311, 30.5, -0.13891847184555453,
  -0.16447046355443914, 2.438059231581156, -41.25, 6.279830230842532e-8, -1.1883217383357247,
  -0.34793262452830925, 17.75
]
const PIXDIM = [1, 0.8, 1.2, 2.5]

describe.each([
  [1, true],
  [1, false],
  [2, true],
  [2, false]
] as const)('NIfTI-%i, little-endian: %s', (version, littleEndian) => {
  const options = { version, littleEndian } as const

  test('is read field by field', () => {
    const header = parseNiftiHeader(
      niftiBytes({
        ...options,
        dim: [4, 7, 8, 9, 2],
        datatype: 'int16',
        pixdim: PIXDIM,
        slope: 2.5,
        intercept: -7,
        units: 2,
        intentCode: 1002,
        qform: QFORM,
        sform: { code: 4, rows: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
        voxels: []
      })
    )!
    expect(header).toMatchObject({
      version,
      littleEndian,
      dim: [4, 7, 8, 9, 2, 1, 1, 1],
      datatype: 4,
      bitpix: 16,
      slope: 2.5,
      intercept: -7,
      unitsCode: 2,
      intentCode: 1002,
      qformCode: 1,
      sformCode: 4,
      qoffset: [30.5, -41.25, 17.75],
      srow: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      voxelOffset: version === 1 ? 352 : 544
    })
    expect(header.pixdim[0]).toBe(-1)
    expect(header.pixdim[3]).toBe(2.5)
    expect(header.bytes).toHaveLength(version === 1 ? 348 : 540)
  })

  test('its qform is nibabel’s', () => {
    const header = parseNiftiHeader(niftiBytes({ ...options, pixdim: PIXDIM, qform: QFORM }))!
    qformAffine(header).forEach((value, n) => {
      expect(value).toBeCloseTo(QFORM_AFFINE[n]!, 6)
    })
    expect(headerAffine(header)).toEqual(qformAffine(header))
  })
})

describe('the affine of a header', () => {
  test('is the sform where both are set', () => {
    const rows = [2, 0, 0, 5, 0, 2, 0, 6, 0, 0, 2, 7]
    const bytes = niftiBytes({ pixdim: PIXDIM, qform: QFORM, sform: { code: 2, rows } })
    expect(headerAffine(parseNiftiHeader(bytes)!)).toEqual(rows)
  })

  test('is the voxel size alone where neither is', () => {
    const bytes = niftiBytes({ pixdim: [1, 2, 3, 4], sform: { code: 0, rows: [] } })
    expect(headerAffine(parseNiftiHeader(bytes)!)).toEqual([2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0])
  })
})

test.each([
  [0, 1],
  [2, 1],
  [10, 1],
  [1, 1000],
  [3, 0.001]
])('units code %i means %d mm', (units, expected) => {
  expect(millimetresPerUnit(parseNiftiHeader(niftiBytes({ units }))!)).toBe(expected)
})

test('what is no NIfTI header is none', () => {
  expect(parseNiftiHeader(new Uint8Array(1000))).toBeNull()
  expect(parseNiftiHeader(niftiBytes().subarray(0, 347))).toBeNull()
  const pair = niftiBytes()
  pair[345] = 'i'.charCodeAt(0)
  expect(parseNiftiHeader(pair)).toBeNull()
})
