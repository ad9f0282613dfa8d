import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { BRIDGE_NAME, type Bridge, type NativeDialogs } from '../shared/bridge'
import { BRIDGE_CHANNELS } from '../shared/bridge-channels'
import { VERSION } from '../shared/version'

const dialogs: NativeDialogs = {
  openImages: async () => (await ipcRenderer.invoke(BRIDGE_CHANNELS.openImages)) as string[] | null,
  openFolder: async (title) =>
    (await ipcRenderer.invoke(BRIDGE_CHANNELS.openFolder, title)) as string | null,
  saveFile: async (suggestedName) =>
    (await ipcRenderer.invoke(BRIDGE_CHANNELS.saveFile, suggestedName)) as string | null,
  pathOf,
  reveal: async (path) => {
    await ipcRenderer.invoke(BRIDGE_CHANNELS.reveal, path)
  }
}

function pathOf(file: File): string {
  // Before Electron 32 the path was a property of the file.
  const utils = webUtils as typeof webUtils | undefined
  return utils?.getPathForFile(file) ?? (file as { path?: string }).path ?? ''
}

const bridge: Bridge = { version: VERSION, dialogs }

contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge)
