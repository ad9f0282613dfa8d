import { truncateSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { indexToPhysical } from '../../../../src/core/volume/geometry'
import { axisCodes } from '../../../../src/core/volume/orientation'
import { imageExtension, readImage, readLabels } from '../../../../src/main/imaging/read-image'
import { failureOf } from '../../../fixtures/failure'
import { mghBytes } from '../../../fixtures/mgh-bytes'
import { niftiBytes, type NiftiOptions } from '../../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()

describe('a NIfTI image', () => {
  test('is read with its geometry in LPS', async () => {
    const path = folder.write(
      'lia.nii',
      niftiBytes({
        dim: [3, 2, 3, 4],
        pixdim: [1, 0.5, 2, 3],
        sform: { code: 1, rows: [-0.5, 0, 0, 10, 0, 0, 3, 20, 0, -2, 0, 30] }
      })
    )
    const { volume, header, warnings } = await readImage(path)
    expect(volume.geometry.size).toEqual([2, 3, 4])
    expect(volume.geometry.spacing).toEqual([0.5, 2, 3])
    expect(axisCodes(volume.geometry.direction)).toBe('LIA')
    // RAS (10 - 0.5, 20 + 3·3, 30 - 2·2), turned to LPS.
    expect(indexToPhysical(volume.geometry, [1, 2, 3])).toEqual([-9.5, -29, 26])
    expect([...volume.voxels]).toEqual(Array.from({ length: 24 }, (_, n) => n))
    expect(header.format).toBe('nifti')
    expect(warnings).toEqual([])
  })

  // Elsewhere such a file takes all of its 3 GiB.
  test.runIf(process.platform === 'linux')(
    'with far more behind its voxels than memory holds is read up to their end',
    async () => {
      const path = folder.write('long.nii', niftiBytes({ dim: [3, 2, 3, 4] }))
      truncateSync(path, 3 * 2 ** 30)
      const { volume } = await readImage(path)
      expect([...volume.voxels]).toEqual(Array.from({ length: 24 }, (_, n) => n))
    }
  )

  test('that is unpacked in many pieces is whole, whatever follows its voxels', async () => {
    const dim = [3, 160, 160, 70]
    const voxels = Float32Array.from({ length: 160 * 160 * 70 }, (_, n) => Math.sin(n))
    const bytes = niftiBytes({ datatype: 'float32', dim, voxels })
    const path = folder.writeGzip('large.nii.gz', Buffer.concat([bytes, Buffer.alloc(3_000_000)]))
    const { volume } = await readImage(path)
    expect(Buffer.from(volume.voxels.buffer).equals(Buffer.from(voxels.buffer))).toBe(true)
  })

  test.each([
    ['uint8', [0, 255, 7]],
    ['int8', [-128, 127, 7]],
    ['int16', [-32768, 32767, 7]],
    ['uint16', [0, 65535, 7]],
    ['int32', [-(2 ** 24), 2 ** 24, 7]],
    ['uint32', [0, 2 ** 31, 7]],
    ['int64', [-5, 2 ** 24, 7]],
    ['uint64', [0, 2 ** 24, 7]],
    ['float32', [-1.5, 0.25, 7]],
    ['float64', [-1.5, 0.25, 7]]
  ] as [NiftiOptions['datatype'] & string, number[]][])(
    'of %s voxels',
    async (datatype, voxels) => {
      for (const littleEndian of [true, false]) {
        for (const version of [1, 2] as const) {
          const bytes = niftiBytes({ datatype, voxels, dim: [3, 3, 1, 1], littleEndian, version })
          const { volume } = await readImage(folder.writeGzip('type.nii.gz', bytes))
          expect([...volume.voxels]).toEqual(voxels)
        }
      }
    }
  )

  test.each([
    [2, -10, [-10, -8, -6]],
    [0, 5, [0, 1, 2]],
    [NaN, 5, [0, 1, 2]],
    [1, 0.5, [0.5, 1.5, 2.5]]
  ])('slope %d and intercept %d', async (slope, intercept, expected) => {
    const bytes = niftiBytes({
      dim: [3, 3, 1, 1],
      datatype: 'int16',
      voxels: [0, 1, 2],
      slope,
      intercept
    })
    const { volume } = await readImage(folder.write('slope.nii', bytes))
    expect([...volume.voxels]).toEqual(expected)
  })

  test('gzip is told by content, not by name', async () => {
    const plain = await readImage(folder.write('plain.nii.gz', niftiBytes()))
    const packed = await readImage(folder.writeGzip('packed.nii', niftiBytes()))
    expect(packed.volume).toEqual(plain.volume)
  })

  test('voxels begin where the header says, after extensions', async () => {
    const bytes = niftiBytes({ voxelOffset: 384 })
    const { volume } = await readImage(folder.write('offset.nii', bytes))
    expect(volume.voxels[7]).toBe(7)
  })

  test('an offset of 0 means right after the header', async () => {
    const { volume } = await readImage(folder.write('offset0.nii', niftiBytes({ voxelOffset: 0 })))
    expect(volume.voxels[7]).toBe(7)
  })

  test('a fourth axis of one volume is no series', async () => {
    const { volume } = await readImage(
      folder.write('one.nii', niftiBytes({ dim: [4, 4, 5, 6, 1] }))
    )
    expect(volume.geometry.size).toEqual([4, 5, 6])
  })

  test('metres and micrometres become millimetres', async () => {
    const rows = [0.001, 0, 0, 0.01, 0, 0.001, 0, 0, 0, 0, 0.001, 0]
    const bytes = niftiBytes({
      units: 1,
      pixdim: [1, 0.001, 0.001, 0.001],
      sform: { code: 1, rows }
    })
    const { geometry } = (await readImage(folder.write('metres.nii', bytes))).volume
    expect(geometry.spacing[0]).toBeCloseTo(1, 6)
    expect(geometry.origin[0]).toBeCloseTo(-10, 5)
  })

  test('without orientation it is read with a warning', async () => {
    const bytes = niftiBytes({ sform: { code: 0, rows: [] } })
    const { volume, warnings } = await readImage(folder.write('nowhere.nii', bytes))
    expect(axisCodes(volume.geometry.direction)).toBe('RAS')
    expect(warnings).toEqual([expect.stringContaining('left and right')])
  })

  test('where sform and qform disagree, the sform is used with a warning', async () => {
    const qform = { code: 1, quaternion: [0, 0, 0], offset: [0, 0, 0] }
    const rows = [1, 0, 0, 40, 0, 1, 0, 0, 0, 0, 1, 0]
    const bytes = niftiBytes({ qform, sform: { code: 4, rows } })
    const { volume, warnings } = await readImage(folder.write('differ.nii', bytes))
    expect(volume.geometry.origin).toEqual([-40, 0, 0])
    expect(warnings).toEqual([expect.stringContaining('disagree')])
    const same = niftiBytes({ qform, sform: { code: 4, rows: rows.with(3, 0) } })
    expect((await readImage(folder.write('same.nii', same))).warnings).toEqual([])
  })

  test('a rounded direction passes as it is', async () => {
    const rows = [0.996, -0.087, 0, 0, 0.087, 0.996, 0, 0, 0, 0, 1, 0]
    const { volume } = await readImage(
      folder.write('rounded.nii', niftiBytes({ sform: { code: 1, rows } }))
    )
    expect(volume.geometry.spacing[0]).toBeCloseTo(Math.hypot(0.996, 0.087), 6)
  })

  test('a sheared one is read with the nearest rotation where that is asked for', async () => {
    const rows = [1, 0.3, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
    const path = folder.write('shear.nii', niftiBytes({ sform: { code: 1, rows } }))
    const { volume } = await readImage(path, { repairGeometry: true })
    const d = volume.geometry.direction
    expect(d[0]! * d[1]! + d[3]! * d[4]! + d[6]! * d[7]!).toBeCloseTo(0, 9)
    expect(volume.geometry.spacing[1]).toBeCloseTo(Math.hypot(1, 0.3), 6)
    expect(axisCodes(d)).toBe('RAS')
  })
})

describe('an MGH image', () => {
  test.each([0, 1, 3, 4] as const)('of type %i is read, packed or not', async (type) => {
    const bytes = mghBytes({ type })
    const plain = await readImage(folder.write('a.mgh', bytes))
    const packed = await readImage(folder.writeGzip('a.mgz', bytes))
    expect(plain.volume.geometry.size).toEqual([2, 3, 4])
    expect([...plain.volume.voxels]).toEqual(Array.from({ length: 24 }, (_, n) => n))
    expect(packed.volume).toEqual(plain.volume)
  })

  test('is placed by its centre and cosines', async () => {
    // As FreeSurfer conforms: axes to the left, down and to the front.
    const bytes = mghBytes({
      spacing: [1, 2, 3],
      cosines: [-1, 0, 0, 0, 0, -1, 0, 1, 0],
      centre: [5, 6, 7]
    })
    const { geometry } = (await readImage(folder.write('lia.mgh', bytes))).volume
    expect(axisCodes(geometry.direction)).toBe('LIA')
    expect(geometry.spacing).toEqual([1, 2, 3])
    // The voxel size/2 = (1, 1.5, 2) lies at RAS (5, 6, 7).
    expect(indexToPhysical(geometry, [1, 1.5, 2])).toEqual([-5, -6, 7])
  })

  test('without orientation it is coronal, 1 mm', async () => {
    const bytes = mghBytes({ good: false, spacing: [9, 9, 9] })
    const { geometry } = (await readImage(folder.write('coronal.mgh', bytes))).volume
    expect(axisCodes(geometry.direction)).toBe('LIA')
    expect(geometry.spacing).toEqual([1, 1, 1])
  })
})

describe('labels', () => {
  test('are read as bytes', async () => {
    const voxels = Array.from({ length: 120 }, (_, n) => n % 3)
    const path = folder.write('labels.nii', niftiBytes({ voxels, datatype: 'float32' }))
    const labels = await readLabels(path, [0, 1, 2])
    expect(labels.voxels).toBeInstanceOf(Uint8Array)
    expect([...labels.voxels]).toEqual(voxels)
  })

  test('may be background alone', async () => {
    const voxels = new Uint8Array(120)
    const labels = await readLabels(folder.write('none.nii', niftiBytes({ voxels })), [0, 1, 2])
    expect(labels.voxels).toEqual(voxels)
  })

  test('outside the table are named with their number', async () => {
    const voxels = [0, 1, 2, 17, 17, 53, 1.5, ...new Uint8Array(113)]
    const path = folder.write('strange.nii', niftiBytes({ voxels }))
    const failure = await failureOf(() => readLabels(path, [0, 1, 2]))
    expect(failure.kind).toBe('input')
    expect(failure.message).toContain('1.5 (1 voxels), 17 (2 voxels), 53 (1 voxels)')
    expect(failure.message).toContain('0, 1, 2')
  })
})

test.each([
  ['a/b.nii.gz', '.nii.gz'],
  ['B.NII', '.nii'],
  ['x.mgh.gz', '.mgh.gz'],
  ['x.mhd', '.mhd'],
  ['x.gz', null],
  ['x.dcm', null]
])('the extension of %s is %s', (path, expected) => {
  expect(imageExtension(path)).toBe(expected)
})
