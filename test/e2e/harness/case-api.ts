import type { Page, Route } from 'playwright-core'
import {
  caseImageSchema,
  caseListSchema,
  resultListSchema,
  resultSchema,
  type Result
} from '../../../src/shared/api/cases'
import type { Geometry } from '../../../src/shared/geometry'

export interface ServedCase {
  id: string
  geometry: Geometry
  voxels: Float32Array
  mask: Uint8Array
}

/** What reached the host. */
export interface Received {
  saved: { mask: Uint8Array; how: string }[]
  /** The journal as it stands; null where there is none. */
  journal: Uint8Array | null
}

/** Answers the page's calls from memory, by the contract, as far as cases and masks go. */
export async function serveCases(page: Page, cases: readonly ServedCase[]): Promise<Received> {
  const received: Received = { saved: [], journal: null }
  await page.route('**/api/**', async (route) => {
    const url = new URL(route.request().url())
    const method = route.request().method()
    const one = cases.find(({ id }) => url.pathname.startsWith(`/api/cases/${id}/`))
    const rest = one === undefined ? '' : url.pathname.slice(`/api/cases/${one.id}/`.length)
    if (url.pathname === '/api/cases') return json(route, caseListSchema.parse(cases.map(summary)))
    if (one === undefined) return route.fulfill({ status: 404, body: '' })
    if (rest === 'image') return json(route, caseImageSchema.parse(image(one)))
    if (rest === 'image/voxels') return bytes(route, one.voxels)
    if (rest === 'results') return json(route, resultListSchema.parse([result(received)]))
    if (rest === 'results/model/mask' && method === 'GET') return bytes(route, one.mask)
    if (rest === 'results/model/mask') {
      const mask = new Uint8Array(route.request().postDataBuffer() ?? [])
      received.saved.push({ mask, how: url.searchParams.get('how') ?? '' })
      received.journal = null
      return json(route, resultSchema.parse(result(received)))
    }
    if (rest === 'results/model/journal') return journal(route, method, received)
    return route.fulfill({ status: 404, body: '' })
  })
  return received
}

function journal(route: Route, method: string, received: Received): Promise<void> {
  if (method === 'GET') {
    return received.journal === null
      ? route.fulfill({ status: 204 })
      : bytes(route, received.journal)
  }
  const body = route.request().postDataBuffer()
  received.journal = method === 'DELETE' || body === null ? null : new Uint8Array(body)
  return route.fulfill({ status: 204 })
}

function summary({ id, geometry }: ServedCase): unknown {
  return {
    id,
    name: `${id}.nii.gz`,
    importedAt: '2026-01-01T00:00:00Z',
    size: geometry.size,
    spacing: geometry.spacing,
    state: 'segmented',
    volumesMm3: null
  }
}

function image({ geometry, voxels }: ServedCase): unknown {
  let [low, high] = [Infinity, -Infinity]
  for (const value of voxels) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const range = [low, high]
  return { geometry, range, window: { low, high: Math.max(high, low + 1) }, voxelMm3: 1 }
}

function result({ saved }: Received): Result {
  const versions = [{ how: 'model' }, ...saved].map(({ how }, n) => ({
    version: n + 1,
    savedAt: '2026-01-01T00:00:00Z',
    by: n === 0 ? 'model' : 'tester',
    how,
    changedVoxels: n === 0 ? null : 1
  }))
  return {
    id: 'model',
    name: 'Model',
    kind: 'model',
    model: 'm',
    stage: null,
    timesteps: null,
    createdAt: '2026-01-01T00:00:00Z',
    volumesMm3: { anterior: 1, posterior: 1, whole: 2 },
    head: null,
    confidence: null,
    cost: null,
    warnings: [],
    hasSpikes: false,
    hasProbabilities: false,
    versions,
    approved: null
  }
}

function json(route: Route, value: unknown, status = 200): Promise<void> {
  return route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(value) })
}

function bytes(route: Route, values: Uint8Array | Float32Array): Promise<void> {
  const body = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return route.fulfill({ contentType: 'application/octet-stream', body })
}
