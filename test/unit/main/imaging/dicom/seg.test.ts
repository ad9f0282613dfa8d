import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Volume } from '../../../../../src/core/volume/volume'
import { indexToPhysical } from '../../../../../src/core/volume/geometry'
import { writeSeg } from '../../../../../src/main/imaging/dicom'
import { cieLab } from '../../../../../src/main/imaging/dicom/seg/colour'
import { modifiersOf, type MaskLabel } from '../../../../../src/main/imaging/dicom/seg/terms'
import { readImage, type SourceImage } from '../../../../../src/main/imaging/read-image'
import {
  dicomBytes,
  enhancedMr,
  mrSeries,
  PATIENT,
  readDicom,
  writeSeries,
  type Dataset
} from '../../../../fixtures/dicom'
import { failureOf } from '../../../../fixtures/failure'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const CROP: MaskLabel[] = [
  { index: 0, name: 'background' },
  { index: 1, name: 'anterior' },
  { index: 2, name: 'posterior', colour: [74, 168, 201] }
]

const HEAD: MaskLabel[] = [
  { index: 1, name: 'left anterior' },
  { index: 2, name: 'left posterior' },
  { index: 3, name: 'right anterior' },
  { index: 4, name: 'right posterior' }
]

/** 7 × 5 voxels a frame: no multiple of 8, so that frames do not begin at bytes. */
const oblique = {
  columns: 7,
  rows: 5,
  slices: 6,
  step: 2.5,
  orientation: [0.8, 0.6, 0, 0, 0, -1],
  along: [-0.6, 0.8, 0],
  origin: [12.5, -30.25, 7],
  tags: { PixelSpacing: [0.9, 0.7], AcquisitionNumber: 1 }
}

function maskOn(
  { volume: { geometry } }: SourceImage,
  labels: readonly number[]
): Volume<Uint8Array> {
  const [nx, ny, nz] = geometry.size
  const voxels = new Uint8Array(nx * ny * nz)
  // Each label a bar of its own, none in the first and the last slice.
  labels.forEach((label, n) => {
    for (let k = 1; k < nz - 1; k++)
      voxels.fill(label, nx * (ny * k + n), nx * (ny * k + n) + k + 1)
  })
  return { geometry, voxels }
}

interface Frame {
  segment: number
  position: number[]
  source: string
  sourceFrame: number | null
  set: number[]
}

const list = (value: unknown): Dataset[] => (Array.isArray(value) ? value : [value]) as Dataset[]
const item = (value: unknown): Dataset => list(value)[0]!

/** The frames of a SEG as dcmjs reads it. */
function framesOf(seg: Dataset): Frame[] {
  const length = Number(seg.Rows) * Number(seg.Columns)
  const bits = new Uint8Array((seg.PixelData as ArrayBuffer[])[0]!)
  return list(seg.PerFrameFunctionalGroupsSequence).map((group, frame) => {
    const source = item(item(group.DerivationImageSequence).SourceImageSequence)
    const number = source.ReferencedFrameNumber
    return {
      segment: Number(item(group.SegmentIdentificationSequence).ReferencedSegmentNumber),
      position: (item(group.PlanePositionSequence).ImagePositionPatient as number[]).map(Number),
      source: source.ReferencedSOPInstanceUID as string,
      sourceFrame: number === undefined ? null : Number(number),
      set: Array.from({ length }, (_, n) => n).filter((n) => {
        const at = frame * length + n
        return (bits[at >> 3]! >> (at & 7)) & 1
      })
    }
  })
}

async function written(
  source: SourceImage,
  labels: readonly MaskLabel[],
  mask: Volume<Uint8Array>,
  keepIdentity = false
): Promise<{ seg: Dataset; bytes: Buffer }> {
  const path = folder.file(`${Math.random()}.dcm`)
  await writeSeg(path, mask, labels, source.dicom!.volume, { keepIdentity, algorithm: 'test' })
  const bytes = readFileSync(path)
  return { seg: readDicom(bytes), bytes }
}

describe('a DICOM SEG, read by dcmjs', () => {
  test('holds each label where the source has it, and refers to that image', async () => {
    const source = await readImage(writeSeries(folder.file('oblique'), mrSeries(oblique)))
    const mask = maskOn(source, [1, 2])
    const { seg } = await written(source, CROP, mask)
    const [nx, ny] = mask.geometry.size
    const frames = framesOf(seg)
    expect(frames.map(({ segment }) => segment)).toEqual([1, 1, 1, 1, 2, 2, 2, 2])
    const found = new Uint8Array(mask.voxels.length)
    for (const { segment, position, source: uid, sourceFrame, set } of frames) {
      const k = Number(uid.split('.').at(-1)) - 1
      const place = indexToPhysical(mask.geometry, [0, 0, k])
      position.forEach((value, axis) => expect(value).toBeCloseTo(place[axis]!, 6))
      expect(sourceFrame).toBeNull()
      for (const n of set) found[nx * ny * k + n] = segment
    }
    expect(found).toEqual(mask.voxels)
    const shared = item(seg.SharedFunctionalGroupsSequence)
    expect(item(shared.PlaneOrientationSequence).ImageOrientationPatient).toEqual(
      oblique.orientation
    )
    expect(item(shared.PixelMeasuresSequence)).toMatchObject({
      PixelSpacing: [0.9, 0.7],
      SpacingBetweenSlices: 2.5
    })
    expect(seg).toMatchObject({
      Modality: 'SEG',
      SegmentationType: 'BINARY',
      StudyInstanceUID: '1.2.3',
      FrameOfReferenceUID: '1.2.3.0',
      Rows: 5,
      Columns: 7,
      NumberOfFrames: 8
    })
    const series = item(seg.ReferencedSeriesSequence)
    expect(series.SeriesInstanceUID).toBe('1.2.3.1')
    expect(list(series.ReferencedInstanceSequence)).toHaveLength(6)
  })

  test('names its segments in coded terms', async () => {
    const source = await readImage(writeSeries(folder.file('terms'), mrSeries(oblique)))
    const { seg } = await written(source, CROP, maskOn(source, [1, 2]))
    const segments = list(seg.SegmentSequence)
    const code = (value: unknown) => {
      const { CodeValue, CodingSchemeDesignator, CodeMeaning } = item(value)
      return [CodeValue, CodingSchemeDesignator, CodeMeaning]
    }
    expect(segments.map(({ SegmentLabel }) => SegmentLabel)).toEqual([
      'hippocampus anterior',
      'hippocampus posterior'
    ])
    const type = item(segments[1]!.SegmentedPropertyTypeCodeSequence)
    expect(code(type)).toEqual(['5366008', 'SCT', 'Hippocampus'])
    expect(code(type.SegmentedPropertyTypeModifierCodeSequence)).toEqual([
      '255551008',
      'SCT',
      'Posterior'
    ])
    expect(code(segments[1]!.SegmentedPropertyCategoryCodeSequence)[0]).toBe('91723000')
    const colours = segments.map((segment) => segment.RecommendedDisplayCIELabValue as number[])
    expect(colours.map((colour) => colour.length)).toEqual([3, 3])
    expect(colours[0]).not.toEqual(colours[1])
  })

  test('of a head has four segments, with sides; one that is empty is kept', async () => {
    const source = await readImage(writeSeries(folder.file('head'), mrSeries(oblique)))
    const { seg } = await written(source, HEAD, maskOn(source, [1, 2, 3]))
    const frames = framesOf(seg)
    expect(frames.filter(({ segment }) => segment === 4).map(({ set }) => set)).toEqual([[]])
    const modifiers = list(seg.SegmentSequence).map((segment) =>
      list(
        item(segment.SegmentedPropertyTypeCodeSequence).SegmentedPropertyTypeModifierCodeSequence
      ).map(({ CodeMeaning }) => CodeMeaning)
    )
    expect(modifiers).toEqual([
      ['Left', 'Anterior'],
      ['Left', 'Posterior'],
      ['Right', 'Anterior'],
      ['Right', 'Posterior']
    ])
  })

  test('of a multi-frame scan refers to its frames', async () => {
    const order = [3, 1, 0, 2]
    const path = folder.write('frames.dcm', dicomBytes(enhancedMr({ slices: 4, order })))
    const source = await readImage(path)
    const { seg } = await written(source, CROP, maskOn(source, [1]))
    const slices = framesOf(seg)
      .filter(({ segment }) => segment === 1)
      .map(({ sourceFrame, position }) => [sourceFrame, position[2]])
    // Slices 1 and 2 are the file's frames 2 and 4.
    expect(slices).toEqual([
      [2, 1],
      [4, 2]
    ])
  })

  test('carries nothing of the patient, unless asked to', async () => {
    const source = await readImage(writeSeries(folder.file('identity'), mrSeries(oblique)))
    const mask = maskOn(source, [1, 2])
    const blank = await written(source, CROP, mask)
    const texts = ['Erika', '4711', '19500102', 'ACC-99', 'Doctor', '20240506']
    for (const text of texts) expect(blank.bytes.includes(text), text).toBe(false)
    expect(blank.seg.PatientIdentityRemoved).toBe('YES')
    const named = await written(source, CROP, mask, true)
    expect(named.seg).toMatchObject({
      PatientID: PATIENT.PatientID,
      PatientBirthDate: PATIENT.PatientBirthDate,
      AccessionNumber: 'ACC-99',
      StudyDate: '20240506'
    })
    for (const text of texts) expect(named.bytes.includes(text), text).toBe(true)
    expect(named.seg.PatientIdentityRemoved).toBeUndefined()
  })

  test('is not written over another file, nor for a mask of another grid', async () => {
    const source = await readImage(writeSeries(folder.file('grid'), mrSeries(oblique)))
    const mask = maskOn(source, [1])
    const path = folder.write('there.dcm', 'precious')
    const write = () => writeSeg(path, mask, CROP, source.dicom!.volume)
    expect((await failureOf(write)).message).toContain('exists already')
    expect(readFileSync(path, 'utf8')).toBe('precious')
    const geometry = { ...mask.geometry, size: [7, 5, 5] as [number, number, number] }
    const cut = { geometry, voxels: mask.voxels.subarray(0, 175) }
    const other = folder.file('other.dcm')
    const failure = await failureOf(() => writeSeg(other, cut, CROP, source.dicom!.volume))
    expect(failure.message).toContain('not on the grid of its series')
    expect(existsSync(other)).toBe(false)
  })
})

describe('terms and colours', () => {
  test('sides and parts come from the names of a table', () => {
    expect(modifiersOf('right_anterior').map(({ value }) => value)).toEqual([
      '24028007',
      '255549009'
    ])
    expect(modifiersOf('whole')).toEqual([])
  })

  test.each([
    ['white', [255, 255, 255], [65535, 32896, 32896]],
    ['black', [0, 0, 0], [0, 32896, 32896]]
  ] as const)('%s', (_, rgb, lab) => {
    // PS3.3 C.10.7.1.1: a* and b* of 0 are stored as 0x8080.
    cieLab([...rgb]).forEach((value, n) => expect(Math.abs(value - lab[n]!)).toBeLessThan(16))
  })
})
