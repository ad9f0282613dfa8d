import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aboutSchema } from '../../src/shared/api/about'
import { caseListSchema, resultListSchema } from '../../src/shared/api/cases'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { startElectronApp, type ElectronApp } from './electron-app'
import { findElectron } from './electron-runtime'

const folder = temporaryFolder()
const electron = findElectron()

describe.skipIf(electron.missing !== undefined)(`the API in ${electron.name}`, () => {
  let app: ElectronApp
  let page: Page

  beforeAll(async () => {
    app = await startElectronApp(folder.path, [
      `--workspace=${folder.file('workspace')}`,
      '--sample'
    ])
    page = app.page
  })

  afterAll(async () => {
    await app.close()
  })

  const json = (path: string): Promise<unknown> =>
    page.evaluate(async (at) => (await fetch(at)).json() as Promise<unknown>, path)

  it('answers routes on the scheme, with the sample case that it was started for', async () => {
    expect(aboutSchema.parse(await json('/api/about')).host).toBe('electron')
    const cases = caseListSchema.parse(await json('/api/cases'))
    expect(cases.map(({ id }) => id)).toEqual(['hippocampus023'])
    const results = resultListSchema.parse(await json('/api/cases/hippocampus023/results'))
    expect(results.map(({ kind }) => kind)).toEqual(['truth'])
    const bytes = await page.evaluate(
      async () =>
        (await (await fetch('/api/cases/hippocampus023/image/voxels')).arrayBuffer()).byteLength
    )
    expect(bytes).toBe(4 * 35 * 51 * 35)
  })

  it('answers what is wrong as a failure with its status', async () => {
    const answer = await page.evaluate(async () => {
      const response = await fetch('/api/cases/none/image')
      return { status: response.status, body: await response.text() }
    })
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.body)).toEqual({
      error: { kind: 'input', message: expect.stringContaining('no case none') as string }
    })
  })

  it('takes large bodies, packed', async () => {
    const answer = await page.evaluate(async () => {
      const packed = new Blob([new Uint8Array(50_000_000)])
        .stream()
        .pipeThrough(new CompressionStream('gzip'))
      const body = await new Response(packed).arrayBuffer()
      const headers = { 'content-encoding': 'gzip' }
      const path = '/api/cases/upload?name=large.nii'
      const response = await fetch(path, { method: 'POST', headers, body })
      return { status: response.status, text: await response.text() }
    })
    expect(answer.status).toBe(200)
    // It came whole: it was read, and found to be no image.
    expect(JSON.parse(answer.text)).toMatchObject([{ name: 'large.nii', caseId: null }])
  })

  it('streams what happens while a case is segmented by the engine', async () => {
    const events = await page.evaluate(async () => {
      const abort = new AbortController()
      const response = await fetch('/api/events', { signal: abort.signal })
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
      await fetch('/api/jobs', {
        method: 'POST',
        body: JSON.stringify({
          kind: 'segment',
          caseId: 'hippocampus023',
          model: 'snn',
          timesteps: 2,
          runtime: null
        })
      })
      let text = ''
      // Each line is read as it comes; a stream that is held back to its end would never get here.
      while (!/"state":"(done|failed|interrupted)"/.test(text))
        text += (await reader.read()).value ?? ''
      abort.abort()
      return text.trim().split('\n')
    })
    const states = events
      .map((line) => (JSON.parse(line) as { job?: { state: string; problem: string | null } }).job)
      .filter((job) => job !== undefined)
    expect(states.at(-1)).toMatchObject({ state: 'done', problem: null })
    const results = resultListSchema.parse(await json('/api/cases/hippocampus023/results'))
    expect(results[0]).toMatchObject({ id: 'snnT2', hasSpikes: true, hasProbabilities: true })
  })

  it('gives the page native dialogs and nothing else of Electron', async () => {
    const bridge = await page.evaluate(() => {
      const given = Reflect.get(globalThis, 'hippospike') as { dialogs: object }
      return [Object.keys(given), Object.keys(given.dialogs).sort()]
    })
    expect(bridge).toEqual([
      ['version', 'dialogs'],
      ['openFolder', 'openImages', 'pathOf', 'reveal', 'saveFile']
    ])
  })
})
