import { describe, expect, test } from 'vitest'
import { openStudy } from '../../../../../src/main/imaging/dicom'
import { openZip } from '../../../../../src/main/imaging/dicom/zip'
import { readImage } from '../../../../../src/main/imaging/read-image'
import { dicomBytes, mrSeries } from '../../../../fixtures/dicom'
import { failureOf } from '../../../../fixtures/failure'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'
import { zipBytes, type ZipEntry } from '../../../../fixtures/zip-bytes'

const folder = temporaryFolder()
const series: ZipEntry[] = mrSeries({ slices: 5, step: 2 }).map((dataset, n) => ({
  name: `study/a/IM${n}`,
  content: dicomBytes(dataset)
}))

describe('a zip archive', () => {
  test('is read like a folder, whatever else is in it', async () => {
    const notes = { name: 'study/notes.txt', content: Buffer.from('no DICOM') }
    const path = folder.write('study.zip', zipBytes([notes, ...series]))
    const { volume, warnings, dicom } = await readImage(path)
    expect(volume.geometry).toMatchObject({ size: [6, 5, 5], spacing: [1, 1, 2] })
    expect(volume.voxels[30 * 4]).toBe(500)
    expect(warnings).toEqual([])
    expect(dicom!.summary.files).toBe(5)
    const study = await openStudy([path])
    expect(study.listing.otherFiles).toBe(1)
    study.close()
  })

  test('may be given along with folders and files', async () => {
    const half = folder.write('half.zip', zipBytes(series.slice(0, 3)))
    const files = series.slice(3).map(({ content }, n) => folder.write(`IM${n}`, content))
    const study = await openStudy([half, ...files])
    expect(study.listing.series.map(({ size }) => size)).toEqual([[6, 5, 5]])
    study.close()
  })

  test('of an entry of zeros, no more is unpacked than is asked for', async () => {
    const zeros = { name: 'zeros', content: new Uint8Array(2 ** 22) }
    const zip = await openZip(folder.write('zeros.zip', zipBytes([zeros])))
    expect((await zip.files[0]!.read(100)).length).toBe(100)
    zip.close()
  })

  test('of an entry that unpacks to more than it declares, that entry is named as damaged', async () => {
    const bomb = { name: 'bomb', content: new Uint8Array(2 ** 22), declared: 1000 }
    const study = await openStudy([folder.write('bomb.zip', zipBytes([bomb, ...series]))])
    expect(study.listing.damaged).toEqual([
      { file: 'bomb', problem: expect.stringContaining('too many bytes') as string }
    ])
    expect(study.listing.series[0]!.size).toEqual([6, 5, 5])
    study.close()
  })

  const bad: [string, RegExp, () => Uint8Array][] = [
    [
      'names a file outside',
      /zip archive \(invalid relative path: \.\.\/\.\.\/etc\/passwd\)/,
      () => zipBytes([{ name: '../../etc/passwd', content: series[0]!.content }])
    ],
    [
      'names a file from the root',
      /zip archive \(absolute path: \/etc\/passwd\)/,
      () => zipBytes([{ name: '/etc/passwd', content: series[0]!.content }])
    ],
    [
      'is encrypted',
      /is encrypted; unpack it/,
      () => zipBytes([{ ...series[0]!, encrypted: true }])
    ],
    ['is none', /cannot be read as a zip archive/, () => Buffer.from('no archive at all')],
    ['is cut short', /cannot be read as a zip archive/, () => zipBytes(series).subarray(0, 900)],
    [
      'holds no DICOM',
      /holds no DICOM image among its files \(1\)/,
      () => zipBytes([{ name: 'a.txt', content: Buffer.from('text') }])
    ],
    ['is empty', /is empty; give a folder of DICOM/, () => zipBytes([])]
  ]
  test.each(bad)('that %s is refused', async (name, text, bytes) => {
    const path = folder.write(`${name}.zip`, bytes())
    const failure = await failureOf(() => readImage(path))
    expect(failure.kind).toBe('input')
    expect(failure.message).toMatch(text)
    expect(failure.message).not.toContain('\n')
  })

  test('with an entry of damaged bytes tells which one', async () => {
    const bytes = zipBytes(series)
    // Within the packed bytes of the first entry.
    bytes.fill(0xff, 60, 120)
    const study = await openStudy([folder.write('damaged.zip', bytes)])
    expect(study.listing.damaged.map(({ file }) => file)).toEqual(['study/a/IM0'])
    study.close()
  })
})
