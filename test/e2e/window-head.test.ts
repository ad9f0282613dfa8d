import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Download, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sideVolumesMm3 } from '../../src/core/metrics/volumes'
import { writeScan } from '../../src/main/imaging/write-mask'
import { caseImageSchema, resultListSchema, type Result } from '../../src/shared/api/cases'
import { SIDE_OFFSET, SIDES, STRUCTURES } from '../../src/shared/labels'
import { volumeText } from '../../src/renderer/src/ui/format'
import { rawNifti } from '../fixtures/nifti-read'
import { sampleHead } from '../fixtures/sample-head'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { sharedData } from '../shared-data'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { caseRow, importFiles, result as card, saveButton, segmentCase, shown } from './window-acts'
import {
  bytesOf,
  choose,
  openPanel,
  openSample,
  pointIn,
  SAMPLE_CASE,
  slicePane
} from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('heads are not tested: there is no Chromium here')
const files = temporaryFolder()
const ROWS = { anterior: 'Anterior', posterior: 'Posterior', whole: 'Whole' } as const

/** A head that needs no data from elsewhere, and a real one where it is at hand. */
const heads: { name: string; path: () => Promise<string> }[] = [
  {
    name: 'made',
    path: async () => {
      const path = files.file('madehead.nii.gz')
      await writeScan(path, (await sampleHead()).scan)
      return path
    }
  }
]
const real = sharedData('data/head/t1_head_lia.nii.gz')
if (real !== null) heads.push({ name: 'real', path: () => Promise.resolve(real) })

describe.skipIf(chromium === undefined).each(heads)('a $name head, in Chromium', (head) => {
  let app: BrowserApp
  let page: Page
  let id: string
  let scan: string

  beforeAll(async () => {
    scan = await head.path()
    id = basename(scan).replace('.nii.gz', '').replaceAll('_', '')
    app = await startBrowserApp(chromium ?? '', files.file(head.name))
    page = app.page
    await openSample(page)
  })
  afterAll(async () => {
    await app.close()
  })

  const toolbar = (): Locator => page.getByRole('toolbar')
  const legend = (label: string): Locator =>
    toolbar().getByRole('button', { name: label, exact: true })
  const newest = async (): Promise<Result> => {
    const text = (await bytesOf(page, `/api/cases/${id}/results`)).toString()
    return resultListSchema.parse(JSON.parse(text))[0]!
  }
  const maskOf = async (result: Result): Promise<Uint8Array> =>
    new Uint8Array(await bytesOf(page, `/api/cases/${id}/results/${result.id}/mask`))
  const countOf = (mask: Uint8Array, label: number): number =>
    mask.filter((one) => one === label).length

  /** Presses the button and gives where the files are. */
  async function exported(count: number): Promise<string[]> {
    const arrived: Download[] = []
    const listen = (download: Download): unknown => arrived.push(download)
    page.on('download', listen)
    await page.getByRole('button', { name: 'Export and download' }).click()
    await expect.poll(() => arrived.length, { timeout: 60_000 }).toBe(count)
    page.off('download', listen)
    return Promise.all(
      arrived.map(async (download) => {
        const path = files.file(`${head.name}-${download.suggestedFilename()}`)
        await download.saveAs(path)
        return path
      })
    )
  }

  it('is imported beside a crop, with labels of its own', async () => {
    expect(await legend('anterior').count()).toBe(1)
    expect(await legend('left anterior').count()).toBe(0)
    await importFiles(page, scan)
    await caseRow(page, id).getByRole('button').first().click()
    await shown(page, id)
    expect(await legend('anterior').count()).toBe(0)
    for (const name of ['left anterior', 'left posterior', 'right anterior', 'right posterior']) {
      expect(await legend(name).count()).toBe(1)
    }
  })

  it('is segmented into both sides, whose volumes are those of the mask', async () => {
    await segmentCase(page)
    const found = await newest()
    const mask = await maskOf(found)
    const image = caseImageSchema.parse(
      JSON.parse((await bytesOf(page, `/api/cases/${id}/image`)).toString())
    )
    const volumes = sideVolumesMm3({ geometry: image.geometry, voxels: mask })
    for (const side of SIDES) {
      expect(volumes[side].whole).toBeGreaterThan(1000)
      for (const structure of STRUCTURES) {
        expect(found.head!.volumesMm3[side]![structure]).toBeCloseTo(volumes[side][structure], -1)
      }
    }
    const rows = card(page).getByRole('table').getByRole('row')
    for (const structure of STRUCTURES) {
      const row = await rows.filter({ hasText: ROWS[structure] }).innerText()
      for (const side of SIDES) {
        expect(row).toContain(volumeText(found.head!.volumesMm3[side]![structure]))
      }
    }
    const text = await card(page).innerText()
    expect(text).toMatch(/Asymmetry/)
    expect(text).toMatch(/Template agreement/)
    for (const { message } of found.head!.flags) {
      expect(text.toLowerCase().split(message.toLowerCase())).toHaveLength(2)
    }
    await card(page).getByRole('button', { name: 'estimated how: intracranial volume' }).click()
    await card(page).getByText('affine registration').waitFor()
    expect(await caseRow(page, id).innerText()).toMatch(/L [\d,]+ R [\d,]+/)
    const written = readdirSync(files.file(head.name), { recursive: true, encoding: 'utf8' })
    expect(written.filter((name) => name.endsWith(`_seg-${found.id}_dseg.tsv`))).toHaveLength(1)
    await app.picture(`head-${head.name}-1-segmented`)
  })

  it('remembers which of its labels are hidden, and hides none of another case', async () => {
    await legend('right posterior').click()
    expect(await legend('right posterior').getAttribute('aria-pressed')).toBe('false')
    // What is kept is written a moment later.
    await expect
      .poll(async () => (await bytesOf(page, `/api/cases/${id}/view`)).toString())
      .toMatch(/"hiddenLabels":\[4\]/)
    await caseRow(page, SAMPLE_CASE).getByRole('button').first().click()
    await shown(page, SAMPLE_CASE)
    expect(await legend('posterior').getAttribute('aria-pressed')).toBe('true')
    await caseRow(page, id).getByRole('button').first().click()
    await shown(page, id)
    expect(await legend('right posterior').getAttribute('aria-pressed')).toBe('false')
    await legend('right posterior').click()
  })

  it('has volumes by side that follow an edit', async () => {
    const before = await newest()
    await openPanel(page, 'Edit')
    await page.getByRole('button', { name: 'Brush', exact: true }).click()
    await page.keyboard.press('3')
    const painted = page.getByRole('group', { name: 'Label to paint' })
    const chosen = painted.getByRole('button', { name: 'right anterior' })
    expect(await chosen.getAttribute('aria-pressed')).toBe('true')
    await page.mouse.click(...(await pointIn(slicePane(page, 'axial'), [0.3, 0.6])))
    await expect.poll(() => saveButton(page).isEnabled()).toBe(true)
    await app.picture(`head-${head.name}-2-editor`)
    await saveButton(page).click()
    await expect.poll(async () => (await newest()).versions.length).toBe(2)
    const after = await newest()
    const [old, now] = [before.head!, after.head!]
    const mask = await maskOf(after)
    expect(now.volumesMm3.left!.whole).toBeCloseTo(old.volumesMm3.left!.whole, -1)
    expect(now.volumesMm3.right!.anterior).toBeGreaterThan(old.volumesMm3.right!.anterior + 1)
    expect(now.asymmetryPercent).toBeLessThan(old.asymmetryPercent!)
    expect(now.normalisedPermille.right).toBeGreaterThan(old.normalisedPermille.right!)
    expect(now.boxes).toEqual(old.boxes)
    await openPanel(page, 'Segment')
    const row = card(page).getByRole('table').getByRole('row').filter({ hasText: 'Anterior' })
    expect(await row.innerText()).toContain(volumeText(now.volumesMm3.right!.anterior))
    expect(countOf(mask, 1 + SIDE_OFFSET.right)).toBeGreaterThan(0)
  })

  it('is exported with FreeSurfer’s numbers without a question about the side', async () => {
    const mask = await maskOf(await newest())
    await openPanel(page, 'Export')
    await choose(page, 'export-labels', 'FreeSurfer')
    expect(await page.getByRole('radiogroup').count()).toBe(0)
    const [path] = await exported(1)
    const { voxels } = rawNifti(path!)
    const numbers = [0, 17, 17, 53, 53]
    expect(voxels.length).toBe(mask.length)
    expect(mask.every((label, n) => voxels[n] === numbers[label])).toBe(true)
    await app.picture(`head-${head.name}-3-export`)
  })

  it('is exported as one file for each label, and as tables by side', async () => {
    const mask = await maskOf(await newest())
    await choose(page, 'export-labels', '1–2 left')
    await page.getByText('One file for each label').click()
    const paths = (await exported(4)).sort()
    const names = ['left-anterior', 'left-posterior', 'right-anterior', 'right-posterior']
    paths.forEach((path, n) => {
      expect(path).toContain(`_${names[n]}_dseg.nii.gz`)
      const { voxels } = rawNifti(path)
      const label = n + 1
      expect(voxels.reduce((sum: number, one) => sum + (one === label ? 1 : 0), 0)).toBe(
        countOf(mask, label)
      )
    })
    await page.getByText('One file for each label').click()
    await choose(page, 'export-format', 'Volumes, CSV')
    const [csv] = await exported(1)
    const [heading, ...rows] = readFileSync(csv!, 'utf8').trim().split('\n')
    const column = heading!.split(',').indexOf('side')
    expect(rows.map((row) => row.split(',')[column])).toEqual(
      ['left', 'right', 'both'].flatMap((side) => [side, side, side])
    )
    await choose(page, 'export-format', 'Report, HTML')
    const [report] = await exported(1)
    const html = readFileSync(report!, 'utf8')
    expect(html.match(/data:image\/png/g)).toHaveLength(4)
    expect(html).toContain('Asymmetry')
    const shownReport = await page.context().newPage()
    await shownReport.setViewportSize({ width: 1000, height: 1200 })
    await shownReport.goto(`file://${report!}`)
    await app.picture(`head-${head.name}-4-report`, shownReport)
    await shownReport.close()
  })

  it('is flagged, each flag once and with what it means', async () => {
    const found = await newest()
    const cleared = (await maskOf(found)).map((label) => (label < 3 ? 0 : label))
    await page.evaluate(
      async ([url, ones]) => {
        const voxels = Uint8Array.from(atob(ones!), (one) => one.charCodeAt(0))
        await fetch(url!, { method: 'PUT', body: voxels })
      },
      [
        `/api/cases/${id}/results/${found.id}/mask?how=cleared`,
        Buffer.from(cleared).toString('base64')
      ]
    )
    await openPanel(page, 'Segment')
    const notes = card(page).getByRole('note')
    const empty = notes.filter({ hasText: 'No left hippocampus was found' })
    await empty.waitFor({ timeout: 60_000 })
    expect(await empty.count()).toBe(1)
    expect(await notes.filter({ hasText: 'The right hippocampus is larger by 200%' }).count()).toBe(
      1
    )
    await empty.getByText('What this means').click()
    await empty.getByText('the box lies elsewhere').waitFor()
    await empty.scrollIntoViewIfNeeded()
    await app.picture(`head-${head.name}-5-flags`)
    // An edit made elsewhere is taken back as any other.
    await page.getByTitle(/versions$/).click()
    await page.getByRole('button', { name: 'Restore version 2' }).click()
    await expect.poll(async () => (await newest()).versions.length).toBe(4)
    expect((await newest()).head!.volumesMm3).toEqual(found.head!.volumesMm3)
    await empty.waitFor({ state: 'detached' })
  })

  it('is compared by side', async () => {
    const first = await newest()
    await page.evaluate(
      async ([caseId, from]) => {
        await fetch(`/api/cases/${caseId!}/results`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ from, name: 'Copy' })
        })
      },
      [id, first.id]
    )
    await expect.poll(async () => (await newest()).name).toBe('Copy')
    const copy = await newest()
    expect(copy.head?.volumesMm3).toEqual(first.head?.volumesMm3)
    await openPanel(page, 'Compare')
    const groups = page.getByRole('rowheader', { name: /^(Left|Right|Both)$/ })
    await expect.poll(() => groups.count(), { timeout: 60_000 }).toBe(3)
    const dice = await page.getByRole('row', { name: /^Whole/ }).allInnerTexts()
    expect(dice).toHaveLength(3)
    for (const row of dice) expect(row).toContain('1.000')
    await app.picture(`head-${head.name}-6-compare`)
    expect(app.complaints).toEqual([])
  })
})
