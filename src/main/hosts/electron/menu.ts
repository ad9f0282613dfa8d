import { app, Menu, type MenuItemConstructorOptions } from 'electron'

/** The window's menu: what the system expects. All else is in the page, and so in the browser as well. */
export function installMenu(newWindow: () => void): void {
  const isMac = process.platform === 'darwin'
  const file: MenuItemConstructorOptions = {
    label: '&File',
    submenu: [
      { label: 'New Window', accelerator: 'CmdOrCtrl+Shift+N', click: newWindow },
      { type: 'separator' },
      { role: isMac ? 'close' : 'quit' }
    ]
  }
  const view: MenuItemConstructorOptions = {
    label: '&View',
    // Ctrl+R and the plain zoom keys are left to the page.
    submenu: [
      { role: 'reload', accelerator: 'CmdOrCtrl+Shift+R' },
      { role: 'toggleDevTools' },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' }
    ]
  }
  // On macOS the editing keys work through the menu alone; elsewhere the page's own undo must get Ctrl+Z.
  const edit: MenuItemConstructorOptions[] = isMac
    ? [
        {
          label: 'Edit',
          submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }]
        }
      ]
    : []
  const own: MenuItemConstructorOptions[] = isMac ? [{ role: 'appMenu' }] : []
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([...own, file, ...edit, view, { role: 'windowMenu' }])
  )
  app.setName('Hippospike')
}
