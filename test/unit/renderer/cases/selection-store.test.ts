import { afterEach, expect, it, vi } from 'vitest'
import type { CaseImage, Result } from '../../../../src/shared/api/cases'
import { createSelectionStore } from '../../../../src/renderer/src/features/cases/selection-store'
import { createViewer } from '../../../../src/renderer/src/features/viewer/store'
import { grid } from '../../../fixtures/geometries'

const viewer = createViewer()
// The feature's index has the components too, which are not compiled here.
vi.mock('../../../../src/renderer/src/features/viewer', () => ({ useViewer: () => viewer }))

const geometry = grid({ size: [4, 6, 5], spacing: [1, 1, 1], codes: 'RAS' })
const image: CaseImage = { geometry, range: [0, 9], window: { low: 0, high: 9 }, voxelMm3: 1 }

/** A drawn mask with so many versions. */
function drawn(versions: number): Result {
  return {
    ...{ id: 'Manual', name: 'Manual', kind: 'manual', model: null, stage: null, timesteps: null },
    ...{ createdAt: '2026-01-01', volumesMm3: { anterior: 0, posterior: 0, whole: 0 }, head: null },
    ...{ confidence: null, cost: null, warnings: [], hasSpikes: false, hasProbabilities: false },
    versions: Array.from({ length: versions }, (_, n) => ({
      ...{ version: n + 1, savedAt: '2026-01-01', by: 'me', how: 'Paint', changedVoxels: null }
    })),
    approved: null
  }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

it('leaves the mask, and what can be undone in it, where a list of results was asked for before a save', async () => {
  const lists = [[drawn(1)], [drawn(1)], [drawn(2)]]
  const asked: string[] = []
  /** Lets go the second list, which is older than the save. */
  let answerLate: (() => void) | undefined
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    if (path.endsWith('/image')) return Response.json(image)
    if (path.includes('/voxels')) return new Response(new Uint8Array(120))
    if (path.endsWith('/mask')) return new Response(new Uint8Array(120))
    if (!path.endsWith('/results')) return new Response(null, { status: 404 })
    const list = Response.json(lists.shift())
    if (lists.length === 1) await new Promise<void>((resolve) => (answerLate = resolve))
    return list
  })
  const store = createSelectionStore()
  expect(await store.select('one')).toBe(true)
  const mask = viewer.mask.value

  const refreshing = store.refreshResults()
  await vi.waitUntil(() => answerLate !== undefined)
  store.adopt(drawn(2))
  answerLate!()
  await refreshing

  expect(viewer.mask.value).toBe(mask)
  expect(store.shownVersion.value).toBe(2)
  expect(store.results.value[0]!.versions).toHaveLength(2)
  expect(asked.filter((path) => path.endsWith('/mask'))).toHaveLength(1)
})
