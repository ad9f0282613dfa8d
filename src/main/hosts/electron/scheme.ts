import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** The app's own scheme and origin: pages load from here and from nowhere else, with no open port. */
export const SCHEME = 'hippospike'
export const ORIGIN = `${SCHEME}://app`

/** What a page may load. No inline code, no eval, no other origin. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join('; ')

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm'
}

/** Serves the files below `root` on the app's scheme; anything outside it does not exist. */
export function serveFiles(root: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url)
    // Not url.origin, which is 'null' for a scheme that this process does not know as standard.
    if (`${url.protocol}//${url.host}` !== ORIGIN) return notFound()
    if (request.method !== 'GET') return new Response(null, { status: 405 })

    const file = fileOf(root, url.pathname)
    if (file === null) return notFound()
    try {
      const body = await readFile(file)
      return new Response(body, { headers: headersOf(file) })
    } catch {
      return notFound()
    }
  }
}

/** The file a path names, or null where the path is malformed or leaves `root`. */
export function fileOf(root: string, pathname: string): string | null {
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch {
    return null
  }
  if (path.includes('\0')) return null
  const file = join(root, path === '/' ? 'index.html' : path)
  return file.startsWith(root.endsWith(sep) ? root : root + sep) ? file : null
}

function headersOf(file: string): Record<string, string> {
  return {
    'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store'
  }
}

function notFound(): Response {
  return new Response('not found', { status: 404, headers: { 'content-type': 'text/plain' } })
}
