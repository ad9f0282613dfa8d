import { serveFiles, type Handler } from '../../api'

/** The app's own scheme and origin: pages load from here and from nowhere else, with no open port. */
export const SCHEME = 'hippospike'
export const ORIGIN = `${SCHEME}://app`

/** Answers what the app's pages ask on its scheme: the API under /api, and the built files. */
export function serveApp(pages: string, api: Handler): Handler {
  const files = serveFiles(pages)
  return async (request) => {
    const url = new URL(request.url)
    // Not url.origin, which is 'null' for a scheme that this process does not know as standard.
    if (`${url.protocol}//${url.host}` !== ORIGIN) {
      return new Response('not found', { status: 404, headers: { 'content-type': 'text/plain' } })
    }
    return url.pathname.startsWith('/api/') ? api(request) : files(request)
  }
}
