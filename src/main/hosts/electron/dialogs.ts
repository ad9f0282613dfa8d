import { BrowserWindow, dialog, ipcMain, shell, type IpcMainInvokeEvent } from 'electron'
import type { z } from 'zod'
import {
  BRIDGE_CHANNELS,
  openFolderArgsSchema,
  revealArgsSchema,
  saveFileArgsSchema
} from '../../../shared/bridge-channels'
import { HippospikeError } from '../../../shared/errors'
import { firstIssue } from '../../../shared/issues'
import { IMAGE_EXTENSIONS } from '../../imaging/read-image'
import { ORIGIN } from './scheme'

/** Native dialogs for the app's own pages, and nothing else: what is chosen goes on through the API. */
export function provideDialogs(): void {
  ipcMain.handle(BRIDGE_CHANNELS.openImages, async (event): Promise<string[] | null> => {
    const { canceled, filePaths } = await dialog.showOpenDialog(windowOf(event), {
      title: 'Import images',
      properties: ['openFile', 'multiSelections'],
      filters: [
        // Dialogs know the part after the last dot alone.
        { name: 'Images', extensions: [...lastParts(IMAGE_EXTENSIONS), 'dcm', 'ima', 'zip'] },
        { name: 'All files', extensions: ['*'] }
      ]
    })
    return canceled || filePaths.length === 0 ? null : filePaths
  })
  ipcMain.handle(BRIDGE_CHANNELS.openFolder, async (event, ...given: unknown[]) => {
    const [title] = argumentsOf(openFolderArgsSchema, given)
    const { canceled, filePaths } = await dialog.showOpenDialog(windowOf(event), {
      title,
      properties: ['openDirectory', 'createDirectory']
    })
    return canceled ? null : (filePaths[0] ?? null)
  })
  ipcMain.handle(BRIDGE_CHANNELS.saveFile, async (event, ...given: unknown[]) => {
    const [suggestedName] = argumentsOf(saveFileArgsSchema, given)
    const { canceled, filePath } = await dialog.showSaveDialog(windowOf(event), {
      defaultPath: suggestedName
    })
    // Older Electrons give none where the dialog was left, newer ones an empty one.
    return canceled || !filePath ? null : filePath
  })
  ipcMain.handle(BRIDGE_CHANNELS.reveal, (event, ...given: unknown[]) => {
    windowOf(event)
    const [path] = argumentsOf(revealArgsSchema, given)
    shell.showItemInFolder(path)
  })
}

/** @throws HippospikeError (usage) for a message from anything but a page of the app */
function windowOf(event: IpcMainInvokeEvent) {
  const window = BrowserWindow.getAllWindows().find((one) => one.webContents === event.sender)
  const url = event.senderFrame?.url ?? ''
  if (window !== undefined && url.startsWith(`${ORIGIN}/`)) return window
  throw new HippospikeError('usage', 'only the app itself may ask for a dialog')
}

function argumentsOf<T>(schema: z.ZodType<T>, given: unknown[]): T {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new HippospikeError(
    'usage',
    `the dialog was asked for wrongly: ${firstIssue(parsed.error)}`
  )
}

function lastParts(extensions: readonly string[]): string[] {
  return [
    ...new Set(extensions.map((extension) => extension.slice(extension.lastIndexOf('.') + 1)))
  ]
}
