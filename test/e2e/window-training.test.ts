import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultModelSchema, trainingRunListSchema } from '../../src/shared/api/training'
import { workspaceModels } from '../../src/main/workspace/layout'
import { writeModel } from '../../src/main/workspace/model-folder'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { twoVariants } from '../fixtures/tiny-model'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import { ROOT } from './cli'
import { bytesOf, choose, openPanel } from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('training is not tested: there is no Chromium here')
const files = temporaryFolder()

/** Cases that come with the program, as a site's own labelled folder. */
function labelledFolder(count: number): string {
  const source = join(ROOT, 'resources', 'rehearsal')
  const folder = files.file('labelled')
  const names = readdirSync(join(source, 'imagesTr')).sort().slice(0, count)
  for (const part of ['imagesTr', 'labelsTr']) {
    mkdirSync(join(folder, part), { recursive: true })
    for (const name of names) copyFileSync(join(source, part, name), join(folder, part, name))
  }
  writeFileSync(join(folder, 'dataset.json'), '{}')
  return folder
}

describe.skipIf(chromium === undefined)('the training view, in Chromium', () => {
  let app: BrowserApp
  let page: Page
  const button = (name: string | RegExp): Locator =>
    page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
  const training = (): Locator => page.getByRole('main', { name: 'Training' })
  const run = async () =>
    trainingRunListSchema.parse(JSON.parse((await bytesOf(page, '/api/training/runs')).toString()))

  beforeAll(async () => {
    const root = files.file('study')
    mkdirSync(root)
    writeFileSync(
      join(root, 'dataset_description.json'),
      JSON.stringify({ Name: 'site', BIDSVersion: '1.9.0' })
    )
    // So small a network learns in seconds, on whatever runtime there is.
    const { head, tensors } = twoVariants()
    const tiny = { ...head, id: 'tiny', name: 'Tiny network' }
    await writeModel(join(workspaceModels(root), 'tiny'), tiny, tensors, '# Tiny\n')
    app = await startBrowserApp(chromium ?? '', files.file('home'), ['--workspace', root])
    page = app.page
    await button(/^Train the network/).click()
  })
  afterAll(async () => {
    expect(app.complaints).toEqual([])
    await app.close()
  })

  it('says how to get cases where there are none', async () => {
    await page.getByText('How to get cases to learn from.').waitFor()
    expect(await button('Start training').isDisabled()).toBe(true)
    await app.picture('training-1-empty')
  })

  it('imports a labelled folder, and divides its cases', async () => {
    await button('Import labelled cases…').click()
    await page.getByLabel('Folder, on the machine that runs Hippospike').fill(labelledFolder(6))
    await button('Import').click()
    await page.getByText('6 cases chosen').waitFor({ timeout: 60_000 })
    await page
      .getByText('4 to learn from · 1 to check on · 1 held out')
      .waitFor({ timeout: 60_000 })
    await app.picture('training-2-cases')
  })

  it('estimates a run, and starts it', async () => {
    await page.locator('[aria-label="How long to learn"]').getByText('Quick').click()
    await button(/Settings for experts/).click()
    await choose(page, 'expert-model', 'Tiny network')
    await page.getByLabel('Rounds over the cases (epochs)').fill('1')
    await page.getByLabel('Rounds over the cases (epochs)').press('Tab')
    await button('Estimate').click()
    const estimate = page.getByRole('status', { name: 'Estimate' })
    await estimate.getByText('40 steps of').waitFor({ timeout: 120_000 })
    await estimate.scrollIntoViewIfNeeded()
    await app.picture('training-3-estimate')
    await button('Start training').click()
    await button('Pause').waitFor({ timeout: 60_000 })
    await training()
      .getByText(/^Epoch 1 of 1, step \d+ of 40/)
      .waitFor({ timeout: 120_000 })
    await page.getByRole('img', { name: /^Loss over/ }).waitFor()
    await app.picture('training-4-live')
  })

  it('pauses and goes on', async () => {
    await button('Pause').click()
    await button('Resume').waitFor({ timeout: 60_000 })
    expect((await run())[0]!.state).toBe('paused')
    await app.picture('training-5-paused')
    await button('Resume').click()
    await expect.poll(async () => (await run())[0]!.state, { timeout: 60_000 }).not.toBe('paused')
  })

  it('ends in a verdict, and makes the network that is accepted the default', async () => {
    await button('Accept it').waitFor({ timeout: 400_000 })
    await app.picture('training-6-verdict')
    const [done] = await run()
    expect(done!.verdict!.reference.cases).toHaveLength(10)
    await button('Accept it').click()
    await page.getByText('Accepted: new cases of this workspace are segmented with it.').waitFor()
    const standard = defaultModelSchema.parse(
      JSON.parse((await bytesOf(page, '/api/models/default')).toString())
    )
    expect(standard.id).toBe((await run())[0]!.modelId)
    await button('Models').click()
    await page.getByText('In use:').waitFor()
    await app.picture('training-7-models')
    await page.keyboard.press('Escape')
    await expect.poll(() => training().count()).toBe(0)
  })

  it('shows how the network came about, on a case', async () => {
    await page.getByRole('navigation', { name: 'Cases' }).getByRole('listitem').first().click()
    await page.locator('[data-drawn=true]').waitFor()
    await openPanel(page, 'Compare')
    // The tiny one was made of no ordinary network.
    await choose(page, 'stages-model', 'Fine-tuned spiking U-Net (binary)')
    await button('Compare the stages').click()
    await page.getByRole('group', { name: 'Masks of the stages' }).waitFor({ timeout: 200_000 })
    const stages = page.getByRole('region', { name: 'Three stages' })
    await stages
      .getByRole('cell', { name: /× less$/ })
      .first()
      .waitFor()
    await stages.scrollIntoViewIfNeeded()
    await app.picture('training-8-stages')
    await stages.getByText('Distance from the ANN by layer').scrollIntoViewIfNeeded()
    await app.picture('training-9-stages')
  })
})
