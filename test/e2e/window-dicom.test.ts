import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dicomBytes, mrSeries, PATIENT, writeSeries, type SliceOptions } from '../fixtures/dicom'
import { rawNifti } from '../fixtures/nifti-read'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { zipBytes } from '../fixtures/zip-bytes'
import { sharedData } from '../shared-data'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { caseRow, importFiles, shown } from './window-acts'
import { drop } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('DICOM is not given to the window: no Chromium here')
const files = temporaryFolder()
const workspace = files.file('workspace')
/** Stands for the system's folder of temporary files. */
const temporary = files.file('tmp')
const thick = sharedData('data/dicom/study1_t1post')

const SIZE = 48
/** A bright ball in a dim one. */
function ball(slice: number): SliceOptions['value'] {
  return (column, row) => {
    const away = Math.hypot(column - SIZE / 2, row - SIZE / 2, slice - SIZE / 2)
    return away < SIZE / 5 ? 900 : away < SIZE / 2.4 ? 400 + column : 10
  }
}
const grid = { columns: SIZE, rows: SIZE }

/** A study of four series, in a folder that is called as the patient is. */
function study(): string {
  const folder = files.file('Example^Erika 4711')
  const slices = (of: SliceOptions, step = 1, count = SIZE) =>
    mrSeries({ ...grid, ...of, step, slices: count }).map((slice, n) => ({
      ...slice,
      PixelData: mrSeries({ ...grid, slices: 1, value: ball(n * step)! })[0]!.PixelData
    }))
  writeSeries(join(folder, 'a', 'b'), slices({ series: '1.2.3.1' }))
  const t2 = { SeriesDescription: 'T2 TSE axial', EchoTime: 90, MRAcquisitionType: '2D' }
  writeSeries(join(folder, 't2'), slices({ series: '1.2.3.2', tags: t2 }, 4, 12))
  const broken = { SeriesDescription: 'T1 MPRAGE repeat' }
  const gap = slices({ series: '1.2.3.3', tags: broken }).filter((_, n) => n !== 20)
  writeSeries(join(folder, 'again'), gap)
  const scout = { SeriesDescription: 'Localizer' }
  writeSeries(join(folder, 'scout'), slices({ series: '1.2.3.4', tags: scout }, 10, 5))
  writeFileSync(join(folder, 'notes.txt'), 'of Erika')
  return folder
}

describe.skipIf(chromium === undefined)('DICOM, in the window', () => {
  let app: BrowserApp
  let page: Page
  const dialog = (): Locator => page.getByRole('dialog', { name: 'Import from DICOM' })
  const row = (name: string): Locator => dialog().getByRole('listitem').filter({ hasText: name })
  const box = (name: string): Locator => row(name).getByRole('checkbox')

  beforeAll(async () => {
    mkdirSync(temporary)
    const before = process.env.TMPDIR
    process.env.TMPDIR = temporary
    app = await startBrowserApp(chromium ?? '', files.path, ['--workspace', workspace])
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    page = app.page
    await page.getByRole('navigation').waitFor()
  })
  afterAll(async () => {
    await app.close()
  })

  async function chooseFolder(path: string): Promise<void> {
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Import a DICOM folder…' }).click()
    await (await chooser).setFiles(path)
    await dialog().waitFor()
  }

  it('is listed with who was scanned, pictures, and what is wrong', async () => {
    await chooseFolder(study())
    expect(await dialog().innerText()).toContain('Example, Erika · ID HOSPITAL-4711')
    expect(await row('Best suited').count()).toBe(1)
    expect(await row('Best suited').innerText()).toMatch(
      /T1 MPRAGE\n[^]*48 slices of 48 × 48 voxels · 1 × 1 × 1 mm · axial/
    )
    expect(await row('T2 TSE').innerText()).toMatch(/It is no T1-weighted scan/)
    expect(await row('repeat').innerText()).toMatch(/A slice is missing[^]*Cannot be imported/)
    expect(await row('Localizer').innerText()).toMatch(/It is a localizer/)
    expect(await box('Best suited').isChecked()).toBe(true)
    expect(await box('T2 TSE').isChecked()).toBe(false)
    expect(await box('repeat').isDisabled()).toBe(true)
    expect(await row('Best suited').getByRole('textbox').inputValue()).toBe('case01')
    const widths = (): Promise<number[]> =>
      dialog()
        .locator('img')
        .evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth))
    await expect.poll(widths).toEqual([160, 160, 160, 160])
    await app.picture('dicom-1-series')
  })

  it('takes no name that is taken, odd, or the patient’s', async () => {
    const name = row('Best suited').getByRole('textbox')
    for (const [value, message] of [
      ['Erika', /who the patient is/],
      ['a b', /Letters and digits/],
      ['', /Letters and digits/]
    ] as const) {
      await name.fill(value)
      expect(await row('Best suited').getByRole('alert').innerText()).toMatch(message)
      expect(await dialog().getByRole('button', { name: 'Import' }).isDisabled()).toBe(true)
    }
    await name.fill('case01')
    expect(await name.getAttribute('aria-invalid')).toBe('false')
    expect(await row('Best suited').getByRole('alert').count()).toBe(0)
  })

  it('becomes cases of the series that are ticked, by the keys alone', async () => {
    await box('Best suited').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    expect(await row('T2 TSE').getByRole('textbox').inputValue()).toBe('case02')
    await app.picture('dicom-2-two')
    await page.keyboard.press('Enter')
    await shown(page, 'case01')
    expect(await dialog().count()).toBe(0)
    await caseRow(page, 'case02').waitFor()
    // What is odd with it was read in the dialog.
    expect(await page.getByRole('navigation').getByRole('note').count()).toBe(0)
    const scan = rawNifti(join(workspace, 'sub-case01', 'anat', 'sub-case01_T1w.nii.gz'))
    expect(scan.voxels).toHaveLength(SIZE ** 3)
    await app.picture('dicom-3-case')
  })

  it('has a dialog for one good series too, which Enter answers and Escape leaves', async () => {
    const zip = zipBytes(
      mrSeries({ ...grid, series: '1.2.3.7', slices: 24, value: ball(20)! }).map((slice, n) => ({
        name: `IM${String(n)}`,
        content: dicomBytes(slice)
      }))
    )
    const path = files.write('Erika.zip', zip)
    await importFiles(page, path)
    await dialog().waitFor()
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
    expect(await caseRow(page, 'case03').count()).toBe(0)
    await importFiles(page, path)
    await dialog().waitFor()
    await page.waitForFunction(() => document.activeElement?.textContent === 'Import')
    await page.keyboard.press('Enter')
    await shown(page, 'case03')
  })

  it('may be dropped: a folder, and files beside an image', async () => {
    await drop(page, [files.file('Example^Erika 4711')])
    await dialog().waitFor()
    expect(await dialog().getByRole('listitem').count()).toBe(4)
    // It is a case already, and does not become another.
    await dialog().getByRole('button', { name: 'Import' }).click()
    await page.getByText('is in the workspace already, as case case01').waitFor()
    const loose = files.file('loose')
    mkdirSync(loose)
    const paths = mrSeries({ ...grid, series: '1.2.3.8', slices: 8, value: ball(22)! }).map(
      (slice, n) => files.write(join('loose', `${String(n)}.dcm`), dicomBytes(slice))
    )
    await drop(page, paths)
    await dialog().waitFor()
    expect(await row('Best suited').innerText()).toContain('8 slices')
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    const empty = files.file('no scans')
    mkdirSync(empty)
    files.write(join('no scans', 'notes.txt'), 'nothing')
    await drop(page, [empty])
    const note = page.getByRole('navigation').getByRole('alert')
    expect(await note.innerText()).toMatch(/^no scans: holds no DICOM image among its files \(1\)/)
    await note.getByRole('button', { name: 'Dismiss' }).click()
  })

  it.skipIf(thick === null)('says that the slices of a real study are thick', async () => {
    await chooseFolder(thick ?? '')
    const text = await dialog().getByRole('listitem').innerText()
    expect(text).toMatch(/22 slices of .* oblique by/)
    expect(text).toMatch(/Its slices are 6.5 mm apart, \d+ times/)
    await expect.poll(() => dialog().locator('img').count()).toBe(1)
    await app.picture('dicom-4-thick')
    await dialog().getByRole('button', { name: 'Cancel' }).click()
  })

  it('leaves nothing of the patient behind', async () => {
    await dialog().waitFor({ state: 'detached' })
    const places = [workspace, files.file('config')]
    const kept = places.flatMap((place) =>
      readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    )
    expect(kept.length).toBeGreaterThan(6)
    for (const path of kept) {
      const bytes = readFileSync(path)
      const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
      for (const one of ['Erika', PATIENT.PatientID, PATIENT.PatientBirthDate]) {
        expect(path).not.toContain(one)
        expect(text, path).not.toContain(one)
      }
    }
    await expect
      .poll(() => readdirSync(temporary).filter((name) => name.startsWith('hippospike-study-')))
      .toEqual([])
    expect(app.complaints).toEqual([])
  })
})
