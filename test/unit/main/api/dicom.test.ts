import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { importOutcomeSchema } from '../../../../src/shared/api/cases'
import {
  dicomOpenedSchema,
  dicomStudySchema,
  dicomUploadSchema
} from '../../../../src/shared/api/dicom'
import { apiFailureSchema } from '../../../../src/shared/api/failure'
import { createApi, createServices, type Handler } from '../../../../src/main/api'
import { openWorkspaceFolder } from '../../../../src/main/workspace/folder'
import { dicomBytes, mrSeries, PATIENT, writeSeries } from '../../../fixtures/dicom'
import { niftiBytes } from '../../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../../fixtures/temporary-folder'
import { zipBytes } from '../../../fixtures/zip-bytes'

const folder = temporaryFolder()
const outcomes = importOutcomeSchema.array()
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

beforeEach(async () => {
  workspace = folder.file(`workspace${count++}`)
  await openWorkspaceFolder(workspace, true)
  const services = createServices({ host: 'browser', resources: '' })
  await services.session.open(workspace, false)
  api = createApi(services)
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
  return { status: response.status, ...error }
}

async function opened(...paths: string[]): Promise<string> {
  const { study } = await ask(dicomOpenedSchema, 'POST', '/dicom', { paths })
  expect(study).not.toBeNull()
  return study ?? ''
}

async function sent(...files: [string, Uint8Array][]): Promise<string> {
  const { study } = await ask(dicomUploadSchema, 'POST', '/dicom/uploads')
  for (const [name, bytes] of files) {
    const url = `/dicom/${study}/files?name=${encodeURIComponent(name)}`
    expect((await call('POST', url, bytes)).status).toBe(204)
  }
  return study
}

/** A study of a T1, a slab with a missing slice, and a T2, in a folder that is called as the patient is. */
function study(name: string): string {
  const path = folder.file(`${name} Example^Erika`)
  writeSeries(join(path, 't1'), mrSeries({ slices: 20 }))
  const broken = mrSeries({ slices: 6, series: '1.2.3.2' }).filter((_, n) => n !== 2)
  writeSeries(join(path, 'broken'), broken)
  const t2 = { SeriesDescription: 'T2', EchoTime: 90 }
  writeSeries(join(path, 't2'), mrSeries({ slices: 8, step: 2, series: '1.2.3.4', tags: t2 }))
  return path
}

function temporaryStudies(): string[] {
  return readdirSync(tmpdir()).filter((name) => {
    return name.startsWith(`hippospike-study-${process.pid}-`)
  })
}

/** Files of a folder with what they hold, unpacked. */
function contentsOf(root: string): [string, string][] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const stored = readFileSync(path)
      return [path, (path.endsWith('.gz') ? gunzipSync(stored) : stored).toString('latin1')]
    })
}

function expectNobody(root: string): void {
  const contents = contentsOf(root)
  expect(contents.length).toBeGreaterThan(0)
  for (const [path, text] of contents) {
    for (const one of ['Erika', PATIENT.PatientID, PATIENT.PatientBirthDate]) {
      expect(path.slice(root.length), path).not.toContain(one)
      expect(text, path).not.toContain(one)
    }
  }
}

describe('a DICOM study on this machine', () => {
  it('is told from images, listed with who was scanned, and given neutral names', async () => {
    const image = folder.write('scan.nii', niftiBytes())
    const paths = [image, study('listed'), folder.file('missing')]
    const answer = await ask(dicomOpenedSchema, 'POST', '/dicom', { paths })
    expect(answer.images).toEqual([image, paths[2]])
    const { listing, names } = await ask(dicomStudySchema, 'GET', `/dicom/${answer.study}`)
    expect(listing.series.map(({ readable }) => readable)).toEqual([true, false, true])
    expect(listing.series.map(({ proposed }) => proposed)).toEqual([true, false, false])
    expect(listing.series[0]?.patient.name).toBe(PATIENT.PatientName)
    expect(names).toEqual(['case01', 'case02', 'case03'])
  })

  it('shows the middle slice of each series', async () => {
    const id = await opened(study('shown'))
    const preview = await call('GET', `/dicom/${id}/series/1/preview`)
    expect(preview.headers.get('content-type')).toBe('image/png')
    const bytes = Buffer.from(await preview.arrayBuffer())
    expect(bytes.subarray(1, 4).toString()).toBe('PNG')
    expect(await refused('GET', `/dicom/${id}/series/9/preview`)).toMatchObject({ status: 404 })
  })

  it('becomes cases of the series and names that were chosen', async () => {
    const id = await opened(study('chosen'))
    const series = [
      { number: 1, name: 'case01' },
      { number: 2, name: 'case02' },
      { number: 3, name: 'second' }
    ]
    const [t1, broken, t2] = await ask(outcomes, 'POST', `/dicom/${id}/import`, { series })
    expect(t1).toMatchObject({ caseId: 'case01', name: 'case01', problem: null })
    expect(broken).toMatchObject({ caseId: null })
    expect(broken?.problem).toMatch(/a slice is missing/)
    expect(t2).toMatchObject({ caseId: 'second', problem: null })
    expect((await ask(dicomStudySchema, 'GET', `/dicom/${id}`)).names[0]).toBe('case02')
    const again = { series: [{ number: 3, name: 'CASE01' }] }
    const [taken] = await ask(outcomes, 'POST', `/dicom/${id}/import`, again)
    expect(taken?.problem).toMatch(/there is a case CASE01 already/)
  })

  it('leaves nothing of the patient in the workspace and in the log, come what may', async () => {
    const path = study('secret')
    const cut = dicomBytes(mrSeries()[0]!).subarray(0, 700)
    folder.write(join('secret Example^Erika', 'Erika.dcm'), cut)
    const id = await opened(path)
    const series = [1, 2, 3].map((number) => ({ number, name: `case0${number}` }))
    const made = await ask(outcomes, 'POST', `/dicom/${id}/import`, { series })
    expect(made[0]?.warnings.join()).toMatch(/was left out/)
    const empty = folder.file('empty Erika')
    mkdirSync(empty)
    folder.write(join('empty Erika', 'notes.txt'), 'nothing')
    expect(await refused('GET', `/dicom/${await opened(empty)}`)).toMatchObject({ kind: 'input' })
    const zip = folder.write('Erika.zip', 'no archive')
    expect((await refused('POST', '/dicom', { paths: [zip] })).message).toContain('Erika.zip')
    expectNobody(workspace)
    expectNobody(folder.file('config'))
  })

  it('is not there any more once it was let go of', async () => {
    const id = await opened(study('closed'))
    expect((await call('DELETE', `/dicom/${id}`)).status).toBe(204)
    expect(await refused('GET', `/dicom/${id}`)).toMatchObject({ status: 404 })
    expect(await refused('POST', '/dicom', { paths: [] })).toMatchObject({ status: 400 })
    const named = { series: [{ number: 1, name: '../x' }] }
    expect((await refused('POST', `/dicom/${id}/import`, named)).message).toMatch(/letters and/)
  })
})

describe('a DICOM study that is sent', () => {
  const files = (): [string, Uint8Array][] =>
    mrSeries({ slices: 12 }).map((slice, n) => [`Erika/IM${n}`, dicomBytes(slice)])

  it('is read like one on this machine, and removed with its folder', async () => {
    const id = await sent(...files())
    expect(temporaryStudies()).toHaveLength(1)
    const { listing } = await ask(dicomStudySchema, 'GET', `/dicom/${id}`)
    expect(listing.series.map(({ size }) => size)).toEqual([[6, 5, 12]])
    const series = [{ number: 1, name: 'case01' }]
    const [made] = await ask(outcomes, 'POST', `/dicom/${id}/import`, { series })
    expect(made).toMatchObject({ caseId: 'case01', problem: null })
    expectNobody(workspace)
    await call('DELETE', `/dicom/${id}`)
    expect(temporaryStudies()).toEqual([])
  })

  it('may be a zip archive', async () => {
    const zip = zipBytes(files().map(([name, content]) => ({ name, content })))
    const id = await sent(['Erika.zip', zip])
    const { listing } = await ask(dicomStudySchema, 'GET', `/dicom/${id}`)
    expect(listing.series).toHaveLength(1)
    await call('DELETE', `/dicom/${id}`)
  })

  it('has its files called as their owner calls them', async () => {
    const damaged = files()[0]![1].subarray(0, 700)
    const id = await sent(...files(), ['scans/../../cut.dcm', damaged])
    const { listing } = await ask(dicomStudySchema, 'GET', `/dicom/${id}`)
    expect(listing.damaged.map(({ file }) => file)).toEqual(['scans/../../cut.dcm'])
    const zip = await sent(['mine.zip', new Uint8Array(40)])
    const { message } = await refused('GET', `/dicom/${zip}`)
    expect(message).toMatch(/^mine\.zip: cannot be read as a zip archive/)
    await call('DELETE', `/dicom/${zip}`)
    await call('DELETE', `/dicom/${id}`)
  })

  it('gives way where more are open than are looked at', async () => {
    const first = await sent(files()[0]!)
    const rest = await Promise.all([1, 2, 3, 4].map(() => sent(files()[0]!)))
    expect(await refused('GET', `/dicom/${first}`)).toMatchObject({ status: 404 })
    for (const id of rest) await call('DELETE', `/dicom/${id}`)
    expect(temporaryStudies()).toEqual([])
  })
})
