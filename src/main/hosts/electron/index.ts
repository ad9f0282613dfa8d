import { join, resolve } from 'node:path'
import { app, BrowserWindow, protocol, session } from 'electron'
import { createApi, createServices, openFirstCase, type Services } from '../../api'
import { toHippospikeError } from '../../../shared/errors'
import { provideDialogs } from './dialogs'
import { hardenApp, hardenSession, SCHEME_PRIVILEGES } from './hardening'
import { installMenu } from './menu'
import { SCHEME, serveApp } from './scheme'
import { openWindow } from './window'

/** The build's folder; this file is out/main/index.cjs. */
const out = join(__dirname, '..')

function fail(error: unknown): void {
  console.error(error)
  app.exit(1)
}

/** What the app was started with: --workspace=DIR, and --open=FILE or --sample. */
async function openNamed(services: Services): Promise<void> {
  const { commandLine } = app
  const given = (name: string): string | null =>
    commandLine.hasSwitch(name) ? resolve(commandLine.getSwitchValue(name)) : null
  await services.session.start(given('workspace'))
  const file = given('open')
  if (file === null && !commandLine.hasSwitch('sample')) return
  // The window opens all the same: it is where the user reads what is wrong.
  await openFirstCase(services, file === null ? 'sample' : { file }).catch((thrown: unknown) => {
    const { message } = toHippospikeError(thrown)
    services.session.startProblem = message
    services.log.write(`the first case: ${message}`)
    console.error(`hippospike: ${message}`)
  })
}

async function start(): Promise<void> {
  await app.whenReady()
  hardenSession(session.defaultSession)
  const services = createServices({ host: 'electron', resources: join(out, '..', 'resources') })
  await openNamed(services)
  protocol.handle(SCHEME, serveApp(join(out, 'renderer'), createApi(services)))
  provideDialogs()
  const newWindow = (): void => {
    openWindow(out).catch(fail)
  }
  installMenu(newWindow)
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) newWindow()
  })
  closeWithJobs(services)
  await openWindow(out)
}

/** A job that runs is stopped, and takes back what it has half written, before the app ends. */
function closeWithJobs({ jobs }: Services): void {
  let closed = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    void jobs.close().finally(() => {
      closed = true
      app.quit()
    })
  })
}

// A container that runs as root has to ask for --no-sandbox, which this call would take back.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
// Without a graphics card (a remote desktop, a virtual machine) images are drawn in software. Newer Chromium leaves that to who shows nothing but its own pages.
app.commandLine.appendSwitch('enable-unsafe-swiftshader')
protocol.registerSchemesAsPrivileged([SCHEME_PRIVILEGES])
hardenApp(app)
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})
start().catch(fail)
