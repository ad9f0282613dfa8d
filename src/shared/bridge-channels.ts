import { z } from 'zod'

/** What the preload script asks of Electron's main process, and with what. Main parses all that comes. */
export const BRIDGE_CHANNELS = {
  openImages: 'hippospike:open-images',
  openFolder: 'hippospike:open-folder',
  saveFile: 'hippospike:save-file',
  reveal: 'hippospike:reveal'
} as const

export const openFolderArgsSchema = z.tuple([z.string().max(200)])
export const saveFileArgsSchema = z.tuple([z.string().min(1).max(1000)])
export const revealArgsSchema = z.tuple([z.string().min(1).max(4096)])
