import type { App, Session, WebContents } from 'electron'
import { ORIGIN, SCHEME } from './scheme'

/** Denies every page of the app whatever the app itself does not need. */
export function hardenApp(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    hardenContents(contents)
  })
}

function hardenContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-navigate', (event) => {
    event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
  })
}

/** No permission is ever granted and no request leaves the app's own origin. */
export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false)
  })
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isOwn(details.url) })
  })
}

function isOwn(url: string): boolean {
  const { protocol, host } = new URL(url)
  // The developer tools are a page of their own that reaches no network either.
  return `${protocol}//${host}` === ORIGIN || protocol === 'devtools:' || protocol === 'blob:'
}

/** What the scheme needs to behave like https: an origin, a secure context, fetch and streams. */
export const SCHEME_PRIVILEGES = {
  scheme: SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true }
} as const
