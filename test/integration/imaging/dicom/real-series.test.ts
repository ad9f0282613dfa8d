import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readImageDicomFileSeriesNode } from '@itk-wasm/dicom'
import { describe, expect, test } from 'vitest'
import { readImage } from '../../../../src/main/imaging/read-image'
import { sharedData } from '../../../shared-data'

const thick = sharedData('data/dicom/study1_t1post')
const crop = sharedData('data/dicom/study1_hippocrop')

function sumOf(voxels: Float32Array): number {
  return voxels.reduce((sum, value) => sum + value, 0)
}

/** What pydicom 3.0 read: the first position, the last less the first, both cosines, and the sum of all stored values. */
const THICK = {
  origin: [-106.109, -186.371, -42.7965],
  span: [-0.921, 36.348, 131.5684],
  sum: 5634537196
}

describe('a real series', () => {
  test.skipIf(thick === null)('of 22 oblique slices with gaps', async () => {
    const { volume, warnings, dicom } = await readImage(thick!)
    const { geometry, voxels } = volume
    expect(geometry.size).toEqual([512, 512, 22])
    expect(geometry.origin).toEqual(THICK.origin)
    expect(geometry.spacing.slice(0, 2)).toEqual([0.4297, 0.4297])
    // 5 mm thick by their tags, 6.5 mm apart by their positions.
    expect(geometry.spacing[2]).toBeCloseTo(Math.hypot(...THICK.span) / 21, 5)
    const end = [2, 5, 8].map((n) => geometry.direction[n]! * geometry.spacing[2] * 21)
    end.forEach((value, axis) => expect(value).toBeCloseTo(THICK.span[axis]!, 2))
    expect(sumOf(voxels)).toBe(THICK.sum)
    expect(warnings.join()).toContain('6.5 mm apart, 15 times the 0.43 mm')
    expect(dicom!.summary).toMatchObject({ plane: 'axial', obliqueDegrees: 15.4, readable: true })
  })

  test.skipIf(crop === null)('of a crop at 1 mm', async () => {
    const { volume } = await readImage(crop!)
    expect(volume.geometry).toEqual({
      size: [35, 51, 32],
      spacing: [1, 1, 1],
      origin: [0, 0, 1],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1]
    })
    expect(sumOf(volume.voxels)).toBe(3346681)
  })

  test.skipIf(thick === null)('lies where ITK puts it, voxel by voxel', async () => {
    const { volume } = await readImage(thick!)
    const inputImages = readdirSync(thick!).map((name) => join(thick!, name))
    const { outputImage: itk } = await readImageDicomFileSeriesNode({ inputImages })
    const numbers = [...itk.spacing, ...itk.origin, ...itk.direction].map(Number)
    const own = [
      ...volume.geometry.spacing,
      ...volume.geometry.origin,
      ...volume.geometry.direction
    ]
    own.forEach((value, n) => expect(value).toBeCloseTo(numbers[n]!, 6))
    const theirs = Float32Array.from(itk.data as Int16Array)
    expect(Buffer.compare(Buffer.from(volume.voxels.buffer), Buffer.from(theirs.buffer))).toBe(0)
  })
})
