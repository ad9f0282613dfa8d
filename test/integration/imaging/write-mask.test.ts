import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { indexToPhysical } from '../../../src/core/volume/geometry'
import type { Volume } from '../../../src/core/volume/volume'
import * as itk from '../../../src/main/imaging/itk-file'
import { parseNiftiHeader, qformAffine } from '../../../src/main/imaging/nifti-header'
import { readImage, readLabels, type SourceHeader } from '../../../src/main/imaging/read-image'
import { writeMask, writeProbabilities } from '../../../src/main/imaging/write-mask'
import { verifyNifti } from '../../../src/main/imaging/verify-nifti'
import { failureOf } from '../../fixtures/failure'
import { grid, multiply, rotation } from '../../fixtures/geometries'
import { niftiBytes, type NiftiOptions } from '../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../fixtures/temporary-folder'

const folder = temporaryFolder()
const LABELS = Uint8Array.from({ length: 120 }, (_, n) => (n * 7) % 3)

const QFORM = {
  code: 1,
  quaternion: [-0.05717931315302849, 0.6535625457763672, -0.7518376708030701],
  offset: [30.5, -41.25, 17.75],
  qfac: -1
}
const ANISOTROPIC = [1, 0.8, 1.2, 2.5]

const SOURCES: [string, NiftiOptions][] = [
  ['sform alone', { sform: { code: 2, rows: [-1, 0, 0, 9, 0, 0, 1, 8, 0, -1, 0, 7] } }],
  ['qform alone, oblique', { qform: QFORM, pixdim: ANISOTROPIC }],
  [
    'both, that differ, with codes 1 and 4',
    {
      qform: QFORM,
      pixdim: ANISOTROPIC,
      sform: { code: 4, rows: [0.8, 0, 0, 1, 0, 1.2, 0, 2, 0, 0, 2.5, 3] }
    }
  ],
  ['neither', { sform: { code: 0, rows: [] } }],
  ['big-endian', { littleEndian: false, qform: QFORM, pixdim: ANISOTROPIC }],
  ['NIfTI-2', { version: 2, qform: QFORM, pixdim: ANISOTROPIC }],
  ['scaled, with another intent', { slope: 3, intercept: 5, intentCode: 3, datatype: 'int16' }],
  ['a fourth axis of one volume', { dim: [4, 4, 5, 6, 1] }]
]

async function source(
  name: string,
  options: NiftiOptions
): Promise<{ header: SourceHeader; geometry: Volume['geometry'] }> {
  const { volume, header } = await readImage(folder.write(`${name}.nii`, niftiBytes(options)))
  return { header, geometry: volume.geometry }
}

describe.each(SOURCES)('the mask of an image with %s', (name, options) => {
  test('carries its grid, forms and codes exactly', async () => {
    const { header, geometry } = await source(name, options)
    const out = folder.file(`${name}_mask.nii.gz`)
    await writeMask(out, { geometry, voxels: LABELS }, header)
    const bytes = gunzipSync(readFileSync(out))
    const original = parseNiftiHeader(niftiBytes(options))!
    const written = parseNiftiHeader(bytes)!
    expect(written).toMatchObject({
      version: original.version,
      littleEndian: original.littleEndian,
      dim: [3, 4, 5, 6, 1, 1, 1, 1],
      datatype: 2,
      bitpix: 8,
      slope: 1,
      intercept: 0,
      intentCode: 1002,
      qformCode: original.qformCode,
      sformCode: original.sformCode,
      quaternion: original.quaternion,
      qoffset: original.qoffset,
      srow: original.srow,
      unitsCode: original.unitsCode
    })
    expect(written.pixdim.slice(0, 4)).toEqual(original.pixdim.slice(0, 4))
    expect([...bytes.subarray(written.voxelOffset)]).toEqual([...LABELS])
    const back = await readLabels(out, [0, 1, 2])
    expect(back).toEqual({ geometry, voxels: LABELS })
  })

  test('and the probabilities likewise, one volume a label', async () => {
    const { header, geometry } = await source(name, options)
    const out = folder.file(`${name}_probabilities.nii.gz`)
    const probabilities = Float32Array.from(
      { length: 360 },
      (_, n) => (n % 3) * 1000 + Math.floor(n / 3)
    )
    await writeProbabilities(out, probabilities, 3, geometry, header)
    const bytes = gunzipSync(readFileSync(out))
    const written = parseNiftiHeader(bytes)!
    expect(written.dim).toEqual([4, 4, 5, 6, 3, 1, 1, 1])
    expect([written.datatype, written.bitpix, written.intentCode]).toEqual([16, 32, 0])
    const view = new DataView(bytes.buffer, bytes.byteOffset + written.voxelOffset)
    const at = (label: number, voxel: number): number =>
      view.getFloat32(4 * (label * 120 + voxel), written.littleEndian)
    expect([at(0, 0), at(0, 119), at(1, 5), at(2, 119)]).toEqual([0, 119, 1005, 2119])
  })
})

describe('the mask of an image that is no NIfTI', () => {
  test.each([
    ['straight', grid({ size: [4, 5, 6] })],
    ['LAS', grid({ size: [4, 5, 6], codes: 'LAS', first: [3, 4, 5], spacing: [1, 2, 3] })],
    [
      'oblique, anisotropic LIA',
      grid({
        size: [4, 5, 6],
        codes: 'LIA',
        spacing: [0.8, 1.2, 2.5],
        first: [30.5, -41.25, 17.75],
        turn: multiply(rotation('z', 10), rotation('x', -8))
      })
    ],
    ['half a turn about x', grid({ size: [4, 5, 6], turn: rotation('x', 175) })],
    ['half a turn about y', grid({ size: [4, 5, 6], turn: rotation('y', 175) })],
    ['half a turn about z', grid({ size: [4, 5, 6], turn: rotation('z', 175) })],
    ['a turn the other way', grid({ size: [4, 5, 6], turn: rotation('z', -170) })],
    ['mirrored and turned', grid({ size: [4, 5, 6], codes: 'LAS', turn: rotation('y', 130) })]
  ])('%s: qform and sform both place it', async (name, geometry) => {
    const out = folder.file(`${name}.nii.gz`)
    await writeMask(out, { geometry, voxels: LABELS }, { format: 'other' })
    const written = parseNiftiHeader(gunzipSync(readFileSync(out)))!
    expect([written.qformCode, written.sformCode, written.unitsCode]).toEqual([1, 1, 2])
    const corner = indexToPhysical(geometry, [3, 4, 5])
    for (const affine of [written.srow, qformAffine(written)]) {
      const place = [0, 4, 8].map((row) =>
        [3, 4, 5].reduce((sum, index, c) => sum + affine[row + c]! * index, affine[row + 3]!)
      )
      expect(-place[0]!).toBeCloseTo(corner[0], 4)
      expect(-place[1]!).toBeCloseTo(corner[1], 4)
      expect(place[2]).toBeCloseTo(corner[2], 4)
    }
    const back = await readLabels(out, [0, 1, 2])
    expect(back.voxels).toEqual(LABELS)
  })

  test('has the quaternion nibabel makes', async () => {
    const geometry = grid({
      size: [4, 5, 6],
      codes: 'LIA',
      spacing: [0.8, 1.2, 2.5],
      turn: multiply(rotation('z', 10), rotation('x', -8))
    })
    const out = folder.file('quaternion.nii')
    await writeMask(out, { geometry, voxels: LABELS }, { format: 'other' })
    const written = parseNiftiHeader(readFileSync(out))!
    expect(written.pixdim[0]).toBe(-1)
    QFORM.quaternion.forEach((value, n) => {
      expect(written.quaternion[n]).toBeCloseTo(value, 6)
    })
  })
})

describe('a sheared image', () => {
  const rows = [1, 0.3, 0, 5, 0, 1, 0, 6, 0, 0, 1, 7]

  test('that was repaired for reading gets a mask with its own affine', async () => {
    const path = folder.write('sheared.nii', niftiBytes({ sform: { code: 2, rows } }))
    const { volume, header } = await readImage(path, { repairGeometry: true })
    const out = folder.file('sheared_mask.nii.gz')
    await writeMask(out, { geometry: volume.geometry, voxels: LABELS }, header)
    const written = parseNiftiHeader(gunzipSync(readFileSync(out)))!
    expect(written.sformCode).toBe(2)
    expect(written.srow).toEqual([...Float32Array.from(rows)])
    expect(parseNiftiHeader(readFileSync(path))!.srow).toEqual([...Float32Array.from(rows)])
  })
})

describe('writing', () => {
  const path = folder.file('existing.nii.gz')

  test('needs --force to replace a file', async () => {
    const { header, geometry } = await source('force', {})
    writeFileSync(path, 'precious')
    const failure = await failureOf(() => writeMask(path, { geometry, voxels: LABELS }, header))
    expect(failure.kind).toBe('output')
    expect(failure.message).toContain('--force')
    expect(readFileSync(path, 'utf8')).toBe('precious')
    await writeMask(path, { geometry, voxels: LABELS }, header, { force: true })
    expect((await readLabels(path, [0, 1, 2])).voxels).toEqual(LABELS)
  })

  test('is refused under a name that is not NIfTI', async () => {
    const { header, geometry } = await source('name', {})
    const failure = await failureOf(() =>
      writeMask(folder.file('mask.mha'), { geometry, voxels: LABELS }, header)
    )
    expect(failure.kind).toBe('usage')
    expect(failure.message).toContain('.nii.gz')
  })

  test('of a mask of another size is an internal error', async () => {
    const { header, geometry } = await source('size', {})
    const failure = await failureOf(() =>
      writeMask(folder.file('short.nii'), { geometry, voxels: LABELS.subarray(1) }, header)
    )
    expect(failure.kind).toBe('internal')
  })

  test('leaves nothing when what ITK reads back differs', async () => {
    const { header, geometry } = await source('differs', {})
    const out = folder.file('differs_mask.nii.gz')
    const real = itk.readThroughItk
    const spy = vi.spyOn(itk, 'readThroughItk').mockImplementation(async (...args) => {
      const image = await real(...args)
      ;(image.data as Uint8Array)[17]! ^= 1
      return image
    })
    const failure = await failureOf(() => writeMask(out, { geometry, voxels: LABELS }, header))
    spy.mockRestore()
    expect(failure.kind).toBe('internal')
    expect(failure.message).toContain('voxels through ITK')
    const left = readdirSync(dirname(out)).filter((name) => name.includes(basename(out)))
    expect(left).toEqual([])
  })

  test.each([
    ['a voxel', (bytes: Uint8Array) => (bytes[400]! ^= 1), /its voxels/],
    ['the affine', (bytes: Uint8Array) => (bytes[283]! ^= 1), /its header/],
    ['the size', (bytes: Uint8Array) => (bytes[42] = 5), /its header/]
  ])('is not accepted with %s changed on the disk', async (_, change, expected) => {
    const geometry = grid({ size: [4, 5, 6] })
    const out = folder.file('changed.nii')
    await writeMask(out, { geometry, voxels: LABELS }, { format: 'other' }, { force: true })
    const good = readFileSync(out)
    const expectation = {
      geometry,
      header: good.subarray(0, 352),
      voxels: good.subarray(352),
      bytesPerValue: 1
    }
    await verifyNifti(out, out, expectation)
    const bad = Uint8Array.from(good)
    change(bad)
    writeFileSync(out, bad)
    expect((await failureOf(() => verifyNifti(out, out, expectation))).message).toMatch(expected)
  })

  test('a header that does not place the mask where it belongs is not accepted', async () => {
    const { header, geometry } = await source('shifted', {})
    const shifted = { ...geometry, origin: [9, 9, 9] as [number, number, number] }
    const failure = await failureOf(() =>
      writeMask(folder.file('shifted_mask.nii'), { geometry: shifted, voxels: LABELS }, header)
    )
    expect(failure.message).toContain('its affine')
  })
})
