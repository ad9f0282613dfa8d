import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { exitCodeOf } from '../../../../src/shared/errors'
import { readImage } from '../../../../src/main/imaging/read-image'
import { failureOf } from '../../../fixtures/failure'
import { mghBytes } from '../../../fixtures/mgh-bytes'
import { niftiBytes } from '../../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const noise = Float32Array.from({ length: 120 }, (_, n) => Math.sin(n * n) * 1000)
const packed = gzipSync(niftiBytes({ voxels: noise }))

function sform(...rows: number[]): { sform: { code: number; rows: number[] } } {
  return { sform: { code: 1, rows } }
}

/** Name, content and what the message must say of it. */
const CASES: [string, Uint8Array | string, RegExp][] = [
  ['empty.nii.gz', '', /is empty/],
  ['empty.nii', '', /is empty/],
  ['truncated.nii.gz', packed.subarray(0, packed.length - 60), /truncated/],
  ['truncated in the header.nii.gz', packed.subarray(0, 30), /truncated/],
  ['truncated.nii', niftiBytes().subarray(0, 400), /truncated.*400 of the 832 bytes/],
  ['short header.nii', niftiBytes().subarray(0, 200), /not a NIfTI file/],
  ['corrupt.nii.gz', corrupted(packed, packed.length - 100), /damaged|truncated/],
  ['wrong checksum.nii.gz', corrupted(packed, packed.length - 6), /damaged/],
  ['corrupt at the start.nii.gz', corrupted(packed, 3, 12), /damaged|not a NIfTI/],
  ['text.nii', 'this is no image, but a note that somebody renamed\n'.repeat(20), /but text/],
  ['text.nii.gz', 'hello\n', /but text/],
  ['packed text.nii.gz', gzipSync('hello world '.repeat(100)), /but text/],
  ['series.nii', niftiBytes({ dim: [4, 4, 5, 6, 2] }), /4-D series of 4×5×6×2 voxels/],
  ['vectors.nii', niftiBytes({ dim: [5, 4, 5, 6, 1, 3] }), /5-D series/],
  ['flat.nii', niftiBytes({ dim: [2, 4, 5] }), /2-D image/],
  ['rgb.nii', niftiBytes({ datatype: 'rgb24', voxels: new Uint8Array(120) }), /colour \(RGB\)/],
  ['complex.nii', niftiBytes({ datatype: 'complex64', voxels: noise }), /complex/],
  ['nan.nii', niftiBytes({ voxels: noise.with(5, NaN).with(9, NaN) }), /2 NaN or infinite voxels/],
  ['infinite.nii', niftiBytes({ voxels: noise.with(5, -Infinity) }), /1 NaN or infinite voxel of/],
  ['overflow.nii', niftiBytes({ slope: 1e30, voxels: noise.map((x) => x * 1e20) }), /infinite/],
  ['constant.nii', niftiBytes({ voxels: new Float32Array(120).fill(7) }), /constant.*are 7/],
  ['zero spacing.nii', niftiBytes({ pixdim: [1, 0, 1, 1] }), /voxel size of 0×1×1 mm/],
  ['negative spacing.nii', niftiBytes({ pixdim: [1, 1, -2, 1] }), /voxel size of 1×-2×1 mm/],
  ['nan spacing.nii', niftiBytes({ pixdim: [1, 1, 1, NaN] }), /voxel size of 1×1×NaN mm/],
  ['zero axis.nii', niftiBytes(sform(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0)), /voxel size of 1×0×1/],
  ['sheared.nii', niftiBytes(sform(1, 0.3, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)), /--repair-geometry/],
  [
    'slightly sheared.nii',
    niftiBytes(sform(1, 0.01, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)),
    /non-orthonormal/
  ],
  ['singular.nii', niftiBytes(sform(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0)), /singular/],
  ['nan affine.nii', niftiBytes(sform(1, 0, 0, NaN, 0, 1, 0, 0, 0, 0, 1, 0)), /not finite/],
  ['huge.nii', niftiBytes({ dim: [3, 5000, 5000, 5000], voxels: noise }), /5000×5000×5000 voxels/],
  ['long.nii.gz', gzipSync(niftiBytes({ dim: [3, 5000, 1, 1], voxels: noise })), /5000×1×1/],
  [
    'huge v2.nii',
    niftiBytes({ version: 2, dim: [3, 2 ** 40, 1, 1], voxels: noise }),
    /1099511627776×1×1/
  ],
  ['negative size.nii', niftiBytes({ dim: [3, -4, 5, 6], voxels: noise }), /header is damaged/],
  ['no axes.nii', niftiBytes({ dim: [0], voxels: noise }), /0 axes/],
  ['image.jpg', noise as unknown as Uint8Array, /not of a known image format.*\.nii\.gz/],
  ['truncated.mgh', mghBytes().subarray(0, 300), /truncated: it holds 300 of the 380/],
  ['truncated.mgz', gzipSync(mghBytes()).subarray(0, 60), /truncated/],
  ['series.mgh', mghBytes({ frames: 3 }), /4-D series/],
  ['huge.mgh', mghBytes({ size: [5000, 5000, 5000] }), /5000×5000×5000/],
  ['zero spacing.mgh', mghBytes({ spacing: [1, 0, 1] }), /voxel size of 1×0×1/],
  ['negative spacing.mgh', mghBytes({ spacing: [1, -1, 1] }), /voxel size of 1×-1×1/],
  ['sheared.mgh', mghBytes({ cosines: [1, 0.4, 0, 0, 1, 0, 0, 0, 1] }), /--repair-geometry/],
  ['text.mgz', 'hello world\n', /is text/],
  ['zeros.mgh', new Uint8Array(400), /not an MGH file/],
  ['nan.mgh', mghBytes({ voxels: new Array<number>(24).fill(NaN) }), /24 NaN/],
  ['constant.mgh', mghBytes({ voxels: new Array<number>(24).fill(1) }), /constant/]
]

function corrupted(bytes: Uint8Array, from: number, count = 1): Uint8Array {
  return bytes.map((byte, n) => (n >= from && n < from + count ? byte ^ 0xff : byte))
}

describe('bad input', () => {
  test.each(CASES)('%s', async (name, content, expected) => {
    const path = folder.write(name, content)
    const failure = await failureOf(() => readImage(path))
    expect(exitCodeOf(failure.kind)).toBe(3)
    expect(failure.message).toMatch(expected)
    expect(failure.message.startsWith(`${path}: `)).toBe(true)
    expect(failure.message).not.toContain('\n')
    // What was received, and after it what to do.
    expect(failure.message).toMatch(/[;:] .*[a-z]/)
  })

  test('a missing file', async () => {
    const failure = await failureOf(() => readImage(folder.file('nowhere/scan.nii.gz')))
    expect(failure.kind).toBe('input')
    expect(failure.message).toContain('no such file')
  })

  test('a folder without DICOM', async () => {
    mkdirSync(folder.file('folder.nii.gz'))
    const failure = await failureOf(() => readImage(folder.file('folder.nii.gz')))
    expect(failure.kind).toBe('input')
    expect(failure.message).toContain('is empty; give a folder of DICOM files or one image file')
  })

  test.runIf(process.platform === 'linux')('a device, which never ends', async () => {
    const path = folder.file('zero.nii')
    symlinkSync('/dev/zero', path)
    const failure = await failureOf(() => readImage(path))
    expect(failure.kind).toBe('input')
    expect(failure.message).toBe(`${path}: is a pipe or a device; give a file or a folder`)
  })

  test.runIf(process.platform === 'linux')('a pipe that nobody writes to', async () => {
    const path = folder.file('pipe.nii')
    execFileSync('mkfifo', [path])
    expect((await failureOf(() => readImage(path))).message).toContain('is a pipe or a device')
  })

  test.runIf(process.platform === 'linux')('a packed file of gigabytes', async () => {
    const path = folder.write('gigabytes.nii.gz', packed)
    truncateSync(path, 3 * 2 ** 30)
    const failure = await failureOf(() => readImage(path))
    expect(failure.message).toContain('unpacks to far more than the 832 bytes')
  })

  test('a file that unpacks to far more than it declares', async () => {
    const bomb = new Uint8Array(2 ** 27)
    bomb.set(niftiBytes())
    const failure = await failureOf(() => readImage(folder.writeGzip('bomb.nii.gz', bomb)))
    expect(failure.message).toContain('unpacks to far more than the 832 bytes')
  })

  test('5000 voxels a side are refused before memory is allocated for them', async () => {
    const path = folder.write('huge.nii', niftiBytes({ dim: [3, 5000, 5000, 5000], voxels: noise }))
    const before = process.memoryUsage().arrayBuffers
    await failureOf(() => readImage(path))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6)
  })

  test('repairing does not let a singular direction pass', async () => {
    const path = folder.write(
      'flat axes.nii',
      niftiBytes(sform(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0))
    )
    const failure = await failureOf(() => readImage(path, { repairGeometry: true }))
    expect(failure.message).toContain('singular')
  })
})
