import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { segmentJobRequestSchema } from '../../../../src/shared/api/jobs'
import type { HeadBox, HeadReport } from '../../../../src/shared/head'
import {
  segmentTask,
  shippedModels,
  shippedTemplate,
  type RunJob,
  type SegmentPlace
} from '../../../../src/main/jobs/segment-case'
import type { Task } from '../../../../src/main/jobs/queue'
import { stagesTask } from '../../../../src/main/jobs/stages-case'
import { openWorkspaceFolder } from '../../../../src/main/workspace/folder'
import { importScans } from '../../../../src/main/workspace/import-scan'
import { writeResultRecord, type ResultRecord } from '../../../../src/main/workspace/result-record'
import { grid } from '../../../fixtures/geometries'
import { niftiBytes } from '../../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const root = folder.file('study')
const resources = join(import.meta.dirname, '..', '..', '..', '..', 'resources')
const job = { kind: 'segment', caseId: 'scan', model: 'snn', timesteps: null, runtime: null }
const box: HeadBox = { side: 'right', grid: grid({ size: [48, 64, 48], first: [-50, -60, -40] }) }

/** What the engine is asked to do for a request of the window. */
async function asked(request: object): Promise<unknown> {
  return askedBy((place) => segmentTask(place, segmentJobRequestSchema.parse(request)))
}

async function askedBy(taskOf: (place: SegmentPlace) => Promise<Task>): Promise<unknown> {
  let heard: unknown
  // Stands for the engine, which has nothing to compute here.
  const run: RunJob = (call) => {
    heard = call.request
    return Promise.reject(new Error('stopped here'))
  }
  const place = {
    root,
    models: shippedModels(resources),
    template: shippedTemplate(resources),
    run
  }
  const task = await taskOf(place)
  const { signal } = new AbortController()
  await expect(
    task.run({ signal, onProgress: () => undefined, isClosing: () => false })
  ).rejects.toThrow('stopped here')
  return heard
}

function record(head: HeadReport): ResultRecord {
  const now = '2026-01-01T00:00:00.000Z'
  return {
    name: 'made',
    kind: 'model',
    model: 'snn',
    stage: 'fine-tuned',
    timesteps: 4,
    createdAt: now,
    volumesMm3: { anterior: 0, posterior: 0, whole: 0 },
    head,
    confidence: null,
    cost: null,
    warnings: [],
    versions: [{ version: 1, savedAt: now, by: 'snn', how: 'segmented', changedVoxels: null }],
    approved: null
  }
}

beforeAll(async () => {
  await openWorkspaceFolder(root, true)
  await importScans(root, [folder.write('scan.nii', niftiBytes())])
})

describe('a job of the window', () => {
  it('segments both sides where they are located, unless it says otherwise', async () => {
    expect(await asked(job)).toMatchObject({ side: 'both', boxes: null })
  })

  it('hands on the side and the boxes', async () => {
    const boxes = [box]
    expect(await asked({ ...job, side: 'right', boxes })).toMatchObject({ side: 'right', boxes })
  })

  it('vouches for given boxes of a head that was located before, and compares stages in boxes of one that was not', async () => {
    const located = {
      fit: { transform: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], correlation: 0.8, coverage: 1 },
      boxes: [box],
      volumesMm3: { left: null, right: null },
      intracranialMm3: null,
      normalisedPermille: { left: null, right: null },
      asymmetryPercent: null,
      repeatabilityMm3: null,
      flags: []
    }
    const boxes = [box]
    const compare = { kind: 'stages', caseId: 'scan', snn: 'snn', truth: null } as const
    const stages = (): Promise<unknown> =>
      askedBy((place) => stagesTask({ ...place, calibration: 'none' }, compare))
    expect(await stages()).toMatchObject({ boxes: null })
    await writeResultRecord(root, 'scan', 'first', record({ ...located, fit: null }))
    expect(await asked({ ...job, boxes })).toMatchObject({ isKnownHead: false })
    // What cannot be located is compared where it was segmented.
    expect(await stages()).toMatchObject({ boxes })
    await writeResultRecord(root, 'scan', 'second', record(located))
    expect(await asked({ ...job, boxes })).toMatchObject({ isKnownHead: true })
    expect(await asked(job)).toMatchObject({ isKnownHead: false })
    expect(await stages()).toMatchObject({ boxes: null })
  })

  it.each([
    ['a side that there is not', { side: 'top' }],
    ['no boxes in the list', { boxes: [] }],
    ['more boxes than sides', { boxes: [box, box, box] }],
    ['a box without a place', { boxes: [{ side: 'left' }] }],
    ['half a voxel', { boxes: [{ side: 'left', grid: { ...box.grid, size: [48.5, 64, 48] } }] }]
  ])('is refused with %s', (_, part) => {
    expect(segmentJobRequestSchema.safeParse({ ...job, ...part }).success).toBe(false)
  })
})
