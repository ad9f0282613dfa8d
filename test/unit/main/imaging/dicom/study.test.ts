import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { DicomSeriesSummary } from '../../../../../src/shared/dicom'
import { dicomListingSchema } from '../../../../../src/shared/dicom'
import { chooseSeries, openStudy, readDicomVolume } from '../../../../../src/main/imaging/dicom'
import {
  dicomBytes,
  enhancedMr,
  EXPLICIT,
  IMPLICIT,
  mrSeries,
  mrSlice,
  PATIENT,
  writeSeries,
  type Dataset
} from '../../../../fixtures/dicom'
import { failureOf } from '../../../../fixtures/failure'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'

const folder = temporaryFolder()
let folders = 0

function folderOf(datasets: readonly Dataset[], transferSyntax?: string): string {
  return writeSeries(folder.file(`series ${++folders}`), datasets, transferSyntax)
}

async function listed(path: string): Promise<DicomSeriesSummary[]> {
  const study = await openStudy([path])
  study.close()
  return dicomListingSchema.parse(study.listing).series
}

async function read(path: string, repair = false) {
  const study = await openStudy([path])
  const { volume } = await readDicomVolume(path, study.series[0]!.volume, repair)
  study.close()
  return volume
}

const codes = (series: DicomSeriesSummary | undefined): string[] =>
  (series?.problems ?? []).map(({ code }) => code)

/** Rows and columns turned by 30° about x and 20° about z. */
const [C, S, c, s] = [Math.cos(Math.PI / 6), 0.5, Math.cos(Math.PI / 9), Math.sin(Math.PI / 9)]
const OBLIQUE = [c, s, 0, -s * C, c * C, S]
const OBLIQUE_NORMAL = [s * S, -c * S, C]

describe('a series of single slices', () => {
  test('is read in the order of its positions, with the spacing between them', async () => {
    const path = folderOf(mrSeries({ slices: 4, step: 2.5, origin: [-3, 4, 10] }))
    const [series] = await listed(path)
    expect(series).toMatchObject({
      number: 1,
      modality: 'MR',
      description: 'T1 MPRAGE',
      patient: { name: PATIENT.PatientName, id: PATIENT.PatientID },
      size: [6, 5, 4],
      spacing: [1, 1, 2.5],
      plane: 'axial',
      obliqueDegrees: 0,
      files: 4,
      readable: true,
      proposed: true
    })
    const { geometry, voxels } = await read(path)
    expect(geometry).toEqual({
      size: [6, 5, 4],
      spacing: [1, 1, 2.5],
      origin: [-3, 4, 10],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1]
    })
    // Slice k was stored as instance k + 1, 100·instance + 10·row + column.
    expect([voxels[0], voxels[6 * 5 * 3 + 6 * 2 + 1]]).toEqual([100, 421])
  })

  test.each([
    ['upwards', 1],
    ['downwards', -1]
  ])('counted %s along the normal lies the same way', async (_, sign) => {
    const datasets = mrSeries({ slices: 5, along: [0, 0, sign] })
    const { geometry, voxels } = await read(folderOf(datasets))
    expect(geometry.origin[2]).toBe(sign === 1 ? 0 : -4)
    expect(voxels[0]).toBe(sign === 1 ? 100 : 500)
  })

  test('oblique: rows, columns and normal are the columns of the direction', async () => {
    const datasets = mrSeries({
      slices: 6,
      step: 1.5,
      orientation: OBLIQUE,
      along: OBLIQUE_NORMAL,
      origin: [10, 20, 30],
      tags: { PixelSpacing: [0.8, 0.6] }
    })
    const path = folderOf(datasets)
    const { geometry } = await read(path)
    const columns = [0, 1, 2].flatMap((row) =>
      [OBLIQUE[row], OBLIQUE[3 + row], OBLIQUE_NORMAL[row]].map(Number)
    )
    geometry.direction.forEach((value, n) => expect(value).toBeCloseTo(columns[n]!, 6))
    // DICOM gives the distance between rows first.
    geometry.spacing.forEach((value, n) => expect(value).toBeCloseTo([0.6, 0.8, 1.5][n]!, 6))
    const [series] = await listed(path)
    expect(series!.plane).toBe('axial')
    expect(series!.obliqueDegrees).toBeCloseTo(30, 1)
  })

  test('implicit VR and rescaled', async () => {
    const tags = { RescaleSlope: 0.5, RescaleIntercept: -10 }
    const { voxels } = await read(folderOf(mrSeries({ slices: 3, tags }), IMPLICIT))
    expect([...voxels.subarray(0, 3)]).toEqual([40, 40.5, 41])
  })

  test('bits beyond those stored are no part of the value', async () => {
    const tags = { BitsStored: 12, HighBit: 11 }
    // -5 in 12 bits, with an overlay bit above.
    const { voxels } = await read(folderOf(mrSeries({ slices: 2, tags, value: () => 0x1ffb })))
    expect(voxels[0]).toBe(-5)
  })

  test('names in another character set, in Korean say', async () => {
    const bytes = Buffer.from(dicomBytes(mrSlice({ tags: { PatientName: 'XXXXXXXXXXXX' } })))
    // PS3.5 I.2: Hong^Gildong with its ideographic and phonetic forms begins so in EUC-KR.
    const at = bytes.indexOf('XXXXXXXXXXXX')
    Buffer.from([0x1b, 0x24, 0x29, 0x43, 0xfb, 0xf3, 0x5e, 0xd1, 0xce, 0xd4, 0xd7, 0x20]).copy(
      bytes,
      at
    )
    const set = bytes.indexOf('ISO_IR 192')
    Buffer.from('ISO_IR 149').copy(bytes, set)
    const [series] = await listed(folder.write(`korean ${++folders}.dcm`, bytes))
    expect(series!.patient.name).toBe('洪^吉洞')
  })
})

describe('a multi-frame file', () => {
  test('is read by the positions of its frames, whatever their order, and rescaled', async () => {
    const dataset = enhancedMr({ slices: 4, step: 3, order: [2, 0, 3, 1] })
    const path = folder.write('enhanced.dcm', dicomBytes(dataset))
    const [series] = await listed(path)
    expect(series).toMatchObject({
      size: [6, 5, 4],
      spacing: [1, 1, 3],
      files: 1,
      multiFrame: true
    })
    expect(series!.readable).toBe(true)
    const { geometry, voxels } = await read(path)
    expect(geometry.origin).toEqual([0, 0, 0])
    expect([0, 1, 2, 3].map((k) => voxels[30 * k])).toEqual([197, 397, 597, 797])
  })

  test('of two echoes at each place makes two volumes', async () => {
    const dataset = enhancedMr({ slices: 6 })
    const frames = dataset.PerFrameFunctionalGroupsSequence as Dataset[]
    frames.forEach((frame, n) => {
      frame.PlanePositionSequence = [{ ImagePositionPatient: [0, 0, n % 3] }]
      frame.MREchoSequence = [{ EffectiveEchoTime: n < 3 ? 3 : 80 }]
    })
    const series = await listed(folder.write('echoes.dcm', dicomBytes(dataset)))
    expect(series.map(({ size, id }) => [size[2], id])).toEqual([
      [3, '1.2.3.1#1'],
      [3, '1.2.3.1#2']
    ])
    expect(series[0]!.problems.find(({ code }) => code === 'mixed')!.text).toContain('echo time')
    expect(codes(series[1])).toContain('not-t1')
  })

  test('that says nothing of where its frames lie is refused', async () => {
    const dataset = { ...enhancedMr({ slices: 3 }), PerFrameFunctionalGroupsSequence: [{}, {}, {}] }
    const path = folder.write('nowhere.dcm', dicomBytes(dataset))
    expect(codes((await listed(path))[0])).toContain('no-position')
    expect((await failureOf(() => read(path))).message).toContain('nothing of where its images lie')
  })
})

describe('what is wrong with a series is said', () => {
  const cases: [string, string, RegExp, () => Dataset[]][] = [
    [
      'a missing slice',
      'missing-slices',
      /a slice is missing: its slices are 1.5 mm apart, but 3 mm after slice 4/,
      () => mrSeries({ slices: 9, step: 1.5 }).filter((_, n) => n !== 4)
    ],
    [
      'several missing slices',
      'missing-slices',
      /3 slices are missing.*after slice 2, 2 mm after slice 5/,
      () => mrSeries({ slices: 12 }).filter((_, n) => ![2, 3, 7].includes(n))
    ],
    [
      'a position that is there twice',
      'duplicate-positions',
      /an image lies where another of the series lies already/,
      () => [...mrSeries(), mrSlice({ instance: 77, position: [0, 0, 3] })]
    ],
    [
      'unequal spacing',
      'unequal-spacing',
      /not evenly spaced: slice 4 lies 0.3 mm off its place/,
      () => [
        ...mrSeries({ slices: 8 }).filter((_, n) => n !== 3),
        mrSlice({ instance: 4, position: [0, 0, 3.3] })
      ]
    ],
    [
      'slices shifted sideways',
      'unequal-spacing',
      /not evenly spaced: slice 4 lies 2 mm off/,
      () => [
        ...mrSeries({ slices: 8 }).filter((_, n) => n !== 3),
        mrSlice({ instance: 4, position: [2, 0, 3] })
      ]
    ],
    ['one slice alone', 'single-slice', /one slice alone/, () => [mrSlice()]],
    [
      'no position',
      'no-position',
      /nothing of where/,
      () => mrSeries({ tags: { ImageOrientationPatient: undefined } })
    ],
    [
      'a screenshot',
      'not-an-image',
      /a screenshot, not a scan/,
      () => [mrSlice({ tags: { SOPClassUID: '1.2.840.10008.5.1.4.1.1.7' } })]
    ],
    [
      'colour',
      'colour',
      /colour image/,
      () => mrSeries({ tags: { SamplesPerPixel: 3, PhotometricInterpretation: 'RGB' } })
    ],
    [
      'a mosaic',
      'mosaic',
      /side by side/,
      () => mrSeries({ tags: { ImageType: ['ORIGINAL', 'PRIMARY', 'M', 'MOSAIC'] } })
    ]
  ]
  test.each(cases)('%s', async (_, code, text, datasets) => {
    const path = folderOf(datasets())
    const [series] = await listed(path)
    const problem = series!.problems.find((one) => one.code === code)
    expect(problem?.text).toMatch(text)
    expect(problem?.severity).toBe('unreadable')
    expect(series).toMatchObject({ readable: false, proposed: false })
    const failure = await failureOf(() => read(path))
    expect(failure.kind).toBe('input')
    expect(failure.message).toMatch(text)
  })

  const remarks: [string, string, Dataset][] = [
    ['a localizer', 'localizer', { ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] }],
    ['a derived series', 'derived', { ImageType: ['DERIVED', 'SECONDARY', 'MPR'] }],
    ['CT', 'not-mr', { Modality: 'CT' }],
    ['a T2 by its name', 'not-t1', { SeriesDescription: 'T2 TSE' }],
    ['a T2 by its echo time', 'not-t1', { SeriesDescription: 'ax brain', EchoTime: 98 }],
    ['contrast agent', 'contrast-agent', { ContrastBolusAgent: 'Gd' }],
    ['names burnt in', 'identity', { BurnedInAnnotation: 'YES' }]
  ]
  test.each(remarks)('%s is remarked, and read all the same', async (_, code, tags) => {
    const [series] = await listed(folderOf(mrSeries({ tags })))
    expect(codes(series)).toContain(code)
    expect(series!.readable).toBe(true)
  })

  test('thick slices', async () => {
    const [series] = await listed(folderOf(mrSeries({ step: 6.5 })))
    const text = series!.problems.find(({ code }) => code === 'thick-slices')!.text
    expect(text).toContain('6.5 mm apart')
  })

  test('a tilted stack is read when its geometry may be repaired', async () => {
    const tilt = Math.tan((15 * Math.PI) / 180)
    const path = folderOf(mrSeries({ slices: 10, along: [0, tilt, 1] }))
    const [series] = await listed(path)
    expect(series!.problems.find(({ code }) => code === 'tilted')!.text).toContain(
      'askew, by 15.0°'
    )
    expect(series!.readable).toBe(false)
    const failure = await failureOf(() => read(path))
    expect(failure.message).toMatch(/axes are sheared.*--repair-geometry/)
    const { geometry } = await read(path, true)
    expect(geometry.direction[0]).toBeCloseTo(1)
    expect(geometry.size).toEqual([6, 5, 10])
  })
})

describe('several series', () => {
  const t1 = mrSeries({ slices: 100, series: '1.2.3.5' })
  const t2 = mrSeries({
    slices: 30,
    step: 4,
    series: '1.2.3.4',
    tags: { SeriesDescription: 'T2 TSE', EchoTime: 98, InversionTime: undefined }
  })
  const planes = [
    [1, 0, 0, 0, 1, 0],
    [0, 1, 0, 0, 0, -1],
    [1, 0, 0, 0, 0, -1]
  ]
  const scout = planes.map((orientation, n) =>
    mrSlice({
      series: '1.2.3.1',
      instance: n + 1,
      orientation,
      tags: { SeriesDescription: 'localizer', ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] }
    })
  )

  test('the T1-weighted one is proposed, with files of any name in folders below', async () => {
    const root = folder.file('study')
    writeSeries(join(root, 'a', 'deep', 'one'), t1)
    writeSeries(join(root, 'b'), [...t2, ...scout])
    writeFileSync(join(root, 'notes.txt'), 'no DICOM')
    mkdirSync(join(root, 'empty'))
    const study = await openStudy([root])
    expect(study.listing.otherFiles).toBe(1)
    expect(study.listing.series.map(({ number, seriesNumber }) => [number, seriesNumber])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 4],
      [5, 5]
    ])
    expect(study.listing.series.map(({ proposed }) => proposed)).toEqual([
      false,
      false,
      false,
      false,
      true
    ])
    expect(codes(study.listing.series[0])).toEqual(
      expect.arrayContaining(['single-slice', 'mixed', 'localizer'])
    )
    const { series, warning } = chooseSeries(root, study, null)
    expect(series.summary.number).toBe(5)
    expect(warning).toContain('read series 5 (T1 MPRAGE, MR, 6×5×100), the best suited of 5')
    expect(chooseSeries(root, study, '4').series.summary.seriesUid).toBe('1.2.3.4')
    expect(chooseSeries(root, study, '1.2.3.4').series.summary.number).toBe(4)
    const mixed = await failureOf(() => chooseSeries(root, study, '1.2.3.1'))
    expect(mixed).toMatchObject({ kind: 'usage' })
    expect(mixed.message).toContain('several volumes; give one of 1 (localizer')
    const absent = await failureOf(() => chooseSeries(root, study, '9'))
    expect(absent.message).toContain('--series 9 is not there; give one of 1 (')
    study.close()
  })

  test('of equal worth are listed for a choice, without a word of the patient', async () => {
    const second = mrSeries({ slices: 100, series: '1.2.3.6' })
    const path = folderOf([...t1, ...second])
    const study = await openStudy([path])
    const failure = await failureOf(() => chooseSeries(path, study, null))
    expect(failure.kind).toBe('input')
    expect(failure.message).toMatch(/holds 2 DICOM series; choose one with --series: 1 \(T1 MPRAGE/)
    expect(failure.message).not.toMatch(/Erika|4711/)
    study.close()
  })

  test('stacked on each other in one SeriesInstanceUID are told apart by their acquisition', async () => {
    const first = mrSeries({ slices: 4, tags: { AcquisitionNumber: 1 } })
    const again = mrSeries({ slices: 4, tags: { AcquisitionNumber: 2 } }).map((dataset, n) => ({
      ...dataset,
      InstanceNumber: n + 5,
      SOPInstanceUID: `1.2.3.1.${n + 5}`
    }))
    const series = await listed(folderOf([...first, ...again]))
    expect(series.map(({ id, size, readable }) => [id, size[2], readable])).toEqual([
      ['1.2.3.1#1', 4, true],
      ['1.2.3.1#2', 4, true]
    ])
    expect(series[0]!.problems[0]!.text).toContain('mixes 2 volumes, which differ in acquisition')
  })

  test('an odd image among a series does not spoil it', async () => {
    const odd = mrSlice({ instance: 50, columns: 8, position: [0, 0, 50] })
    const series = await listed(folderOf([...mrSeries({ slices: 6 }), odd]))
    expect(series.map(({ size, readable }) => [size[2], readable])).toEqual([
      [6, true],
      [1, false]
    ])
    expect(series[0]!.problems[0]!.text).toContain('image size')
  })

  test('a file that is there twice counts once', async () => {
    const datasets = mrSeries({ slices: 5 })
    const [series] = await listed(folderOf([...datasets, datasets[2]!]))
    expect(series).toMatchObject({ size: [6, 5, 5], readable: true, files: 5 })
    expect(codes(series)).toContain('copies')
  })
})

describe('files that begin with their data set, without preamble and mark', () => {
  test.each([
    ['explicit', EXPLICIT],
    ['implicit', IMPLICIT]
  ])('are read as %s little-endian', async (name, syntax) => {
    const path = folder.file(`bare ${name}`)
    mkdirSync(path)
    mrSeries({ slices: 3, step: 2 }).forEach((dataset, n) => {
      const bytes = dicomBytes(dataset, syntax)
      const metaBytes = new DataView(bytes.buffer).getUint32(140, true)
      writeFileSync(join(path, `I${n}`), bytes.subarray(144 + metaBytes))
    })
    const [series] = await listed(path)
    expect(series).toMatchObject({ description: 'T1 MPRAGE', size: [6, 5, 3], spacing: [1, 1, 2] })
    const { voxels } = await read(path)
    expect([voxels[0], voxels[7], voxels[60]]).toEqual([100, 111, 300])
  })

  test('what only begins like one is another file', async () => {
    const path = folder.file('bare nonsense')
    mkdirSync(path)
    writeFileSync(
      join(path, 'data.bin'),
      Buffer.from([8, 0, 5, 0, 4, 0, 0, 0, ...Array<number>(200).fill(7)])
    )
    const study = await openStudy([path])
    expect(study.listing).toEqual({ series: [], otherFiles: 1, damaged: [] })
    study.close()
  })
})

describe('files that are no images', () => {
  test('a cut file is named, and the rest is read', async () => {
    const path = folderOf(mrSeries({ slices: 5 }))
    const whole = dicomBytes(mrSlice({ instance: 6, position: [0, 0, 5] }))
    writeFileSync(join(path, 'cut'), whole.subarray(0, 500))
    const study = await openStudy([path])
    expect(study.listing.damaged).toEqual([{ file: 'cut', problem: 'ends before its voxels' }])
    expect(study.listing.series[0]!.size[2]).toBe(5)
    study.close()
  })

  test('voxels that end early are found when they are read', async () => {
    const path = folderOf(mrSeries({ slices: 5 }))
    const whole = dicomBytes(mrSlice({ instance: 6, position: [0, 0, 5] }))
    writeFileSync(join(path, 'short'), whole.subarray(0, whole.length - 8))
    const failure = await failureOf(() => read(path))
    expect(failure.message).toMatch(/short: is truncated: it holds \d+ of the \d+ bytes/)
  })

  test('a report and a DICOMDIR are other files', async () => {
    const report = {
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.11',
      Modality: 'SR',
      SeriesInstanceUID: '1.9'
    }
    const directory = { SOPClassUID: '1.2.840.10008.1.3.10', FileSetID: 'DISK' }
    const path = folderOf([report, directory])
    const study = await openStudy([path])
    expect(study.listing).toEqual({ series: [], otherFiles: 2, damaged: [] })
    const failure = await failureOf(() => chooseSeries(path, study, null))
    expect(failure.message).toContain('holds no DICOM image among its files (2)')
    study.close()
  })
})
