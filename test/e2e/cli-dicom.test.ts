import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { dicomListingSchema } from '../../src/shared/dicom'
import { segmentResultSchema } from '../../src/shared/jobs'
import { readImage } from '../../src/main/imaging/read-image'
import { writeScan } from '../../src/main/imaging/write-mask'
import {
  dicomBytes,
  mrSeries,
  mrSlice,
  PATIENT,
  readDicom,
  seriesOf,
  writeSeries
} from '../fixtures/dicom'
import { rawNifti } from '../fixtures/nifti-read'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { zipBytes } from '../fixtures/zip-bytes'
import { cli, cliJson, errorLine, ROOT } from './cli'

const folder = temporaryFolder()
const SAMPLE = join(ROOT, 'resources', 'sample', 'imagesTr', 'hippocampus_023.nii.gz')
/** Texts of the fixtures that tell who was scanned, where and when. */
const IDENTITY = ['Erika', PATIENT.PatientID, PATIENT.PatientBirthDate, 'ACC-99', 'Doctor']

/** The scan of the study as NIfTI. */
let nifti: string
let study: string
let scan: string

beforeAll(async () => {
  const { volume } = await readImage(SAMPLE)
  // As DICOM stores them, so that both are the same scan.
  volume.voxels.forEach((value, n) => (volume.voxels[n] = Math.round(value)))
  nifti = folder.file('same.nii.gz')
  await writeScan(nifti, volume)
  study = folder.file('study')
  const t1 = seriesOf(volume)
  scan = writeSeries(join(study, 'scans', '5'), t1)
  const t2 = { SeriesDescription: 'T2 TSE', EchoTime: 98, InversionTime: undefined }
  writeSeries(join(study, 'scans', '6'), mrSeries({ slices: 20, series: '1.2.3.6', tags: t2 }))
  const gap = mrSeries({ slices: 9, series: '1.2.3.7' }).filter((_, n) => n !== 4)
  writeSeries(join(study, 'scans', '7'), gap)
  writeFileSync(join(study, 'README.txt'), 'notes')
})

describe('hippospike dicom', () => {
  it('lists the series, what is wrong with each, and which is taken', async () => {
    const { code, stdout, stderr } = await cli(['dicom', study])
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('patient  Example^Erika, HOSPITAL-4711, born 1950-01-02, F')
    expect(stdout).toContain('study    2024-05-06, Head')
    expect(stdout).toMatch(/^\* 1 +MR +T1 MPRAGE +\d+×\d+×\d+ +1×1×1 +axial +\d+$/m)
    expect(stdout).toMatch(/^ {2}2 +MR +T2 TSE/m)
    expect(stdout).toContain('note: it is no T1-weighted scan, by its name')
    expect(stdout).toMatch(/^ {2}3 .*–/m)
    expect(stdout).toContain('cannot be read: a slice is missing: its slices are 1 mm apart')
    expect(stdout).toContain('other files: 1')
  })

  it('prints a document, with previews beside it, and without the patient where asked', async () => {
    const previews = folder.file('previews')
    const { json } = await cliJson(['dicom', study, '--no-identity', '--previews', previews])
    const listing = dicomListingSchema.parse(json)
    expect(listing.series.map(({ proposed, readable }) => [proposed, readable])).toEqual([
      [true, true],
      [false, true],
      [false, false]
    ])
    for (const text of IDENTITY) expect(JSON.stringify(json)).not.toContain(text)
    expect(readdirSync(previews).sort()).toEqual(['series-1.png', 'series-2.png', 'series-3.png'])
    const png = readFileSync(join(previews, 'series-1.png'))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
  })

  it('tells a folder without DICOM in one line', async () => {
    const { code, stderr } = await cli(['dicom', join(ROOT, 'docs')])
    expect(code).toBe(3)
    expect(errorLine(stderr)).toMatch(/no DICOM images among \d+ files; give the folder/)
  })
})

describe('hippospike segment of DICOM', () => {
  it('gives the mask that the same scan gives as NIfTI, on the grid of the series', async () => {
    const fromNifti = folder.file('mask of nifti.nii.gz')
    const fromDicom = folder.file('dicom.nii.gz')
    await cliJson(['segment', nifti, '--out', fromNifti])
    const seg = folder.file('mask.dcm')
    const args = ['segment', study, '--out', fromDicom, '--seg', seg]
    const { run, json } = await cliJson(args)
    const { warnings } = segmentResultSchema.parse(json)
    expect(warnings[0]).toMatch(/^read series 1 \(T1 MPRAGE, .*the best suited of 3/)
    expect(run.stderr).toContain('--keep-identity copies them')

    const mask = rawNifti(fromDicom)
    expect(mask.voxels.filter((label) => label > 0).length).toBeGreaterThan(1000)
    expect(mask.voxels).toEqual(rawNifti(fromNifti).voxels)
    const { volume } = await readImage(fromDicom)
    expect(volume.geometry).toEqual((await readImage(nifti)).volume.geometry)

    const record = readFileSync(folder.file('dicom.run.json'), 'utf8')
    expect(JSON.parse(record)).toMatchObject({ image: { path: study, series: '1.2.3.1' } })
    for (const text of IDENTITY) {
      expect(record, text).not.toContain(text)
      expect(run.stderr + run.stdout, text).not.toContain(text)
      expect(readFileSync(seg).includes(text), text).toBe(false)
    }
    const { SegmentSequence, StudyInstanceUID } = readDicom(readFileSync(seg))
    expect(SegmentSequence).toHaveLength(2)
    expect(StudyInstanceUID).toBe('1.2.3')
  })

  it('records no path that names the patient', async () => {
    const named = folder.file(`export ${PATIENT.PatientID}`)
    cpSync(scan, named, { recursive: true })
    const out = folder.file('named path.nii.gz')
    await cliJson(['segment', named, '--out', out])
    const record = readFileSync(folder.file('named path.run.json'), 'utf8')
    expect(record).not.toContain(PATIENT.PatientID)
    expect(JSON.parse(record)).toMatchObject({
      request: { image: 'withheld: it names the patient' },
      image: { series: expect.any(String) as string }
    })
  })

  it('reads a zip archive, and copies the identity where asked', async () => {
    const entries = readdirSync(scan).map((name) => ({
      name: `export/${name}`,
      content: readFileSync(join(scan, name))
    }))
    const zip = folder.write('scan.zip', zipBytes(entries))
    const out = folder.file('zip.nii.gz')
    const seg = folder.file('named.dcm')
    const run = await cli(['segment', zip, '--out', out, '--seg', seg, '--keep-identity'])
    expect(run.code, run.stderr).toBe(0)
    expect(run.stdout).toMatch(/^DICOM SEG +\S+named\.dcm$/m)
    expect(readDicom(readFileSync(seg))).toMatchObject({ PatientID: PATIENT.PatientID })
    expect(rawNifti(out).voxels).toEqual(rawNifti(folder.file('dicom.nii.gz')).voxels)
  })

  const failures: [string, number, RegExp, () => string[]][] = [
    [
      'a series that is not there',
      2,
      /--series 8 is not there; give one of 1 \(T1 MPRAGE, MR, .*; 2 \(T2 TSE/,
      () => [study, '--series', '8']
    ],
    ['a series with a gap', 3, /a slice is missing/, () => [study, '--series', '1.2.3.7']],
    [
      'a SEG of a scan that is no DICOM',
      2,
      /--seg needs a DICOM scan to refer to/,
      () => [SAMPLE, '--seg', folder.file('never.dcm')]
    ],
    [
      'an identity without a SEG',
      2,
      /--keep-identity is for --seg/,
      () => [study, '--keep-identity']
    ],
    [
      'a SEG that exists already',
      4,
      /exists already/,
      () => [study, '--seg', folder.write('precious.dcm', 'precious')]
    ],
    [
      'one slice of a series',
      3,
      /one slice alone; give all files of its series/,
      () => [folder.write('slice.dcm', dicomBytes(mrSlice()))]
    ]
  ]
  it.each(failures)('refuses %s, and leaves nothing', async (_, code, text, args) => {
    const out = folder.file('refused.nii.gz')
    const run = await cli(['segment', ...args(), '--out', out])
    expect(run.code, run.stderr).toBe(code)
    expect(errorLine(run.stderr)).toMatch(text)
    expect([out, folder.file('never.dcm')].filter((path) => existsSync(path))).toEqual([])
  })
})
