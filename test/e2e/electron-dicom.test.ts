import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dicomBytes, mrSeries, writeSeries } from '../fixtures/dicom'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { startElectronApp, type ElectronApp } from './electron-app'
import { findElectron } from './electron-runtime'
import { NativeDialogs } from './native-dialogs'
import { shown } from './window-acts'

const files = temporaryFolder()
const electron = findElectron()
if (electron.missing !== undefined) console.warn(`DICOM is not tested: ${electron.missing}`)

describe.skipIf(electron.missing !== undefined)(`DICOM in ${electron.name}`, () => {
  let app: ElectronApp
  let dialogs: NativeDialogs
  const form = () => app.page.getByRole('dialog', { name: 'Import from DICOM' })

  beforeAll(async () => {
    app = await startElectronApp(files.path, [`--workspace=${files.file('workspace')}`])
    dialogs = await NativeDialogs.of(app.application)
  })
  afterAll(async () => {
    await app.close()
  })

  it('is read where it lies: a folder by the native dialog, with pictures, and one Enter', async () => {
    const { page } = app
    await dialogs.answer(writeSeries(files.file('study'), mrSeries({ slices: 20 })))
    await page.getByRole('button', { name: 'Import a DICOM folder…' }).click()
    await form().waitFor()
    const picture = form().locator('img')
    await expect
      .poll(() => picture.evaluate((one) => (one as HTMLImageElement).naturalWidth))
      .toBe(160)
    await app.picture('dicom-folder')
    await page.waitForFunction(() => document.activeElement?.textContent === 'Import')
    await page.keyboard.press('Enter')
    await shown(page, 'case01')
    const [asked] = await dialogs.asked()
    expect(asked).toMatchObject({ what: 'open', options: { title: 'Import a DICOM folder' } })
  })

  it('is told from images among files that were chosen together', async () => {
    const { page } = app
    mkdirSync(files.file('loose'))
    const slices = mrSeries({ slices: 9, series: '1.2.3.8' }).map((slice, n) =>
      files.write(join('loose', `${String(n)}.dcm`), dicomBytes(slice))
    )
    await dialogs.answer(files.write('bad.nii', ''), ...slices)
    await page.getByRole('button', { name: 'Import…', exact: true }).click()
    await form().waitFor()
    expect(await form().innerText()).toContain('9 slices')
    await form().getByRole('button', { name: 'Cancel' }).click()
    expect(await page.getByRole('navigation').getByRole('alert').innerText()).toContain('bad.nii')
    expect(app.complaints).toEqual([])
  })
})
