import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readLabels } from '../../src/main/imaging/read-image'
import { resultSchema, type Result } from '../../src/shared/api/cases'
import { rawNifti } from '../fixtures/nifti-read'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { ROOT } from './cli'
import {
  bytesOf,
  choose,
  maskOf,
  openPanel,
  openSample,
  pointIn,
  resultsOf,
  SAMPLE_CASE,
  segment,
  slicePane
} from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('exports are not tested: there is no Chromium here')
const files = temporaryFolder()

/** Every format that the export panel offers, as a user chooses it, compared with the engine's mask. */
describe.skipIf(chromium === undefined)('exports, in Chromium', () => {
  let app: BrowserApp
  let page: Page
  let result: Result
  let mask: Uint8Array

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path)
    page = app.page
    await openSample(page)
    await segment(page)
    result = (await resultsOf(page, 'model'))[0]!
    mask = await maskOf(page, result.id)
    await openPanel(page, 'Export')
  })
  afterAll(async () => {
    await app.close()
  })

  const write = () => page.getByRole('button', { name: 'Export and download' })
  const stem = () => `sub-${SAMPLE_CASE}_seg-${result.id}`

  /** Presses the button and gives where the files are, by their names. */
  async function exported(count = 1): Promise<Map<string, string>> {
    const arrived: Download[] = []
    const listen = (download: Download): unknown => arrived.push(download)
    page.on('download', listen)
    await write().click()
    await expect.poll(() => arrived.length).toBe(count)
    page.off('download', listen)
    const paths = new Map<string, string>()
    for (const download of arrived) {
      const name = download.suggestedFilename()
      const path = files.file(name)
      await download.saveAs(path)
      paths.set(name, path)
    }
    return paths
  }

  async function only(): Promise<string> {
    const [path] = (await exported()).values()
    return path!
  }

  const equals = (voxels: ArrayLike<number>, wanted: (label: number) => number): boolean =>
    voxels.length === mask.length && mask.every((label, n) => voxels[n] === wanted(label))

  it('number labels as FreeSurfer does, once the side is said', async () => {
    await choose(page, 'export-labels', 'FreeSurfer')
    expect(await write().isDisabled()).toBe(true)
    await page.getByText('Say which hippocampus this is').waitFor()
    await page.getByRole('radiogroup').getByText('Right').click()
    expect(equals(rawNifti(await only()).voxels, (label) => (label > 0 ? 53 : 0))).toBe(true)
    await page.getByRole('radiogroup').getByText('Left').click()
    const left = rawNifti(await only())
    expect(equals(left.voxels, (label) => (label > 0 ? 17 : 0))).toBe(true)
    const scan = rawNifti(`${ROOT}/resources/sample/imagesTr/hippocampus_023.nii.gz`)
    expect(left.header.srow).toEqual(scan.header.srow)
    expect([left.header.qformCode, left.header.sformCode]).toEqual([
      scan.header.qformCode,
      scan.header.sformCode
    ])
  })

  it('number labels by side', async () => {
    await choose(page, 'export-labels', 'By side')
    expect(equals(rawNifti(await only()).voxels, (label) => label)).toBe(true)
    await page.getByRole('radiogroup').getByText('Right').click()
    expect(equals(rawNifti(await only()).voxels, (label) => (label > 0 ? label + 2 : 0))).toBe(true)
  })

  it('write one file for each label', async () => {
    await choose(page, 'export-labels', '1 anterior')
    await page.getByText('One file for each label').click()
    const paths = await exported(2)
    expect([...paths.keys()].sort()).toEqual([
      `${stem()}_anterior_dseg.nii.gz`,
      `${stem()}_posterior_dseg.nii.gz`
    ])
    for (const [n, name] of ['anterior', 'posterior'].entries()) {
      const { voxels } = rawNifti(paths.get(`${stem()}_${name}_dseg.nii.gz`)!)
      expect(equals(voxels, (label) => (label === n + 1 ? label : 0))).toBe(true)
    }
    await page.getByText('One file for each label').click()
    await app.picture('export-1-written')
  })

  it('write a segmentation that 3D Slicer reads', async () => {
    await choose(page, 'export-format', '3D Slicer')
    const path = await only()
    expect(path).toMatch(/\.seg\.nrrd$/)
    const bytes = readFileSync(path)
    const end = bytes.indexOf('\n\n')
    const header = bytes.subarray(0, end).toString().split('\n')
    expect(header).toEqual(
      expect.arrayContaining([
        'space: left-posterior-superior',
        'sizes: 35 51 35',
        'Segment0_Name:=anterior',
        'Segment0_LabelValue:=1',
        'Segment1_Name:=posterior',
        'Segment1_LabelValue:=2',
        'Segmentation_MasterRepresentation:=Binary labelmap'
      ])
    )
    expect(Buffer.compare(gunzipSync(bytes.subarray(end + 2)), mask)).toBe(0)
    // ITK, which Slicer is built on, reads it in the same place.
    const read = await readLabels(path, [0, 1, 2])
    expect(Buffer.compare(read.voxels, mask)).toBe(0)
    const image = JSON.parse(
      (await bytesOf(page, `/api/cases/${SAMPLE_CASE}/image`)).toString()
    ) as { geometry: { origin: number[] } }
    read.geometry.origin.forEach((mm, axis) => {
      expect(mm).toBeCloseTo(image.geometry.origin[axis]!, 4)
    })
  })

  it('write probabilities whose largest is the mask', async () => {
    await choose(page, 'export-format', 'NIfTI probabilities')
    const { header, voxels } = rawNifti(await only())
    expect(header.dim.slice(0, 5)).toEqual([4, 35, 51, 35, 3])
    const largest = mask.map((_, n) => {
      const scores = [0, 1, 2].map((label) => voxels[label * mask.length + n]!)
      return scores.indexOf(Math.max(...scores))
    })
    expect(Buffer.compare(largest, mask)).toBe(0)
    const sum = [0, 1, 2].reduce((all, label) => all + voxels[label * mask.length + 30_000]!, 0)
    expect(sum).toBeCloseTo(1, 4)
  })

  it('write volumes as a table and as JSON', async () => {
    await choose(page, 'export-format', 'Volumes, CSV')
    const [heading, ...rows] = readFileSync(await only(), 'utf8')
      .trim()
      .split('\n')
    const columns = heading!.split(',')
    const table = rows.map((row) => {
      const cells = row.split(',')
      return Object.fromEntries(columns.map((column, n) => [column, cells[n]]))
    })
    const whole = mask.filter((label) => label > 0).length
    expect(table.map(({ structure }) => structure)).toEqual(['anterior', 'posterior', 'whole'])
    expect(Number(table[2]!['volume_mm3'])).toBeCloseTo(whole, 0)
    expect(table[2]).toMatchObject({
      case: SAMPLE_CASE,
      model: 'snn',
      timesteps: '4',
      version: '1'
    })

    await choose(page, 'export-format', 'Volumes, JSON')
    const paths = await exported()
    const name = `${stem()}_result.json`
    expect([...paths.keys()]).toEqual([name])
    const document = JSON.parse(readFileSync(paths.get(name)!, 'utf8')) as {
      case: { id: string }
      result: unknown
    }
    expect(document.case.id).toBe(SAMPLE_CASE)
    expect(resultSchema.parse(document.result)).toEqual(result)
  })

  it('write a report that is whole, and asks nobody for anything', async () => {
    await choose(page, 'export-format', 'Report, HTML')
    const path = await only()
    const report = await page.context().newPage()
    const asked: string[] = []
    const complaints: string[] = []
    report.on('request', (request) => asked.push(request.url()))
    report.on('console', (message) => complaints.push(message.text()))
    report.on('pageerror', (error) => complaints.push(error.message))
    await report.goto(pathToFileURL(path).href)
    const text = await report.innerText('body')
    for (const fact of [
      SAMPLE_CASE,
      result.volumesMm3.whole.toFixed(1),
      result.volumesMm3.anterior.toFixed(1),
      'snn',
      'Timesteps',
      'Mean firing rate',
      'Limits',
      'not a medical device'
    ]) {
      expect(text).toContain(fact)
    }
    const pictures = await report.evaluate(() =>
      [...document.images].map(({ alt, naturalWidth }) => [alt.split(' ')[0], naturalWidth > 30])
    )
    expect(pictures).toEqual([
      ['Axial', true],
      ['Coronal', true],
      ['Sagittal', true]
    ])
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(path).href])
    expect(readFileSync(path, 'utf8')).not.toMatch(/<script|<link|@import|url\(|src="(?!data:)/)
    expect(complaints).toEqual([])
    const pdf = await report.pdf()
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    await report.setViewportSize({ width: 1000, height: 1100 })
    await report.screenshot({ path: `${ROOT}/out/test-results/window/export-2-report.png` })
    await report.close()
  })

  it('write the masks of all timesteps', async () => {
    await openPanel(page, 'Spikes')
    const arrived = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Masks as 4-D NIfTI' }).click()
    const download = await arrived
    expect(download.suggestedFilename()).toBe(`${stem()}_desc-timesteps_dseg.nii.gz`)
    const path = files.file('timesteps.nii.gz')
    await download.saveAs(path)
    const { header, voxels } = rawNifti(path)
    expect(header.dim.slice(0, 5)).toEqual([4, 35, 51, 35, 4])
    expect(equals(voxels.slice(-mask.length), (label) => label)).toBe(true)
    expect(equals(voxels.slice(0, mask.length), (label) => label)).toBe(false)
    await openPanel(page, 'Export')
  })

  it('stay listed with what was read back', async () => {
    const entries = page.getByRole('region', { name: 'Written' }).getByRole('listitem')
    expect(await entries.count()).toBe(11)
    expect(await entries.last().innerText()).toMatch(/all 62475 voxels read back, equal/)
  })

  it('say that they leave out what is not saved, until it is', async () => {
    await openPanel(page, 'Edit')
    await page.keyboard.press('b')
    await page.mouse.click(...(await pointIn(slicePane(page, 'coronal'), [0.2, 0.2])))
    await page.getByText('Unsaved edits').waitFor()
    await openPanel(page, 'Export')
    await choose(page, 'export-format', 'NIfTI mask')
    await choose(page, 'export-labels', '1 anterior, 2 posterior')
    const unsaved = page.getByText('The export takes version 1, without them')
    await unsaved.waitFor()
    await app.picture('export-3-unsaved')
    expect(equals(rawNifti(await only()).voxels, (label) => label)).toBe(true)
    await page.keyboard.press('Control+s')
    await page.getByText('Saved as version 2').waitFor()
    await unsaved.waitFor({ state: 'detached' })
    const corrected = rawNifti(await only()).voxels
    expect(equals(corrected, (label) => label)).toBe(false)
    expect([...corrected]).toEqual([...(await maskOf(page, result.id))])
    expect(app.complaints).toEqual([])
  })
})
