import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileOf } from '../../../../../src/main/api/static-files'
import { ORIGIN, serveApp } from '../../../../../src/main/hosts/electron/scheme'

let folder: string
let root: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hippospike-scheme-'))
  root = join(folder, 'renderer')
  await mkdir(root)
  await writeFile(join(root, 'index.html'), '<p>page</p>')
  await writeFile(join(folder, 'secret.txt'), 'secret')
})

afterAll(() => rm(folder, { recursive: true }))

describe('the file a path names', () => {
  it('is the index at the top', () => {
    expect(fileOf(root, '/')).toBe(join(root, 'index.html'))
  })

  it('may have escaped characters', () => {
    expect(fileOf(root, '/a%20b.js')).toBe(join(root, 'a b.js'))
  })

  it.each(['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/%00', '/%zz', '/..'])(
    'is none for %s',
    (path) => {
      expect(fileOf(root, path)).toBeNull()
    }
  )

  it('is none in a folder whose name only begins alike', () => {
    expect(fileOf(root, '/../renderer-old/index.html')).toBeNull()
  })
})

describe('the scheme', () => {
  const ask = (url: string, init?: RequestInit): Promise<Response> =>
    serveApp(root, (request) => Promise.resolve(new Response(`api ${request.url}`)))(
      new Request(url, init)
    )

  it('serves a page with its content security policy', async () => {
    const answer = await ask(`${ORIGIN}/`)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('<p>page</p>')
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self';")
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe-eval')
  })

  it('knows no missing file, no folder, no other host, no other method', async () => {
    expect((await ask(`${ORIGIN}/none.js`)).status).toBe(404)
    expect((await ask(`${ORIGIN}/..%2fsecret.txt`)).status).toBe(404)
    expect((await ask('hippospike://other/')).status).toBe(404)
    expect((await ask(`${ORIGIN}/`, { method: 'POST' })).status).toBe(405)
  })

  it('passes on to the API what is under /api', async () => {
    expect(await (await ask(`${ORIGIN}/api/about`)).text()).toBe(`api ${ORIGIN}/api/about`)
    expect((await ask('hippospike://other/api/about')).status).toBe(404)
  })
})
