import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { startElectronApp, type ElectronApp } from './electron-app'
import { findElectron } from './electron-runtime'

const files = temporaryFolder()
const electron = findElectron()
if (electron.missing !== undefined) console.warn(`--open is not tested: ${electron.missing}`)

describe.skipIf(electron.missing !== undefined)(`a file that ${electron.name} is given`, () => {
  let app: ElectronApp

  beforeAll(async () => {
    const bad = files.write('truncated.nii.gz', Uint8Array.of(0x1f, 0x8b, 8, 0))
    app = await startElectronApp(files.path, [`--open=${bad}`])
  })
  afterAll(async () => {
    await app.close()
  })

  it('is told of in the window where it cannot be read, until that was dismissed', async () => {
    const { page } = app
    const note = page.getByRole('navigation').getByRole('alert')
    await note.waitFor()
    expect(await note.innerText()).toMatch(/truncated\.nii\.gz: is (truncated|damaged)/)
    await app.picture('open-unreadable')
    await page.reload()
    await note.waitFor()
    await note.getByRole('button', { name: 'Dismiss' }).click()
    await note.waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('heading', { name: 'No cases yet' }).waitFor()
    expect(await note.count()).toBe(0)
  })
})
