import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { aboutSchema, modelListSchema } from '../../../../src/shared/api/about'
import {
  caseImageSchema,
  caseListSchema,
  comparisonSchema,
  importOutcomeSchema,
  resultListSchema,
  resultSchema,
  startBoxesSchema,
  trashedSchema
} from '../../../../src/shared/api/cases'
import { exportOutcomeSchema } from '../../../../src/shared/api/export'
import { apiFailureSchema } from '../../../../src/shared/api/failure'
import { appEventSchema } from '../../../../src/shared/api/jobs'
import { preferencesSchema } from '../../../../src/shared/api/preferences'
import { trainingRunListSchema } from '../../../../src/shared/api/training'
import {
  caseViewSchema,
  openWorkspaceSchema,
  workspaceViewSchema
} from '../../../../src/shared/api/workspace'
import { standardBoxes } from '../../../../src/core/head/standard-boxes'
import { createApi, createServices, type Handler } from '../../../../src/main/api'
import { niftiBytes, SMALL_DIM } from '../../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const root = join(import.meta.dirname, '..', '..', '..', '..')
const VOXELS = 4 * 5 * 6
let workspace: string
let api: Handler
let count = 0
const before = process.env.HIPPOSPIKE_CONFIG

beforeAll(() => {
  process.env.HIPPOSPIKE_CONFIG = folder.file('config')
})
afterAll(() => {
  if (before === undefined) delete process.env.HIPPOSPIKE_CONFIG
  else process.env.HIPPOSPIKE_CONFIG = before
})

async function call(method: string, path: string, body?: unknown): Promise<Response> {
  const bytes = body instanceof Uint8Array
  const sent = body === undefined ? {} : { body: bytes ? Buffer.from(body) : JSON.stringify(body) }
  return api(new Request(`http://test/api${path}`, { method, ...sent }))
}

async function ask<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown) {
  const response = await call(method, path, body)
  const text = await response.text()
  expect(response.ok, text).toBe(true)
  return schema.parse(JSON.parse(text))
}

async function refused(method: string, path: string, body?: unknown) {
  const response = await call(method, path, body)
  const { error } = apiFailureSchema.parse(await response.json())
  expect(error.message).not.toContain('\n')
  return { status: response.status, ...error }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const response = await call('GET', path)
  expect(response.status).toBe(200)
  return new Uint8Array(await response.arrayBuffer())
}

/** Two voxels anterior, three posterior. */
function mask(): Uint8Array {
  const voxels = new Uint8Array(VOXELS)
  voxels.set([1, 1], 40)
  voxels.set([2, 2, 2], 60)
  return voxels
}

async function manual(voxels: Uint8Array, name = 'Mine'): Promise<string> {
  const { id } = await ask(resultSchema, 'POST', '/cases/scan/results', { from: null, name })
  await ask(resultSchema, 'PUT', `/cases/scan/results/${id}/mask?how=drawn`, voxels)
  return id
}

beforeEach(async () => {
  workspace = folder.file(`workspace${count++}`)
  api = createApi(createServices({ host: 'browser', resources: join(root, 'resources') }))
  await ask(openWorkspaceSchema, 'POST', '/workspace', { path: workspace, create: true })
  const scan = folder.write('scan.nii', niftiBytes())
  await ask(importOutcomeSchema.array(), 'POST', '/cases', { paths: [scan] })
})

describe('what the program tells of itself', () => {
  it('is its version, models and preferences', async () => {
    expect((await ask(aboutSchema, 'GET', '/about')).host).toBe('browser')
    const models = await ask(modelListSchema, 'GET', '/models')
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining(['ann', 'snn']))
    expect(models.every(({ diceWhole }) => diceWhole! > 0.85)).toBe(true)
    const preferences = await ask(preferencesSchema, 'GET', '/preferences')
    const changed = { ...preferences, author: 'Ada' }
    await ask(preferencesSchema, 'PUT', '/preferences', changed)
    expect(await ask(preferencesSchema, 'GET', '/preferences')).toEqual(changed)
    await ask(preferencesSchema, 'PUT', '/preferences', preferences)
  })

  it('is that there are no training runs where no workspace is open', async () => {
    api = createApi(createServices({ host: 'browser', resources: join(root, 'resources') }))
    expect(await ask(trainingRunListSchema, 'GET', '/training/runs')).toEqual([])
  })

  it('is that there is no such route', async () => {
    expect(await refused('GET', '/nothing')).toMatchObject({ status: 404, kind: 'input' })
    expect(await refused('POST', '/about')).toMatchObject({ status: 404 })
  })
})

describe('a workspace', () => {
  it('is a BIDS dataset, and is remembered', async () => {
    const description = join(workspace, 'dataset_description.json')
    expect(JSON.parse(readFileSync(description, 'utf8'))).toMatchObject({ DatasetType: 'raw' })
    const { recent } = await ask(openWorkspaceSchema, 'GET', '/workspace')
    expect(recent[0]).toMatchObject({ path: workspace })
    expect(existsSync(join(workspace, 'derivatives', 'hippospike', 'dseg.tsv'))).toBe(true)
  })

  it('is not made where other files are, and what was open stays open', async () => {
    folder.write('note.txt', 'mine')
    const failure = await refused('POST', '/workspace', { path: folder.path, create: true })
    expect(failure).toMatchObject({ status: 422 })
    expect(failure.message).toContain('holds other files')
    const missing = folder.file('missing')
    expect((await refused('POST', '/workspace', { path: missing, create: false })).status).toBe(422)
    const open = await ask(openWorkspaceSchema, 'GET', '/workspace')
    expect(open.workspace?.path).toBe(workspace)
  })

  it('that is gone is told, not made anew, and open again once it is back', async () => {
    renameSync(workspace, `${workspace}-away`)
    expect((await refused('GET', '/cases')).message).toContain('is gone')
    expect((await refused('POST', '/cases', { paths: ['/x.nii'] })).status).toBe(422)
    expect((await refused('PUT', '/cases/scan/results/x/journal', mask())).status).toBe(422)
    const state = await ask(openWorkspaceSchema, 'GET', '/workspace')
    expect(state.workspace).toBeNull()
    expect(state.problem).toContain('gone')
    expect(existsSync(workspace)).toBe(false)
    renameSync(`${workspace}-away`, workspace)
    expect(await ask(caseListSchema, 'GET', '/cases')).toHaveLength(1)
  })

  it('keeps how things were left', async () => {
    const view = await ask(workspaceViewSchema, 'GET', '/workspace/view')
    const changed = { ...view, caseId: 'scan', layout: 'axial' as const }
    await ask(workspaceViewSchema, 'PUT', '/workspace/view', changed)
    expect(await ask(workspaceViewSchema, 'GET', '/workspace/view')).toEqual(changed)
    expect((await refused('PUT', '/workspace/view', { layout: 'round' })).status).toBe(400)
    const caseView = await ask(caseViewSchema, 'GET', '/cases/scan/view')
    const moved = { ...caseView, crosshair: [1, 2, 3] as [number, number, number] }
    await ask(caseViewSchema, 'PUT', '/cases/scan/view', moved)
    expect(await ask(caseViewSchema, 'GET', '/cases/scan/view')).toEqual(moved)
    expect((await refused('GET', '/cases/none/view')).status).toBe(404)
  })
})

describe('cases', () => {
  it('keep the bytes of the scan that was imported', async () => {
    const kept = join(workspace, 'sub-scan', 'anat', 'sub-scan_T1w.nii.gz')
    expect(gunzipSync(readFileSync(kept)).equals(Buffer.from(niftiBytes()))).toBe(true)
    expect(await ask(caseListSchema, 'GET', '/cases')).toMatchObject([
      { id: 'scan', name: 'scan.nii', size: SMALL_DIM.slice(1), state: 'new', volumesMm3: null }
    ])
  })

  it('are not imported twice, nor mixed up by name', async () => {
    const again = { paths: [folder.file('scan.nii')] }
    const [known] = await ask(importOutcomeSchema.array(), 'POST', '/cases', again)
    expect(known).toMatchObject({ caseId: 'scan', warnings: [expect.stringContaining('already')] })
    const other = niftiBytes({ voxels: Float32Array.from({ length: VOXELS }, (_, n) => n) })
    const path = '/cases/upload?name=scan.nii'
    const [second] = await ask(importOutcomeSchema.array(), 'POST', path, other)
    expect(second).toMatchObject({ caseId: 'scann2', problem: null })
  })

  it('say of a bad file what is wrong, and import the others', async () => {
    const paths = [folder.write('bad.nii', 'no image'), '/nowhere.nii', folder.file('scan.nii')]
    const outcomes = await ask(importOutcomeSchema.array(), 'POST', '/cases', { paths })
    expect(outcomes.map(({ caseId }) => caseId)).toEqual([null, null, 'scan'])
    expect(outcomes[1]!.problem).toContain('no such file')
    const [upload] = await ask(
      importOutcomeSchema.array(),
      'POST',
      '/cases/upload?name=../../x.nii',
      new Uint8Array(9)
    )
    expect(upload!.problem).not.toContain(workspace)
    expect((await refused('POST', '/cases', { paths: [] })).status).toBe(400)
    expect((await refused('POST', '/cases')).status).toBe(400)
  })

  it('give their image as it is', async () => {
    const image = await ask(caseImageSchema, 'GET', '/cases/scan/image')
    expect(image).toMatchObject({ range: [0, 99], voxelMm3: 1 })
    const voxels = new Float32Array((await bytesOf('/cases/scan/image/voxels')).buffer)
    expect([...voxels]).toEqual(Array.from({ length: VOXELS }, (_, n) => n % 100))
    // Integers below 256: a byte each says the same.
    expect([...(await bytesOf('/cases/scan/image/voxels?narrow=true'))]).toEqual([...voxels])
    const boxes = await ask(startBoxesSchema, 'GET', '/cases/scan/image/boxes')
    expect(boxes).toEqual(standardBoxes(image.geometry))
    expect((await refused('GET', '/cases/none/image')).status).toBe(404)
    expect((await refused('GET', '/cases/none/image/boxes')).status).toBe(404)
    expect((await refused('GET', '/cases/..%2f..%2fetc/image/voxels')).status).toBe(404)
  })

  it('go to the trash and come back with all that was made of them', async () => {
    const id = await manual(mask())
    const { trashId } = await ask(trashedSchema, 'DELETE', '/cases/scan')
    expect(await ask(caseListSchema, 'GET', '/cases')).toEqual([])
    expect((await refused('DELETE', '/cases/scan')).status).toBe(404)
    expect((await call('POST', `/trash/${trashId}/restore`)).status).toBe(200)
    expect(await bytesOf(`/cases/scan/results/${id}/mask`)).toEqual(mask())
    expect((await refused('POST', `/trash/${trashId}/restore`)).status).toBe(404)
    expect((await refused('POST', '/trash/..%2f..%2fx/restore')).status).toBe(404)
  })
})

describe('results', () => {
  it('keep every version, and bring an old one back as a new one', async () => {
    const id = await manual(mask())
    const path = `/cases/scan/results/${id}`
    const result = await ask(resultSchema, 'POST', `${path}/restore`, { version: 1 })
    expect(result.versions.map(({ changedVoxels }) => changedVoxels)).toEqual([null, 5, 5])
    expect(result.volumesMm3).toEqual({ anterior: 0, posterior: 0, whole: 0 })
    expect(await bytesOf(`${path}/mask?version=2`)).toEqual(mask())
    expect(await bytesOf(`${path}/mask`)).toEqual(new Uint8Array(VOXELS))
    expect((await refused('GET', `${path}/mask?version=9`)).status).toBe(404)
    expect((await refused('GET', `${path}/mask?version=x`)).status).toBe(400)
    expect(await ask(caseListSchema, 'GET', '/cases')).toMatchObject([{ state: 'corrected' }])
  })

  it('are approved as they are, which a change takes back', async () => {
    const id = await manual(mask())
    const path = `/cases/scan/results/${id}`
    const approved = await ask(resultSchema, 'PUT', `${path}/approval`, { approved: true })
    expect(approved.approved).toMatchObject({ version: 2 })
    expect(approved.approved!.by).not.toBe('')
    const listed = async () => (await ask(resultListSchema, 'GET', '/cases/scan/results'))[0]!
    expect((await listed()).approved).toEqual(approved.approved)
    const edited = await ask(resultSchema, 'PUT', `${path}/mask`, mask().fill(1, 0, 5))
    expect(edited.approved).toBeNull()
    // What was approved is the same voxels again, but in a version that nobody has called right.
    await ask(resultSchema, 'PUT', `${path}/approval`, { approved: true })
    await ask(resultSchema, 'POST', `${path}/restore`, { version: 2 })
    expect((await listed()).approved).toBeNull()
    await ask(resultSchema, 'PUT', `${path}/approval`, { approved: true })
    await ask(resultSchema, 'PUT', `${path}/approval`, { approved: false })
    expect((await listed()).approved).toBeNull()
    expect((await refused('PUT', `${path}/approval`, {})).status).toBe(400)
    const none = '/cases/scan/results/none/approval'
    expect((await refused('PUT', none, { approved: true })).status).toBe(404)
  })

  it('refuse what is no mask, and stay as they were', async () => {
    const id = await manual(mask())
    const path = `/cases/scan/results/${id}/mask`
    expect((await refused('PUT', path, new Uint8Array(3))).message).toContain('3 bytes')
    expect((await refused('PUT', path, mask().fill(7))).message).toContain('label 7')
    expect(await bytesOf(path)).toEqual(mask())
    expect((await refused('GET', '/cases/scan/results/none/mask')).status).toBe(404)
    const copy = { from: 'none', name: 'Copy' }
    expect((await refused('POST', '/cases/scan/results', copy)).status).toBe(404)
  })

  it('come packed as well', async () => {
    const id = await manual(new Uint8Array(VOXELS))
    const path = `/cases/scan/results/${id}/mask`
    const put = (body: Uint8Array): Promise<Response> =>
      api(
        new Request(`http://test/api${path}`, {
          method: 'PUT',
          headers: { 'content-encoding': 'gzip' },
          body: Buffer.from(body)
        })
      )
    expect((await put(gzipSync(mask()))).status).toBe(200)
    expect(await bytesOf(path)).toEqual(mask())
    expect((await put(mask())).status).toBe(400)
  })

  it('make two versions of two savings at once', async () => {
    const id = await manual(mask())
    const path = `/cases/scan/results/${id}/mask`
    await Promise.all([call('PUT', path, new Uint8Array(VOXELS)), call('PUT', path, mask())])
    const [result] = await ask(resultListSchema, 'GET', '/cases/scan/results')
    expect(result!.versions.map(({ version }) => version)).toEqual([1, 2, 3, 4])
  })

  it('keep what is drawn but not saved, until it is saved', async () => {
    const id = await manual(mask())
    const journal = `/cases/scan/results/${id}/journal`
    expect((await call('GET', journal)).status).toBe(204)
    const drawn = mask().fill(1, 0, 5)
    expect((await call('PUT', journal, drawn)).status).toBe(204)
    expect(await bytesOf(journal)).toEqual(drawn)
    await ask(resultSchema, 'PUT', `/cases/scan/results/${id}/mask`, drawn)
    expect((await call('GET', journal)).status).toBe(204)
    await call('PUT', journal, drawn)
    expect((await call('DELETE', journal)).status).toBe(204)
    expect((await call('GET', journal)).status).toBe(204)
  })

  it('come from files on the same grid alone', async () => {
    const good = niftiBytes({ datatype: 'uint8', voxels: mask() })
    const path = '/cases/scan/results/upload?name=m.nii&kind=truth'
    const truth = await ask(resultSchema, 'POST', path, good)
    expect(truth).toMatchObject({ id: 'truth', kind: 'truth', volumesMm3: { whole: 5 } })
    const edited = await refused('PUT', '/cases/scan/results/truth/mask', mask())
    expect(edited.message).toContain('ground truth')
    const elsewhere = niftiBytes({
      datatype: 'uint8',
      voxels: mask(),
      sform: { code: 1, rows: [1, 0, 0, 5, 0, 1, 0, 3, 0, 0, 1, 7] }
    })
    expect((await refused('POST', path, elsewhere)).message).toContain('elsewhere in space')
    const smaller = niftiBytes({
      dim: [3, 4, 5, 5],
      datatype: 'uint8',
      voxels: new Uint8Array(100)
    })
    expect((await refused('POST', path, smaller)).message).toContain('4×5×5')
  })

  it('are compared', async () => {
    const a = await manual(mask(), 'A')
    const b = await manual(mask().fill(1, 42, 44), 'B')
    const compared = await ask(comparisonSchema, 'GET', `/cases/scan/compare?a=${a}&b=${b}`)
    expect(compared.anterior).toMatchObject({ dice: 4 / 6, volumeDifferenceMm3: 2 })
    expect(compared.posterior).toEqual({ dice: 1, hd95Mm: 0, volumeDifferenceMm3: 0 })
    expect((await refused('GET', `/cases/scan/compare?a=${a}`)).status).toBe(400)
    expect((await refused('GET', `/cases/scan/compare?a=${a}&b=none`)).status).toBe(404)
  })
})

describe('exports', () => {
  const request = {
    format: 'nifti',
    labels: 'native',
    side: null,
    separate: false,
    path: null as string | null,
    overwrite: false
  }

  async function exported(changes: object) {
    const id = await manual(mask())
    const path = `/cases/scan/results/${id}/export`
    return ask(exportOutcomeSchema, 'POST', path, { ...request, ...changes })
  }

  it('are masks with the labels that were asked for, read back', async () => {
    const path = folder.file(`out${count}.nii`)
    const { files } = await exported({ path, labels: 'freesurfer', side: 'right' })
    expect(files).toMatchObject([{ path, downloadId: null }])
    expect(files[0]!.checked).toContain('120 voxels')
    const voxels = readFileSync(path).subarray(352)
    expect([...voxels].filter((label) => label === 53)).toHaveLength(5)
  })

  it('are one file a label where that is asked for', async () => {
    const path = folder.file(`sides${count}.nii`)
    const { files } = await exported({ path, labels: 'sides', side: 'right', separate: true })
    const labels = files.map((file) => new Set(readFileSync(file.path!).subarray(352)))
    expect(labels).toEqual([new Set([0, 3]), new Set([0, 4])])
  })

  it('are fetched by a browser', async () => {
    const { files } = await exported({ format: 'csv' })
    const text = new TextDecoder().decode(await bytesOf(`/downloads/${files[0]!.downloadId!}`))
    expect(text).toContain('scan,,Mine,2,,,whole,5,')
    expect((await refused('GET', '/downloads/none')).status).toBe(404)
  })

  it('are readable as 3D Slicer segmentations, JSON and a report without scripts', async () => {
    const nrrd = await exported({ format: 'nrrd-seg' })
    expect(nrrd.files[0]!.checked).toContain('equal')
    const path = folder.file(`r${count}.html`)
    await exported({ format: 'report', path })
    const html = readFileSync(path, 'utf8')
    expect(html.match(/data:image\/png/g)).toHaveLength(3)
    expect(html).not.toContain('<script')
    const json = folder.file(`r${count}.json`)
    await exported({ format: 'json', path: json })
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ format: 'hippospike-result' })
  })

  it('replace no file unasked, and not the workspace itself', async () => {
    const id = await manual(mask())
    const path = folder.file('there.nii.gz')
    writeFileSync(path, 'mine')
    const at = `/cases/scan/results/${id}/export`
    expect((await refused('POST', at, { ...request, path })).message).toContain('exists already')
    expect(readFileSync(path, 'utf8')).toBe('mine')
    const scan = join(workspace, 'sub-scan', 'anat', 'sub-scan_T1w.nii.gz')
    const over = { ...request, path: scan, overwrite: true }
    expect((await refused('POST', at, over)).kind).toBe('output')
    expect((await refused('POST', at, { ...request, path: folder.file('a.txt') })).status).toBe(400)
    const noSide = { ...request, labels: 'sides' }
    expect((await refused('POST', at, noSide)).message).toContain('left or the right')
    const none = { ...request, format: 'probabilities' }
    expect((await refused('POST', at, none)).message).toContain('no probabilities')
  })
})

describe('jobs', () => {
  const job = { kind: 'segment', caseId: 'scan', model: 'snn', timesteps: null, runtime: null }

  it('are refused at once where they cannot succeed', async () => {
    expect((await refused('POST', '/jobs', { ...job, caseId: 'none' })).status).toBe(404)
    expect((await refused('POST', '/jobs', { ...job, model: 'none' })).message).toContain('snn')
    expect((await refused('POST', '/jobs', { ...job, runtime: 'abacus' })).status).toBe(400)
    const timed = { ...job, model: 'ann', timesteps: 4 }
    expect((await refused('POST', '/jobs', timed)).message).toContain('no timesteps')
    expect((await refused('POST', '/jobs', { ...job, timesteps: 0 })).status).toBe(400)
    expect((await refused('DELETE', '/jobs/none')).status).toBe(404)
  })

  it('and all that changes are told to every listener, a line each', async () => {
    const response = await call('GET', '/events')
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const first = await reader.read()
    expect(appEventSchema.parse(JSON.parse(first.value!))).toEqual({ type: 'heartbeat' })
    await manual(mask())
    const line = (await reader.read()).value!.split('\n')[0]!
    expect(appEventSchema.parse(JSON.parse(line))).toEqual({ type: 'cases', caseId: 'scan' })
    await reader.cancel()
  })
})
