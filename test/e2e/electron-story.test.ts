import { describe, expect } from 'vitest'
import { startElectronApp } from './electron-app'
import { findElectron } from './electron-runtime'
import { NativeDialogs } from './native-dialogs'
import { tellStory } from './story-steps'

const electron = findElectron()

describe.skipIf(electron.missing !== undefined)(`the whole story, in ${electron.name}`, () => {
  tellStory(async (home) => {
    const { application, page, picture, complaints, close } = await startElectronApp(home)
    const dialogs = await NativeDialogs.of(application)
    return {
      page,
      picture,
      complaints,
      close,
      newWorkspace: async (folder) => {
        const button = page.getByRole('button', { name: 'New workspace…' })
        // Given up first: nothing happens.
        await button.click()
        await expect.poll(async () => (await dialogs.asked()).length).toBe(1)
        await page.getByRole('button', { name: 'Open the sample case' }).waitFor()
        await dialogs.answer(folder)
        await button.click()
        await expect.poll(async () => (await dialogs.asked()).length).toBe(2)
        expect((await dialogs.asked())[1]).toEqual({
          what: 'open',
          options: { title: 'New workspace', properties: ['openDirectory', 'createDirectory'] }
        })
      },
      chooseImage: async (image, press) => {
        await dialogs.answer(image)
        await press()
        await expect
          .poll(async () => (await dialogs.asked()).at(-1))
          .toMatchObject({
            what: 'open',
            options: { title: 'Import images', properties: ['openFile', 'multiSelections'] }
          })
      },
      exportTo: async (target) => {
        const button = page.getByRole('button', { name: 'Export…' })
        await button.click()
        await expect.poll(async () => (await dialogs.asked()).at(-1)?.what).toBe('save')
        expect(await page.getByRole('heading', { name: 'Written' }).count()).toBe(0)
        await dialogs.answer(target)
        await button.click()
        const file = page.getByRole('button', { name: target, exact: true })
        await file.waitFor()
        await file.click()
        await expect
          .poll(async () => (await dialogs.asked()).at(-1))
          .toEqual({ what: 'reveal', options: { path: target } })
        expect((await dialogs.asked()).filter(({ what }) => what === 'save')).toHaveLength(2)
      }
    }
  })
})
