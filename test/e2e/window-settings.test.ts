import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preferencesSchema, type Preferences } from '../../src/shared/api/preferences'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { findChromium, startBrowserApp, type BrowserApp } from './browser-app'
import {
  bytesOf,
  choose,
  openPanel,
  openSample,
  pointIn,
  resultsOf,
  slicePane
} from './window-steps'

const chromium = findChromium()
if (chromium === undefined) console.warn('settings are not tested: there is no Chromium here')
const files = temporaryFolder()

/** What the sheet says of a key must be so: how to see it, before and after. */
interface Promised {
  press: string
  /** What the key changes, as it is on the screen. */
  see: () => Promise<unknown>
  becomes: unknown
  /** Presses that bring it back, or make it possible. */
  before?: () => Promise<unknown>
  after?: () => Promise<unknown>
}

describe.skipIf(chromium === undefined)(
  'preferences, the log and the shortcuts, in Chromium',
  () => {
    let app: BrowserApp
    let page: Page

    beforeAll(async () => {
      app = await startBrowserApp(chromium ?? '', files.path)
      page = app.page
      await openSample(page)
    })
    afterAll(async () => {
      await app.close()
    })

    const button = (name: string | RegExp) =>
      page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
    const dialog = () => page.getByRole('dialog')
    const press = (keys: string): Promise<void> => page.keyboard.press(keys)
    const pressed = (name: string | RegExp) => (): Promise<string | null> =>
      button(name).first().getAttribute('aria-pressed')
    const kept = async (): Promise<Preferences> =>
      preferencesSchema.parse(JSON.parse((await bytesOf(page, '/api/preferences')).toString()))

    async function closeDialog(): Promise<void> {
      await press('Escape')
      await dialog().waitFor({ state: 'detached' })
    }

    it('keeps each preference', async () => {
      await button(/^Preferences/).click()
      await choose(page, 'pref-model', 'ternary')
      await expect.poll(async () => (await kept()).model).toBe('snn-ternary')
      await choose(page, 'pref-convention', 'Neurological')
      await expect.poll(async () => (await kept()).convention).toBe('neurological')
      await page.getByLabel('Save versions as').fill('Ada')
      await page.getByLabel('Save versions as').press('Tab')
      await expect.poll(async () => (await kept()).author).toBe('Ada')
      await choose(page, 'pref-motion', 'Reduced')
      await expect.poll(async () => (await kept()).reduceMotion).toBe(true)
      await page.getByRole('switch', { name: 'Reopen the last workspace' }).click()
      await expect.poll(async () => (await kept()).reopenLast).toBe(false)
      await app.picture('settings-1-preferences')
      await closeDialog()
      await page.reload()
      await page.locator('[data-drawn=true]').waitFor()
      await expect
        .poll(() => page.evaluate(() => document.documentElement.classList.contains('still')))
        .toBe(true)
      await button(/^Preferences/).click()
      const text = await dialog().innerText()
      for (const shown of ['ternary', 'Neurological', 'Reduced']) expect(text).toContain(shown)
      expect(await page.getByLabel('Save versions as').inputValue()).toBe('Ada')
      const reopen = page.getByRole('switch', { name: 'Reopen the last workspace' })
      expect(await reopen.getAttribute('aria-checked')).toBe('false')
      await closeDialog()
    })

    it('does what the preferences say', async () => {
      await openPanel(page, 'Edit')
      await button('Start with an empty mask').click()
      await button('Save new version').waitFor()
      await press('b')
      await page.mouse.click(...(await pointIn(slicePane(page, 'coronal'), [0.5, 0.5])))
      await page.getByText('Unsaved edits').waitFor()
      await press('Control+s')
      await page.getByText('Version 2 by Ada').waitFor()
      await press('v')
      await openPanel(page, 'Segment')
      await button('Segment').click()
      await expect
        .poll(async () => (await resultsOf(page, 'model'))[0]?.model, { timeout: 120_000 })
        .toBe('snn-ternary')
      const card = page.getByRole('region', { name: 'Result', exact: true })
      await card.getByText('Firing rate', { exact: true }).waitFor()
    })

    it('shows the log', async () => {
      await page.request.get(new URL('/api/cases/nobody/image', page.url()).href)
      await button('Log').click()
      await dialog().getByText('GET /api/cases/nobody/image').waitFor()
      await dialog()
        .getByText(/hippospike.*\.log/)
        .first()
        .waitFor()
      await app.picture('settings-2-log')
      await closeDialog()
    })

    it('lists no shortcut that does not work', async () => {
      const tool = (name: string) => pressed(name)
      const show = (name: string, keys: string): Promised => ({
        press: keys,
        see: pressed(name),
        becomes: 'true',
        after: () => press('0')
      })
      const panel = (name: string, keys: string): Promised => ({
        press: keys,
        see: () => page.getByRole('tab', { name }).getAttribute('aria-selected'),
        becomes: 'true'
      })
      const inDialog = (keys: string, title: string): Promised => ({
        press: keys,
        see: () => dialog().getByText(title, { exact: true }).count(),
        becomes: 1,
        after: closeDialog
      })
      const letters = () => slicePane(page, 'axial').locator('.letter').first().innerText()
      const slice = () => slicePane(page, 'coronal').getAttribute('aria-label')
      const toSlice = (n: number): string => `coronal slice ${n} of 51`
      const inPane = () => slicePane(page, 'coronal').focus()
      const radius = () =>
        page
          .getByText(/^\d+\.\d mm$/)
          .last()
          .innerText()
      const timestep = () => page.getByText(/^[1-4] \/ 4$/).innerText()
      const pixelsPerMm = async (): Promise<number> => {
        const bar = slicePane(page, 'coronal').locator('.scale')
        return (await bar.boundingBox())!.width / Number.parseFloat(await bar.innerText())
      }
      let scale = 0
      const noteScale = async (): Promise<void> => {
        await inPane()
        scale = await pixelsPerMm()
      }
      const zoomed = async (): Promise<number> => Math.sign((await pixelsPerMm()) - scale)
      const training = () => page.getByRole('main', { name: 'Training' }).count()
      const crosshair = () => slicePane(page, 'axial').locator('.cross').count()
      const paint = async (): Promise<void> => {
        await press('b')
        await page.mouse.click(...(await pointIn(slicePane(page, 'coronal'), [0.2, 0.2])))
        await page.getByText('Unsaved edits').waitFor()
      }

      const everywhere: Record<string, Promised[]> = {
        'Show this sheet': [inDialog('?', 'Keyboard shortcuts')],
        Preferences: [inDialog('Control+,', 'Save versions as')],
        'Move the crosshair': [{ press: 'v', see: tool('Move the crosshair'), becomes: 'true' }],
        'Window and level': [{ press: 'w', see: tool('Window and level'), becomes: 'true' }],
        'Move the image': [{ press: 'h', see: tool('Move the image'), becomes: 'true' }],
        Zoom: [{ press: 'z', see: tool('Zoom'), becomes: 'true', after: () => press('v') }],
        'Show all panes': [
          {
            press: '0',
            before: () => press('2'),
            see: pressed('All panes'),
            becomes: 'true'
          }
        ],
        'Show the axial pane alone': [show('Axial pane alone', '1')],
        'Show the coronal pane alone': [show('Coronal pane alone', '2')],
        'Show the sagittal pane alone': [show('Sagittal pane alone', '3')],
        'Show the 3D pane alone': [show('3D pane alone', '4')],
        'Show or hide the mask': [
          { press: 'm', see: pressed('Show the mask'), becomes: 'false', after: () => press('m') }
        ],
        'Outline or fill the mask': [
          {
            press: 'o',
            before: async () => {
              if ((await pressed('Outline instead of filling')()) === 'true') await press('o')
            },
            see: pressed('Outline instead of filling'),
            becomes: 'true'
          }
        ],
        'Show or hide the crosshair': [
          { press: 'c', see: crosshair, becomes: 0, after: () => press('c') }
        ],
        'Change between radiological and neurological': [
          { press: 'x', see: letters, becomes: 'L', after: () => press('x') }
        ],
        'Reset the view': [
          {
            press: 'r',
            before: async () => {
              await inPane()
              await press('PageDown')
            },
            see: slice,
            becomes: toSlice(26)
          }
        ],
        'Put the editing tool down': [
          {
            press: 'Escape',
            before: async () => {
              await openPanel(page, 'Edit')
              await press('b')
            },
            see: tool('Brush'),
            becomes: 'false'
          }
        ],
        'Go to the next slice': [
          { press: 'ArrowDown', before: inPane, see: slice, becomes: toSlice(25) },
          { press: 'ArrowUp', see: slice, becomes: toSlice(26) }
        ],
        'Go on by five slices': [
          { press: 'PageDown', before: inPane, see: slice, becomes: toSlice(21) },
          { press: 'PageUp', see: slice, becomes: toSlice(26) }
        ],
        'Zoom in or out': [
          { press: '+', before: noteScale, see: zoomed, becomes: 1 },
          { press: '-', before: noteScale, see: zoomed, becomes: -1 }
        ],
        'Show this pane alone, or all': [
          {
            press: 'Space',
            before: inPane,
            see: pressed('Coronal pane alone'),
            becomes: 'true',
            after: () => press('0')
          }
        ],
        'Open the panel Segment': [panel('Segment', 'Alt+1')],
        'Open the panel Edit': [panel('Edit', 'Alt+3')],
        'Open the panel Compare': [panel('Compare', 'Alt+4')],
        'Open the panel Export': [panel('Export', 'Alt+5')],
        'Open the panel Spikes': [panel('Spikes', 'Alt+2')],
        'Open or close the training view': [
          { press: 'Alt+6', see: training, becomes: 1 },
          { press: 'Alt+6', see: training, becomes: 0 }
        ]
      }
      const editing: Record<string, Promised[]> = {
        Brush: [{ press: 'b', see: tool('Brush'), becomes: 'true' }],
        Eraser: [{ press: 'e', see: tool('Eraser'), becomes: 'true' }],
        'Paint within the intensity range': [
          { press: 't', see: tool('In range'), becomes: 'true' }
        ],
        Fill: [{ press: 'f', see: tool('Fill'), becomes: 'true' }],
        'Smaller brush': [{ press: '[', see: radius, becomes: '1.7 mm' }],
        'Larger brush': [{ press: ']', see: radius, becomes: '2.0 mm' }],
        'Brush as a disc or a ball': [
          { press: 'd', see: pressed('3D'), becomes: 'true', after: () => press('d') }
        ],
        'Paint the next label': [
          {
            press: 'l',
            see: () => button('posterior').last().getAttribute('aria-pressed'),
            becomes: 'true'
          }
        ],
        'Paint this label, while an editing tool is in hand': [
          {
            press: '1',
            before: () => press('b'),
            see: () => button('anterior').last().getAttribute('aria-pressed'),
            becomes: 'true'
          },
          {
            press: '2',
            see: () => button('posterior').last().getAttribute('aria-pressed'),
            becomes: 'true',
            after: () => press('v')
          }
        ]
      }
      const mask: Record<string, Promised[]> = {
        Undo: [
          {
            press: 'Control+z',
            before: paint,
            see: () => page.getByText('Unsaved edits').count(),
            becomes: 0
          }
        ],
        Redo: [
          {
            press: 'Control+Shift+z',
            see: () => page.getByText('Unsaved edits').count(),
            becomes: 1,
            after: () => press('Control+z')
          },
          { press: 'Control+y', see: () => page.getByText('Unsaved edits').count(), becomes: 1 }
        ],
        'Save the mask as a new version': [
          {
            press: 'Control+s',
            see: () => page.getByText('Version 2 by Ada: Paint').count(),
            becomes: 1,
            after: () => press('v')
          }
        ]
      }
      const spikes: Record<string, Promised[]> = {
        'Go to the first timestep': [{ press: 'Home', see: timestep, becomes: '1 / 4' }],
        'Go to the next timestep': [{ press: 'ArrowRight', see: timestep, becomes: '2 / 4' }],
        'Go to the timestep before': [{ press: 'ArrowLeft', see: timestep, becomes: '1 / 4' }],
        'Go to the last timestep': [{ press: 'End', see: timestep, becomes: '4 / 4' }],
        'Play or pause the timesteps': [
          {
            press: 'Space',
            see: () => button('Pause').count(),
            becomes: 1,
            after: () => press('Space')
          }
        ]
      }

      const keepAll = async (promises: Record<string, Promised[]>): Promise<void> => {
        for (const [description, some] of Object.entries(promises)) {
          for (const { press: keys, before, see, becomes, after } of some) {
            await before?.()
            expect(await see(), `${description}, before ${keys}`).not.toBe(becomes)
            await press(keys)
            await expect.poll(see, { message: `${description}: ${keys}` }).toBe(becomes)
            await after?.()
          }
        }
      }
      /** What the sheet lists of what works now, and of what works in other panels. */
      const sheet = async (): Promise<{ live: string[]; elsewhere: string[] }> => {
        await press('?')
        await dialog().getByText('Show this sheet').waitFor()
        const listed = async (live: boolean): Promise<string[]> =>
          (await dialog().locator(`[data-live=${live}] dt`).allInnerTexts()).sort()
        const found = { live: await listed(true), elsewhere: await listed(false) }
        await app.picture('settings-3-shortcuts')
        await closeDialog()
        return found
      }
      const names = (...some: object[]): string[] => some.flatMap((one) => Object.keys(one)).sort()

      await page.keyboard.press('w')
      await keepAll(everywhere)
      await openPanel(page, 'Edit')
      const segment = { 'Segment the case': [] }
      const ofHeads = { 'Look at the other hippocampus': [] }
      expect(await sheet()).toEqual({
        live: names(everywhere, mask, editing),
        elsewhere: names(segment, spikes, ofHeads)
      })
      await keepAll(editing)
      await keepAll(mask)
      await openPanel(page, 'Spikes')
      await page.locator('[data-testid=spikes-panel][data-drawn="4"]').waitFor()
      expect(await sheet()).toEqual({
        live: names(everywhere, mask, spikes),
        elsewhere: names(segment, editing)
      })
      await keepAll(spikes)
    })
  }
)
