import { join } from 'node:path'
import { app, BrowserWindow, protocol, session } from 'electron'
import { hardenApp, hardenSession, SCHEME_PRIVILEGES } from './hardening'
import { createApi, createServices } from '../../api'
import { SCHEME, serveApp } from './scheme'
import { openWindow } from './window'

/** The build's folder; this file is out/main/index.cjs. */
const out = join(__dirname, '..')

function fail(error: unknown): void {
  console.error(error)
  app.exit(1)
}

async function start(): Promise<void> {
  await app.whenReady()
  hardenSession(session.defaultSession)
  const services = createServices({
    host: 'electron',
    resources: join(out, '..', 'resources'),
    log: null
  })
  await services.session.start(null)
  protocol.handle(SCHEME, serveApp(join(out, 'renderer'), createApi(services)))

  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow(out).catch(fail)
  })
  await openWindow(out)
}

// A container that runs as root has to ask for --no-sandbox, which this call would take back.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
protocol.registerSchemesAsPrivileged([SCHEME_PRIVILEGES])
hardenApp(app)
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})
start().catch(fail)
