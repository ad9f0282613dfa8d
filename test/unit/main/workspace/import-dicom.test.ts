import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readImage } from '../../../../src/main/imaging/read-image'
import { openWorkspaceFolder } from '../../../../src/main/workspace/folder'
import { importScan, importScans } from '../../../../src/main/workspace/import-scan'
import { scanFile } from '../../../../src/main/workspace/layout'
import { mrSeries, PATIENT, writeSeries } from '../../../fixtures/dicom'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()

test('a folder of DICOM becomes a case of NIfTI, once, without a word of the patient', async () => {
  const root = folder.file('study')
  await openWorkspaceFolder(root, true)
  const scan = writeSeries(folder.file('export'), mrSeries({ slices: 4, step: 2 }))
  const [first] = await importScans(root, [scan])
  expect(first).toMatchObject({ caseId: 'case01', problem: null })
  const { volume } = await readImage(scanFile(root, 'case01'))
  expect(volume.geometry).toEqual((await readImage(scan)).volume.geometry)

  const copy = writeSeries(folder.file('copy'), mrSeries({ slices: 4, step: 2 }).reverse())
  const [again] = await importScans(root, [copy])
  expect(again).toMatchObject({ caseId: 'case01', problem: null })

  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const stored = readFileSync(join(entry.parentPath, entry.name))
    const text = (/\.gz$/.test(entry.name) ? gunzipSync(stored) : stored).toString('latin1')
    for (const one of ['Erika', PATIENT.PatientID, PATIENT.PatientBirthDate]) {
      expect(text, entry.name).not.toContain(one)
    }
  }
})

test('the series that is asked for becomes the case, whatever its folder is called', async () => {
  const root = folder.file('chosen')
  await openWorkspaceFolder(root, true)
  const path = folder.file('Example^Erika')
  writeSeries(join(path, 'a'), mrSeries({ slices: 4 }))
  writeSeries(join(path, 'b'), mrSeries({ slices: 7, series: '1.2.3.2' }))
  const outcome = await importScan(root, path, 'Example^Erika', { series: '1.2.3.2' })
  expect(outcome).toMatchObject({ caseId: 'case01', name: 'case01', problem: null })
  const { volume } = await readImage(scanFile(root, 'case01'))
  expect(volume.geometry.size).toEqual([6, 5, 7])
  const wrong = await importScan(root, path, 'study', { series: '9' })
  expect(wrong.caseId).toBeNull()
  expect(wrong.problem).toMatch(/9 is not there/)
})
