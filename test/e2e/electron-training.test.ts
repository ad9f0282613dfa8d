import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorkspaceFolder } from '../../src/main/workspace/folder'
import { workspaceModels } from '../../src/main/workspace/layout'
import { modelFileBytes } from '../../src/main/workspace/model-file'
import { writeModel } from '../../src/main/workspace/model-folder'
import { runsFolder } from '../../src/main/workspace/run-files'
import { trainingRunListSchema, type TrainingRun } from '../../src/shared/api/training'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { writeTinyDataset } from '../fixtures/tiny-dataset'
import { twoVariants } from '../fixtures/tiny-model'
import { childrenOf, cli, gone } from './cli'
import { startElectronApp, type ElectronApp } from './electron-app'
import { findElectron } from './electron-runtime'
import { NativeDialogs } from './native-dialogs'
import { choose } from './window-steps'

const electron = findElectron()
const files = temporaryFolder()
const workspace = files.file('study')
const labelled = files.file('labelled')

describe.skipIf(electron.missing !== undefined)(`training, in ${electron.name}`, () => {
  let app: ElectronApp
  let page: Page
  const button = (name: string | RegExp): Locator =>
    page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })

  async function start(options: readonly string[] = []): Promise<void> {
    app = await startElectronApp(files.file('home'), options)
    page = app.page
    await button(/^Train the network/).waitFor()
  }

  async function run(): Promise<TrainingRun> {
    const json = await page.evaluate(async () => (await fetch('/api/training/runs')).text())
    return trainingRunListSchema.parse(JSON.parse(json))[0]!
  }

  beforeAll(async () => {
    writeTinyDataset(labelled, 5, null)
    await openWorkspaceFolder(workspace, true)
    // So small a network learns in seconds.
    const { head, tensors } = twoVariants()
    const tiny = { ...head, id: 'tiny', name: 'Tiny network' }
    await writeModel(join(workspaceModels(workspace), 'tiny'), tiny, tensors, '# Tiny\n')
    await start([`--workspace=${workspace}`])
  })
  afterAll(async () => {
    await app.close()
  })

  it('takes a model of a file', async () => {
    const { head, tensors } = twoVariants()
    const other = { ...head, id: 'other', name: 'Other network' }
    await writeModel(files.file('other'), other, tensors, '# Other\n')
    const path = files.file('other.hippospike')
    writeFileSync(path, await modelFileBytes(files.file('other')))

    await button(/^Train the network/).click()
    await button('Models').click()
    const chooser = page.waitForEvent('filechooser')
    await button('Import a model…').click()
    await (await chooser).setFiles(path)
    await page.getByText('Other network was imported').waitFor()
    await app.picture('training-0-models')
    // What follows the choice of cases must outlive the page that it is shown on.
    await button('New run').click()
  })

  it('takes labelled cases by the system’s dialog', async () => {
    const dialogs = await NativeDialogs.of(app.application)
    await dialogs.answer(labelled)
    await button('Import labelled cases…').click()
    await page.getByText('5 cases chosen').waitFor({ timeout: 60_000 })
    await page.getByText(/hippocampi:/).waitFor({ timeout: 60_000 })
    expect((await dialogs.asked()).map(({ what }) => what)).toEqual(['open'])
  })

  it('is interrupted where the app is killed, its engine ends, and the next one goes on', async () => {
    await button(/Settings for experts/).click()
    await choose(page, 'expert-model', 'Tiny network')
    await page.getByLabel('Rounds over the cases (epochs)').fill('2')
    await page.getByLabel('Rounds over the cases (epochs)').press('Tab')
    await button('Start training').click()
    const live = page.getByText(/epoch \d of 2, step/i).first()
    await live.waitFor({ timeout: 120_000 })
    await app.picture('training-1-live')
    const main = await app.application.evaluate(() => process.pid)
    const engines = childrenOf(main)
    const over = app.application.waitForEvent('close')
    process.kill(main, 'SIGKILL')
    await over
    for (const pid of engines) expect(await gone(pid), `process ${String(pid)}`).toBe(true)
    // Its screen, where it had one of its own.
    await app.close().catch(() => undefined)

    await start()
    expect(await run()).toMatchObject({ state: 'interrupted' })
    await button(/^Train the network/).click()
    await page.getByRole('button', { name: /^Fine-tuning 1/ }).click()
    await page.getByText(/Nothing is lost: resume it/).waitFor()
    await app.picture('training-2-interrupted')
    await button('Resume').click()
    await button('Discard it').waitFor({ timeout: 240_000 })
    await app.picture('training-3-verdict')
    await button('Discard it').click()
    await page.getByText('Discarded: the network that you had is in use').waitFor()
    expect(app.complaints).toEqual([])
  })

  it('ended with the weights of a run that nobody has killed', async () => {
    const { id } = await run()
    const folder = join(runsFolder(workspace), id)
    const { code, stdout, stderr } = await cli(['replay', folder, '--out', files.file('replayed')])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^snn: identical, bit for bit/m)
  })
})
