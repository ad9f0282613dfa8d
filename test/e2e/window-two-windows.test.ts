import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import {
  caseRow,
  comeBack,
  differing,
  importFiles,
  OTHER_SAMPLE,
  paint,
  result,
  SAMPLE_CASE,
  saveButton,
  savedMask,
  secondWindow,
  segmentCase,
  shown,
  undoButton
} from './window-acts'
import { bytesOf, resultsOf } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('two windows are not tested: no Chromium here')
const files = temporaryFolder()
const workspace = files.file('study')

describe.skipIf(chromium === undefined)('two windows on one workspace', () => {
  let app: BrowserApp
  let first: Page
  let second: Page

  beforeAll(async () => {
    app = await startBrowserApp(chromium ?? '', files.path, ['--workspace', workspace, '--sample'])
    first = app.page
    await shown(first, SAMPLE_CASE)
    second = await secondWindow(app)
    await shown(second, SAMPLE_CASE)
  })
  afterAll(async () => {
    await app.close()
  })

  it('show a result that one of them asked for', async () => {
    await segmentCase(first)
    await result(second).waitFor()
    await caseRow(second, SAMPLE_CASE).getByText('Segmented').waitFor()
  })

  it('list a case that one of them imports or removes', async () => {
    await importFiles(first, files.write('second.nii.gz', readFileSync(OTHER_SAMPLE)))
    await shown(first, 'second')
    await caseRow(second, 'second').waitFor()
    expect(await second.title()).toContain(SAMPLE_CASE)
    await caseRow(second, 'second').hover()
    await second.getByRole('button', { name: /^Remove second/ }).click()
    await caseRow(first, 'second').waitFor({ state: 'detached' })
    // What is on the screen stays, with a word about it.
    await first
      .getByRole('main')
      .getByText(/no case second in the workspace/)
      .waitFor()
    await second.getByRole('button', { name: 'Undo', exact: true }).click()
    await caseRow(first, 'second').waitFor()
    await first.getByRole('main').getByRole('alert').waitFor({ state: 'detached' })
    await caseRow(first, SAMPLE_CASE).getByRole('button').first().click()
    await shown(first, SAMPLE_CASE)
  })

  it('keep the edits of both where both draw in one mask, and tell the second', async () => {
    await paint(first, 0.3, 0.8)
    await paint(second, 0.7, 0.15)
    // Long enough for both to have written down what they drew.
    await second.waitForTimeout(2500)
    await saveButton(first).click()
    await first.getByText('Version 2 by').waitFor()
    await second.getByText(/Version 2 of this mask was saved elsewhere.*Your edits stay/).waitFor()
    await second.waitForTimeout(600)
    expect(await saveButton(second).isEnabled()).toBe(true)
    await app.picture('two-windows-1-told', second)
    await saveButton(second).click()
    await second.getByText(/Saved as version 3.*without version 2/).waitFor()
    await second.getByText('Version 3 by').waitFor()
    await app.picture('two-windows-2-saved', second)
    // The first one has nothing unsaved, and shows what is newest.
    await first.getByText('Version 3 by').waitFor()

    const [one, two, three] = await Promise.all([1, 2, 3].map((n) => savedMask(first, n)))
    const [ofFirst, ofSecond] = [differing(one!, two!), differing(one!, three!)]
    expect(ofFirst.length).toBeGreaterThan(0)
    expect(ofSecond.length).toBeGreaterThan(0)
    expect(ofFirst.filter((voxel) => ofSecond.includes(voxel))).toEqual([])
  })

  it('show the other’s version once one’s own edits are undone', async () => {
    const dismiss = second.getByRole('button', { name: 'Dismiss' })
    while ((await dismiss.count()) > 0) await dismiss.first().click()
    await paint(second, 0.7, 0.3)
    await paint(first, 0.3, 0.7)
    await saveButton(first).click()
    await second.getByText(/Version 4 of this mask was saved elsewhere/).waitFor()
    // What is undone is in the journal by now, and must not be offered as unsaved edits of version 4.
    const [newest] = await resultsOf(second, 'model')
    const journal = `/api/cases/${SAMPLE_CASE}/results/${newest!.id}/journal`
    await expect.poll(() => bytesOf(second, journal).then(({ length }) => length > 0)).toBe(true)
    await undoButton(second).click()
    await second.getByText('Version 4 by').waitFor()
    expect(await saveButton(second).isEnabled()).toBe(false)
    // Another mask is on the screen, with no history yet.
    await expect.poll(() => undoButton(second).isEnabled()).toBe(false)
    await expect.poll(() => bytesOf(second, journal).then(({ length }) => length > 0)).toBe(false)
    expect(await second.getByRole('alert').count()).toBe(0)
  })

  it('do not restore a version over edits', async () => {
    await paint(second, 0.7, 0.3)
    await second.getByRole('tab', { name: 'Segment' }).click()
    await second.getByTitle('4 versions').click()
    await second.getByRole('button', { name: 'Restore version 2' }).click()
    await second
      .getByRole('tabpanel')
      .getByText(/has edits that are not saved/)
      .waitFor()
    await app.picture('two-windows-3-restore-refused', second)
    await second.getByRole('tab', { name: 'Edit' }).click()
    await undoButton(second).click()
    await expect.poll(() => saveButton(second).isEnabled()).toBe(false)
  })

  it('restore a version, in both', async () => {
    const wanted = await savedMask(first, 2)
    await second.getByRole('tab', { name: 'Segment' }).click()
    await second.getByTitle('4 versions').click()
    await second.getByRole('button', { name: 'Restore version 2' }).click()
    await second.getByText('restored version 2').waitFor()
    await first.getByText('Version 5 by').waitFor()
    expect((await savedMask(first)).equals(wanted)).toBe(true)
    expect((await savedMask(first, 4)).equals(wanted)).toBe(false)
  })

  it('notice what another program did to the folder when the user comes back', async () => {
    const anat = join(workspace, 'sub-extern', 'anat')
    mkdirSync(anat, { recursive: true })
    writeFileSync(join(anat, 'sub-extern_T1w.nii.gz'), readFileSync(OTHER_SAMPLE))
    await comeBack(first)
    await caseRow(first, 'extern').waitFor()
    rmSync(join(workspace, 'sub-extern'), { recursive: true })
    await comeBack(first)
    await caseRow(first, 'extern').waitFor({ state: 'detached' })
  })

  it('notice that another program took the files of the case on the screen', async () => {
    const derived = join(workspace, 'derivatives', 'hippospike', `sub-${SAMPLE_CASE}`)
    const kept = files.file('kept')
    cpSync(derived, kept, { recursive: true })
    rmSync(join(derived, 'anat'), { recursive: true })
    await comeBack(first)
    await first.getByRole('tab', { name: 'Segment' }).click()
    await result(first).waitFor({ state: 'detached' })
    rmSync(derived, { recursive: true })
    renameSync(kept, derived)
    await comeBack(first)
    await result(first).waitFor()

    const subject = join(workspace, `sub-${SAMPLE_CASE}`)
    renameSync(subject, files.file('subject'))
    await comeBack(first)
    await first.getByRole('main').getByText(`no case ${SAMPLE_CASE} in the workspace`).waitFor()
    await app.picture('two-windows-4-case-gone')
    renameSync(files.file('subject'), subject)
    await comeBack(first)
    await first.getByRole('main').getByRole('alert').waitFor({ state: 'detached' })
  })

  it('have complained of nothing but what was taken away', () => {
    const unexpected = app.complaints.filter(
      (one) => !/\/cases\/(second|extern|hippocampus023)\//.test(one)
    )
    expect(unexpected).toEqual([])
  })
})
