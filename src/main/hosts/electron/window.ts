import { join } from 'node:path'
import { BrowserWindow } from 'electron'
import { ORIGIN } from './scheme'

/** Opens the app's window on its own origin. */
export async function openWindow(out: string): Promise<BrowserWindow> {
  const window = new BrowserWindow({
    title: 'Hippospike',
    width: 1440,
    height: 900,
    minWidth: 900,
    minHeight: 600,
    // The page's own background: no white flash before its first paint.
    backgroundColor: '#0e1116',
    show: false,
    webPreferences: {
      preload: join(out, 'preload', 'index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      navigateOnDragDrop: false,
      spellcheck: false
    }
  })
  window.once('ready-to-show', () => {
    window.show()
  })
  await window.loadURL(`${ORIGIN}/`)
  return window
}
