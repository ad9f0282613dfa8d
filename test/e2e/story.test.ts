import { describe } from 'vitest'
import { findChromium, startBrowserApp } from './browser-app'
import { tellStory } from './story-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('the story is not told in a browser: no Chromium here')

describe.skipIf(chromium === undefined)('the whole story, in Chromium', () => {
  tellStory(async (home) => {
    const { page, picture, complaints, close } = await startBrowserApp(chromium ?? '', home)
    return {
      page,
      picture,
      complaints,
      close,
      newWorkspace: async (folder) => {
        await page.getByRole('button', { name: 'New workspace…' }).click()
        await page.getByLabel('Folder, on the machine that runs Hippospike').fill(folder)
        await page.getByRole('button', { name: 'Create', exact: true }).click()
      },
      chooseImage: async (image, press) => {
        const chooser = page.waitForEvent('filechooser')
        await press()
        await (await chooser).setFiles(image)
      },
      exportTo: async (target) => {
        const arrived = page.waitForEvent('download')
        await page.getByRole('button', { name: 'Export and download' }).click()
        await (await arrived).saveAs(target)
      }
    }
  })
})
