import { readSegmentationNode } from '@itk-wasm/dicom'
import { describe, expect, test } from 'vitest'
import { indexToPhysical, physicalToIndex } from '../../../../src/core/volume/geometry'
import { writeSeg } from '../../../../src/main/imaging/dicom'
import { itkGeometry } from '../../../../src/main/imaging/itk-file'
import { readImage } from '../../../../src/main/imaging/read-image'
import { CROP_LABELS } from '../../../../src/shared/labels'
import { mrSeries, writeSeries } from '../../../fixtures/dicom'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()

describe('a DICOM SEG', () => {
  test('lies where dcmqi reads it, voxel by voxel', async () => {
    const series = mrSeries({
      columns: 12,
      rows: 8,
      slices: 7,
      step: 3,
      orientation: [0.8, 0.6, 0, 0, 0, -1],
      along: [-0.6, 0.8, 0],
      origin: [5, 6, 7]
    })
    const source = await readImage(writeSeries(folder.file('series'), series))
    const { geometry } = source.volume
    const voxels = new Uint8Array(12 * 8 * 7)
    for (let k = 2; k < 6; k++) {
      for (let j = 1; j < 7; j++) {
        for (let i = 3; i < 5 + k; i++) voxels[i + 12 * (j + 8 * k)] = i < 6 ? 1 : 2
      }
    }
    const path = folder.file('seg.dcm')
    await writeSeg(path, { geometry, voxels }, CROP_LABELS, source.dicom!.volume)

    const { segImage } = await readSegmentationNode(path)
    const read = itkGeometry(segImage)
    const data = segImage.data as Int16Array
    const found = new Uint8Array(voxels.length)
    data.forEach((label, n) => {
      if (label === 0) return
      const [nx, ny] = read.size
      const place = indexToPhysical(read, [
        n % nx,
        Math.floor(n / nx) % ny,
        Math.floor(n / nx / ny)
      ])
      const index = physicalToIndex(geometry, place)
      for (const value of index) expect(value).toBeCloseTo(Math.round(value), 4)
      const [i, j, k] = index.map(Math.round) as [number, number, number]
      found[i + 12 * (j + 8 * k)] = label
    })
    expect(found).toEqual(voxels)
  })
})
