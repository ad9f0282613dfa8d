import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { previewOf, openStudy } from '../../../../../src/main/imaging/dicom'
import { readImage } from '../../../../../src/main/imaging/read-image'
import { dicomBytes, enhancedMr, mrSeries, writeSeries } from '../../../../fixtures/dicom'
import { failureOf } from '../../../../fixtures/failure'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'

const folder = temporaryFolder()

describe('readImage of DICOM', () => {
  test('takes a file without an extension for what its bytes say', async () => {
    const path = folder.write('IM0001', dicomBytes(enhancedMr({ slices: 3 })))
    expect((await readImage(path)).volume.geometry.size).toEqual([6, 5, 3])
  })

  test('refuses one slice of a series, and says to give them all', async () => {
    const path = folder.write('one.dcm', dicomBytes(mrSeries({ slices: 1 })[0]!))
    const failure = await failureOf(() => readImage(path))
    expect(failure.message).toMatch(/one slice alone; give all files of its series/)
  })

  test('warns of what is odd, of files left out, and which series it took', async () => {
    const path = writeSeries(folder.file('odd'), [
      ...mrSeries({ slices: 40, step: 4, tags: { ContrastBolusAgent: 'Gd' } }),
      ...mrSeries({ slices: 5, series: '1.2.3.9', tags: { EchoTime: 90 } }).slice(0, 1)
    ])
    writeFileSync(join(path, 'cut.dcm'), dicomBytes(mrSeries()[0]!).subarray(0, 700))
    const { warnings, dicom, header } = await readImage(path)
    expect(warnings).toEqual([
      expect.stringMatching(/^read series 1 \(T1 MPRAGE, MR, 6×5×40\); the other cannot be read/),
      expect.stringMatching(/^one of the files .* was left out$/),
      expect.stringMatching(/contrast agent/),
      expect.stringMatching(/4 mm apart, 4 times/)
    ])
    expect(warnings.join()).not.toMatch(/Erika|4711/)
    expect(header).toEqual({ format: 'other' })
    expect(dicom!.summary.seriesUid).toBe('1.2.3.1')
  })

  test('reads the series that is asked for', async () => {
    const value = () => 7
    const path = writeSeries(folder.file('two'), [
      ...mrSeries({ slices: 4 }),
      ...mrSeries({ slices: 3, series: '1.2.3.2', value: (i) => i + value() })
    ])
    expect((await readImage(path, { series: '2' })).volume.geometry.size[2]).toBe(3)
    expect((await readImage(path, { series: '1.2.3.1' })).volume.geometry.size[2]).toBe(4)
    expect((await failureOf(() => readImage(path, { series: '3' }))).kind).toBe('usage')
  })

  test('hashes the files in the order of the slices, wherever they lie', async () => {
    const datasets = mrSeries({ slices: 4 })
    const one = await readImage(writeSeries(folder.file('hash a'), datasets))
    const other = await readImage(writeSeries(folder.file('hash b'), [...datasets].reverse()))
    expect(one.dicom!.sha256).toBe(other.dicom!.sha256)
    expect(one.dicom!.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test('shows the middle slice in small, with square pixels', async () => {
    const tags = { PixelSpacing: [2, 1] }
    const path = writeSeries(folder.file('preview'), mrSeries({ slices: 3, tags }))
    const study = await openStudy([path])
    const { width, height, grey } = await previewOf(study.series[0]!.volume, 60)
    study.close()
    // 6 columns of 1 mm, 5 rows of 2 mm.
    expect([width, height]).toEqual([36, 60])
    expect(grey[0]).toBe(0)
    expect(grey[grey.length - 1]).toBe(255)
  })
})
