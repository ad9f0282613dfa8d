import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const COOKIE = 'hippospike'

/** Opens the server to one browser: whoever comes with the printed URL first, and nobody else. */
export interface Guard {
  /** Path and query of the URL to print. */
  readonly entry: string
  /** The answer to a request that may not pass; null for one that may. */
  check(request: Request): Response | null
}

/**
 * A one-time token, exchanged for a cookie that no script and no other site can use, and checks of Host and Origin against other
 * sites that a browser is lured to (DNS rebinding, cross-site requests).
 *
 * @param hosts what the Host header may say: host and port
 * @param name of the cookie is its own a port: cookies do not know ports
 */
export function createGuard(hosts: readonly string[], port: number): Guard {
  const session = randomBytes(32).toString('base64url')
  const cookie = `${COOKIE}-${port}`
  let token: string | null = randomBytes(32).toString('base64url')
  const entry = `/?token=${token}`

  const enter = (given: string): Response => {
    if (token === null || !same(given, token)) {
      return refused(
        403,
        'this link has been used; start hippospike serve again for another, or go on in the browser that used it'
      )
    }
    token = null
    return new Response(null, {
      status: 303,
      headers: {
        location: '/',
        'set-cookie': `${cookie}=${session}; Path=/; HttpOnly; SameSite=Strict`,
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store'
      }
    })
  }

  return {
    entry,
    check(request) {
      const host = request.headers.get('host')
      if (host === null || !hosts.includes(host)) {
        return refused(403, 'the request is for another host; use the address that was printed')
      }
      const origin = request.headers.get('origin')
      if (origin !== null && origin !== `http://${host}`) {
        return refused(403, 'the request comes from another site')
      }
      const site = request.headers.get('sec-fetch-site')
      const url = new URL(request.url)
      const mayPass = same(cookieOf(request, cookie) ?? '', session)
      const given = url.searchParams.get('token')
      if (given !== null && url.pathname === '/' && request.method === 'GET') {
        // The link again, in the browser that has used it: it may.
        return mayPass
          ? new Response(null, { status: 303, headers: { location: '/' } })
          : enter(given)
      }
      if (site === 'cross-site' && url.pathname.startsWith('/api/')) {
        return refused(403, 'the request comes from another site')
      }
      if (!mayPass) {
        return refused(401, 'open the address that hippospike serve printed, with its token')
      }
      return null
    }
  }
}

function cookieOf(request: Request, name: string): string | null {
  const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/)
  const found = cookies.find((one) => one.startsWith(`${name}=`))
  return found?.slice(name.length + 1) ?? null
}

/** Compares in a time that tells nothing of where the two differ. */
function same(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}

function refused(status: 401 | 403, message: string): Response {
  return Response.json({ error: { kind: 'usage', message } }, { status })
}
