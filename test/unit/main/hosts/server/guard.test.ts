import { describe, expect, it } from 'vitest'
import { createGuard } from '../../../../../src/main/hosts/server/guard'

const HOST = '127.0.0.1:8080'
const guard = (): ReturnType<typeof createGuard> => createGuard([HOST, 'localhost:8080'], 8080)

function request(path: string, headers: Record<string, string> = {}, method = 'GET'): Request {
  return new Request(`http://${HOST}${path}`, { method, headers: { host: HOST, ...headers } })
}

/** Enters by the link; the cookie that the browser keeps. */
function enter(one: ReturnType<typeof createGuard>): string {
  const answer = one.check(request(one.entry))
  expect(answer?.status).toBe(303)
  return answer!.headers.get('set-cookie')!
}

describe('the guard of hippospike serve', () => {
  it('exchanges the token for a cookie that no script and no other site can use', () => {
    const cookie = enter(guard())
    expect(cookie).toMatch(/^hippospike-8080=[\w-]{40,}; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  it('lets in who has the cookie, and nobody else', () => {
    const one = guard()
    const [cookie] = enter(one).split(';')
    expect(one.check(request('/api/about', { cookie: cookie! }))).toBeNull()
    expect(one.check(request('/', { cookie: `a=b; ${cookie!}` }))).toBeNull()
    expect(one.check(request('/api/about'))?.status).toBe(401)
    expect(one.check(request('/'))?.status).toBe(401)
    expect(one.check(request('/', { cookie: 'hippospike-8080=guess' }))?.status).toBe(401)
  })

  it('takes the token once', () => {
    const one = guard()
    const [cookie] = enter(one).split(';')
    expect(one.check(request(one.entry))?.status).toBe(403)
    // The same browser may follow its link again.
    expect(one.check(request(one.entry, { cookie: cookie! }))?.status).toBe(303)
  })

  it('takes no other token, and is not used up by one', () => {
    const one = guard()
    expect(one.check(request('/?token=guess'))?.status).toBe(403)
    expect(one.check(request('/?token='))?.status).toBe(403)
    enter(one)
  })

  it.each(['evil.example', '127.0.0.1:9999', 'evil.example:8080'])(
    'refuses the host %s, whatever it brings',
    (host) => {
      const one = guard()
      const [cookie] = enter(one).split(';')
      expect(one.check(request('/api/about', { host, cookie: cookie! }))?.status).toBe(403)
    }
  )

  it.each(['http://evil.example', 'null', 'https://127.0.0.1:8080', 'http://127.0.0.1:9999'])(
    'refuses the origin %s',
    (origin) => {
      const one = guard()
      const [cookie] = enter(one).split(';')
      const headers = { origin, cookie: cookie! }
      expect(one.check(request('/api/jobs', headers, 'POST'))?.status).toBe(403)
      expect(
        one.check(request('/api/jobs', { ...headers, origin: `http://${HOST}` }, 'POST'))
      ).toBeNull()
    }
  )
})
