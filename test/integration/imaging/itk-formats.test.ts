import { deflateRawSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { indexToPhysical } from '../../../src/core/volume/geometry'
import { axisCodes } from '../../../src/core/volume/orientation'
import { itkGeometry, readThroughItk } from '../../../src/main/imaging/itk-file'
import { readImage } from '../../../src/main/imaging/read-image'
import { failureOf } from '../../fixtures/failure'
import { mghBytes } from '../../fixtures/mgh-bytes'
import { niftiBytes } from '../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../fixtures/temporary-folder'

const folder = temporaryFolder()
const VALUES = Int16Array.from({ length: 24 }, (_, n) => n * 3 - 20)
const VOXELS = new Uint8Array(VALUES.buffer)

/** Header fields to set; null takes one out. */
type Changes = Record<string, string | null>

const NRRD: Changes = {
  type: 'short',
  dimension: '3',
  space: 'left-posterior-superior',
  sizes: '2 3 4',
  'space directions': '(0,0,-0.5) (-2,0,0) (0,3,0)',
  kinds: 'domain domain domain',
  endian: 'little',
  encoding: 'raw',
  'space origin': '(1,2,3)'
}

/** An NRRD file with some header fields changed. */
function nrrd(changes: Changes = {}, voxels: Uint8Array = VOXELS): Uint8Array {
  const fields = Object.entries({ ...NRRD, ...changes }).filter(([, value]) => value !== null)
  const header = ['NRRD0004', ...fields.map(([key, value]) => `${key}: ${value}`), '', ''].join(
    '\n'
  )
  return Buffer.concat([Buffer.from(header), voxels])
}

const META: Changes = {
  ObjectType: 'Image',
  NDims: '3',
  BinaryData: 'True',
  BinaryDataByteOrderMSB: 'False',
  TransformMatrix: '0 0 -1 -1 0 0 0 1 0',
  Offset: '1 2 3',
  ElementSpacing: '0.5 2 3',
  DimSize: '2 3 4',
  ElementType: 'MET_SHORT'
}

function meta(changes: Changes = {}, voxels: Uint8Array = VOXELS, file = 'LOCAL'): Uint8Array {
  const fields = Object.entries({ ...META, ...changes }).filter(([, value]) => value !== null)
  const lines = [...fields, ['ElementDataFile', file]].map(([key, value]) => `${key} = ${value}`)
  return Buffer.concat([Buffer.from(lines.join('\n') + '\n'), voxels])
}

describe.each([
  ['raw.nrrd', nrrd()],
  ['packed.nrrd', nrrd({ encoding: 'gzip' }, gzipSync(VOXELS))],
  ['local.mha', meta()],
  ['detached.mhd', meta({}, new Uint8Array(), 'detached.raw')]
])('%s', (name, content) => {
  test('is read with its voxels and its place', async () => {
    folder.write('detached.raw', VOXELS)
    const { volume, header, warnings } = await readImage(folder.write(name, content))
    expect(volume.geometry.size).toEqual([2, 3, 4])
    expect(volume.geometry.spacing).toEqual([0.5, 2, 3])
    expect([...volume.voxels]).toEqual([...VALUES])
    // LPS axes: down, to the right, to the back.
    expect(axisCodes(volume.geometry.direction)).toBe('IRP')
    expect(indexToPhysical(volume.geometry, [1, 2, 3])).toEqual([1 - 4, 2 + 9, 3 - 0.5])
    expect(header).toEqual({ format: 'other' })
    expect(warnings).toEqual([])
  })
})

test('NRRD in RAS is turned to LPS', async () => {
  const path = folder.write('ras.nrrd', nrrd({ space: 'right-anterior-superior' }))
  const { geometry } = (await readImage(path)).volume
  expect(indexToPhysical(geometry, [1, 2, 3])).toEqual([-(1 - 4), -(2 + 9), 3 - 0.5])
})

test.each(['', '2'])('our NIfTI reader agrees with ITK%s', async (kind) => {
  const bytes = niftiBytes({
    dim: [3, 4, 5, 6],
    datatype: 'int16',
    slope: 0.5,
    intercept: -3,
    pixdim: [1, 0.8, 1.2, 2.5],
    qform: {
      code: 1,
      quaternion: [-0.05717931315302849, 0.6535625457763672, -0.7518376708030701],
      offset: [30.5, -41.25, 17.75],
      qfac: kind === '' ? -1 : 1
    }
  })
  const path = folder.writeGzip(`oblique${kind}.nii.gz`, bytes)
  const { volume } = await readImage(path)
  const image = await readThroughItk(path, false)
  expect([...volume.voxels]).toEqual([...(image.data as Float32Array)].map(Number))
  const theirs = itkGeometry(image)
  expect(volume.geometry.size).toEqual(theirs.size)
  for (const part of ['spacing', 'origin', 'direction'] as const) {
    volume.geometry[part].forEach((value, n) => {
      expect(value).toBeCloseTo(theirs[part][n]!, 5)
    })
  }
})

test('our MGH reader agrees with ITK', async () => {
  const cosines = [-0.8, 0, 0.6, 0, -1, 0, 0.6, 0, 0.8]
  const path = folder.write(
    'turned.mgh',
    mghBytes({ spacing: [1, 2, 3], cosines, centre: [5, 6, 7] })
  )
  const { volume } = await readImage(path)
  const image = await readThroughItk(path, false)
  expect([...volume.voxels]).toEqual([...(image.data as Float32Array)])
  const theirs = itkGeometry(image)
  for (const part of ['spacing', 'origin', 'direction'] as const) {
    volume.geometry[part].forEach((value, n) => {
      expect(value).toBeCloseTo(theirs[part][n]!, 5)
    })
  }
})

const nan = new Uint8Array(Float32Array.from({ length: 24 }, (_, n) => (n === 3 ? NaN : n)).buffer)

describe('bad input', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test.each([
    ['truncated.nrrd', nrrd({}, VOXELS.subarray(0, 20)), /damaged, truncated/],
    [
      'truncated packed.nrrd',
      nrrd({ encoding: 'gzip' }, gzipSync(VOXELS).subarray(0, 20)),
      /damaged, truncated/
    ],
    ['huge.nrrd', nrrd({ sizes: '5000 5000 5000' }), /5000×5000×5000/],
    ['zero spacings.nrrd', nrrd({ 'space directions': null, spacings: '1 0 1' }), /1×0×1 mm/],
    ['negative spacings.nrrd', nrrd({ 'space directions': null, spacings: '1 -1 1' }), /1×-1×1 mm/],
    ['zero direction.nrrd', nrrd({ 'space directions': '(1,0,0) (0,0,0) (0,0,1)' }), /1×0×1 mm/],
    [
      'sheared.nrrd',
      nrrd({ 'space directions': '(1,0,0) (0.4,1,0) (0,0,1)' }),
      /--repair-geometry/
    ],
    [
      'series.nrrd',
      nrrd({
        dimension: '4',
        sizes: '2 3 2 2',
        kinds: 'domain domain domain time',
        space: 'left-posterior-superior-time',
        'space directions': '(1,0,0,0) (0,1,0,0) (0,0,1,0) (0,0,0,1)',
        'space origin': '(0,0,0,0)'
      }),
      /4-D series of 2×3×2×2/
    ],
    [
      'rgb.nrrd',
      nrrd(
        {
          type: 'uchar',
          dimension: '4',
          sizes: '3 2 2 2',
          kinds: 'RGB-color domain domain domain',
          'space directions': 'none (1,0,0) (0,1,0) (0,0,1)'
        },
        VOXELS.subarray(0, 24)
      ),
      /3 values a voxel/
    ],
    ['nan.nrrd', nrrd({ type: 'float' }, nan), /1 NaN or infinite voxel/],
    ['constant.nrrd', nrrd({}, new Uint8Array(48)), /constant/],
    ['text.nrrd', 'no image at all\n', /is text/],
    ['truncated.mha', meta({}, VOXELS.subarray(0, 20)), /damaged, truncated/],
    ['huge.mha', meta({ DimSize: '5000 5000 5000' }), /5000×5000×5000/],
    ['zero spacing.mha', meta({ ElementSpacing: '0 1 1' }), /0×1×1 mm/],
    ['negative spacing.mha', meta({ ElementSpacing: '-1 1 1' }), /-1×1×1 mm/],
    ['sheared.mha', meta({ TransformMatrix: '1 0 0 0.4 1 0 0 0 1' }), /--repair-geometry/],
    [
      'series.mha',
      meta({
        NDims: '4',
        DimSize: '2 3 2 2',
        ElementSpacing: '1 1 1 1',
        TransformMatrix: null,
        Offset: null
      }),
      /4-D series/
    ],
    [
      'rgb.mha',
      meta({ ElementType: 'MET_UCHAR', ElementNumberOfChannels: '3', DimSize: '2 2 4' }),
      /3 values a voxel/
    ],
    ['without voxels.mhd', meta({}, new Uint8Array(), 'nowhere.raw'), /damaged, truncated/],
    ['zeros.mha', new Uint8Array(500), /no image header/]
  ] as [string, Uint8Array | string, RegExp][])('%s', async (name, content, expected) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const path = folder.write(name, content)
    const failure = await failureOf(() => readImage(path))
    expect(failure.kind).toBe('input')
    expect(failure.message).toMatch(expected)
    expect(failure.message.startsWith(`${path}: `)).toBe(true)
    expect(failure.message).not.toContain('\n')
    // itk-wasm would print to stdout, which belongs to --json.
    expect(log).not.toHaveBeenCalled()
    expect(error).not.toHaveBeenCalled()
  })

  test('the console works again afterwards', async () => {
    const before = [console.log, console.error]
    const paths = [folder.write('a.mha', meta({}, new Uint8Array())), folder.write('b.mha', meta())]
    await Promise.allSettled(paths.map((path) => readImage(path)))
    expect([console.log, console.error]).toEqual(before)
  })

  test('compressed MetaImage that ends early', async () => {
    const packed = deflateRawSync(VOXELS).subarray(0, 10)
    const path = folder.write('short.mha', meta({ CompressedData: 'True' }, packed))
    const failure = await failureOf(() => readImage(path))
    expect(failure.kind).toBe('input')
  })
})
