import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseListSchema, comparisonSchema, resultListSchema } from '../../src/shared/api/cases'
import { exportOutcomeSchema } from '../../src/shared/api/export'
import { apiFailureSchema } from '../../src/shared/api/failure'
import { appEventSchema, appJobSchema, type AppJob } from '../../src/shared/api/jobs'
import { segmentResultSchema } from '../../src/shared/jobs'
import { readNifti } from '../../src/main/imaging/nifti-file'
import { cli, cliJson, ROOT, RunningCli } from './cli'

const folder = mkdtempSync(join(tmpdir(), 'hippospike-serve-'))
const workspace = join(folder, 'workspace')
const environment = { HIPPOSPIKE_CONFIG: join(folder, 'config') }
const sample = join(ROOT, 'resources', 'sample', 'imagesTr', 'hippocampus_023.nii.gz')
const CASE = '/api/cases/hippocampus023'

let server: RunningCli
let origin: string
let cookie: string

/** The address that the program prints once it listens. */
async function addressOf(program: RunningCli): Promise<string> {
  for (let n = 0; n < 600; n++) {
    const address = /^http\S+$/m.exec(program.stdout)?.[0]
    if (address !== undefined) return address
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no address was printed: ${program.stderr}`)
}

beforeAll(async () => {
  const args = ['serve', '--workspace', workspace, '--sample']
  server = new RunningCli(args, { env: environment })
  const address = await addressOf(server)
  origin = new URL(address).origin
  const entered = await fetch(address, { redirect: 'manual' })
  cookie = entered.headers.get('set-cookie')!.split(';')[0]!
})

afterAll(async () => {
  process.kill(server.pid, 'SIGINT')
  expect((await server.ended).code).toBe(0)
  rmSync(folder, { recursive: true, force: true })
})

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${origin}${path}`, { ...init, headers: { cookie } })
}

async function json(path: string, init?: RequestInit): Promise<unknown> {
  return (await ask(path, init)).json()
}

/** Starts a job and reads the events until it is over. */
async function segment(model: string, act?: (job: AppJob) => void): Promise<AppJob> {
  const abort = new AbortController()
  const stream = await ask('/api/events', { signal: abort.signal })
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  const body = JSON.stringify({
    kind: 'segment',
    caseId: 'hippocampus023',
    model,
    timesteps: null,
    runtime: null
  })
  const { id } = appJobSchema.parse(await json('/api/jobs', { method: 'POST', body }))
  let text = ''
  for (;;) {
    text += (await reader.read()).value ?? ''
    const lines = text.split('\n')
    text = lines.pop()!
    for (const line of lines) {
      const event = appEventSchema.parse(JSON.parse(line))
      if (event.type !== 'job' || event.job.id !== id) continue
      act?.(event.job)
      if (!['queued', 'running'].includes(event.job.state)) {
        abort.abort()
        return event.job
      }
    }
  }
}

describe('hippospike serve', () => {
  it('serves the pages and the API to who has entered, and to nobody else', async () => {
    const page = await ask('/')
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect(await page.text()).toContain('<title>Hippospike</title>')
    expect((await fetch(`${origin}/api/cases`)).status).toBe(401)
    expect((await fetch(origin)).status).toBe(401)
    const foreign = { headers: { cookie, origin: 'http://evil.example' } }
    expect((await fetch(`${origin}/api/cases`, foreign)).status).toBe(403)
    expect((await ask('/..%2fmain%2fcli.cjs')).status).toBe(404)
  })

  it('segments the sample case as the command line does, and exports that mask', async () => {
    const cases = caseListSchema.parse(await json('/api/cases'))
    expect(cases.map(({ id }) => id)).toEqual(['hippocampus023'])
    const job = await segment('snn')
    expect(job).toMatchObject({ state: 'done', problem: null, resultId: 'snnT4' })
    const [result] = resultListSchema.parse(await json(`${CASE}/results`))
    expect(result).toMatchObject({ hasSpikes: true, hasProbabilities: true })
    expect(result!.confidence).toBeGreaterThan(0.8)
    expect(result!.cost!.energyRatio).toBeGreaterThan(1)
    const path = `${CASE}/compare?a=truth&b=snnT4`
    expect(comparisonSchema.parse(await json(path)).whole.dice).toBeGreaterThan(0.85)

    const out = join(folder, 'exported.nii.gz')
    const body = JSON.stringify({
      format: 'nifti',
      labels: 'native',
      side: null,
      separate: false,
      path: out,
      overwrite: false
    })
    exportOutcomeSchema.parse(await json(`${CASE}/results/snnT4/export`, { method: 'POST', body }))
    const reference = join(folder, 'reference.nii.gz')
    const { json: printed } = await cliJson(['segment', sample, '--out', reference])
    expect(segmentResultSchema.parse(printed).volumesMm3).toEqual(result!.volumesMm3)
    const [exported, expected] = [await readNifti(out, false), await readNifti(reference, false)]
    expect(exported.geometry).toEqual(expected.geometry)
    expect(Buffer.from(exported.voxels.buffer).equals(Buffer.from(expected.voxels.buffer))).toBe(
      true
    )
  })

  it('cancels a job, of which nothing stays', async () => {
    const before = resultListSchema.parse(await json(`${CASE}/results`)).length
    let asked = false
    const job = await segment('snn-ternary', ({ id, state }) => {
      if (asked || state !== 'running') return
      asked = true
      void ask(`/api/jobs/${id}`, { method: 'DELETE' })
    })
    expect(job.state).toBe('cancelled')
    expect(resultListSchema.parse(await json(`${CASE}/results`))).toHaveLength(before)
    const stem =
      'derivatives/hippospike/sub-hippocampus023/anat/sub-hippocampus023_seg-snnternaryT4'
    expect(existsSync(join(workspace, `${stem}_dseg.nii.gz`))).toBe(false)
  })

  it('says what is wrong as a failure', async () => {
    const answer = await ask('/api/cases/none/image')
    expect(answer.status).toBe(404)
    expect(apiFailureSchema.parse(await answer.json()).error.message).toContain('no case none')
  })

  it('says that a port is taken, or a workspace none', async () => {
    const taken = await cli(['serve', '--port', new URL(origin).port, '--workspace', workspace], {
      env: environment
    })
    expect(taken.code).toBe(2)
    expect(taken.stderr).toContain('is taken')
    const bad = await cli(['open', '/nowhere.nii', '--workspace', workspace], { env: environment })
    expect(bad.code).toBe(3)
    expect(bad.stderr).toContain('no such file')
  })
})

describe('hippospike open', () => {
  it('imports the image and shows it first', async () => {
    const second = sample.replace('023', '033')
    const args = ['open', second, '--workspace', workspace]
    const program = new RunningCli(args, { env: environment })
    const address = await addressOf(program)
    const entered = await fetch(address, { redirect: 'manual' })
    const own = entered.headers.get('set-cookie')!.split(';')[0]!
    const view = await fetch(`${new URL(address).origin}/api/workspace/view`, {
      headers: { cookie: own }
    })
    expect(await view.json()).toMatchObject({ caseId: 'hippocampus033' })
    process.kill(program.pid, 'SIGINT')
    expect((await program.ended).code).toBe(0)
  })
})
