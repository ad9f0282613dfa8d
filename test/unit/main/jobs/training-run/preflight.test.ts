import { beforeAll, describe, expect, it } from 'vitest'
import { JobQueue } from '../../../../../src/main/jobs/queue'
import { TrainingRuns } from '../../../../../src/main/jobs/training-run'
import {
  preflightWarnings,
  type Machine
} from '../../../../../src/main/jobs/training-run/preflight'
import type { Preflight } from '../../../../../src/shared/api/training'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'
import { writeTinyResources, writeTinySite } from '../../../../fixtures/tiny-site'
import { MEASURED, ScriptedEngine } from './scripted-engine'

const GB = 2 ** 30
const folder = temporaryFolder()

describe('what should be known before a run', () => {
  const estimate: Omit<Preflight, 'warnings'> = {
    runtime: 'native',
    steps: 320,
    secondsPerStep: 0.8,
    seconds: 300,
    memoryBytes: 1.3 * GB,
    diskBytes: 0.1 * GB,
    freeDiskBytes: 20 * GB
  }
  const machine: Machine = { freeMemoryBytes: 4 * GB, totalMemoryBytes: 8 * GB, busy: false }
  const warnings = (changes: Partial<typeof estimate>, on: Partial<Machine> = {}): string[] =>
    preflightWarnings({ ...estimate, ...changes }, { ...machine, ...on })

  it('is nothing where all is well', () => {
    expect(warnings({})).toEqual([])
    expect(warnings({ freeDiskBytes: null })).toEqual([])
  })

  it.each([
    ['a full disk', { freeDiskBytes: 0.2 * GB }, {}, /needs 103 MB, and 205 MB are free/],
    [
      'too much memory',
      { memoryBytes: 9 * GB },
      {},
      /needs about 9.0 GB .* has 8.0 GB.*smaller batch/
    ],
    ['no free memory', {}, { freeMemoryBytes: GB }, /1.3 GB of memory, and 1.0 GB are free/],
    ['the slow runtime', { runtime: 'wasm' }, {}, /forty times slower.*setup:engine/],
    ['hours', { seconds: 10 * 3600 }, {}, /about 10 hours\. It can be paused/],
    ['other work', {}, { busy: true }, /estimated too long/]
  ] as [string, Partial<typeof estimate>, Partial<Machine>, RegExp][])(
    'is %s',
    (_, changes, on, says) => {
      const [first, ...others] = warnings(changes, on)
      expect(first).toMatch(says)
      expect(others).toEqual([])
    }
  )

  it('comes the gravest first', () => {
    const all = warnings(
      { freeDiskBytes: 0, memoryBytes: 9 * GB, runtime: 'wasm', seconds: 40_000 },
      { busy: true }
    )
    expect(all.map((one) => /disk|memory|WebAssembly|hours|computing/.exec(one)![0])).toEqual([
      ...['disk', 'memory', 'WebAssembly', 'hours', 'computing']
    ])
  })
})

describe('an estimate', () => {
  let resources: string
  let site: { root: string; caseIds: string[] }
  beforeAll(async () => {
    resources = await writeTinyResources(folder.file('resources'))
    site = await writeTinySite(folder.file('site'), 5)
  })

  it('follows from a step that is measured, once for a plan', async () => {
    const engine = new ScriptedEngine()
    const runs = new TrainingRuns({
      jobs: new JobQueue(),
      resources,
      run: engine.run,
      onChange: () => undefined
    })
    const plan = {
      kind: 'fine-tune',
      model: 'snn',
      timesteps: null,
      finetune: {},
      runtime: null
    } as const
    const found = await runs.preflight(site.root, plan, site.caseIds)
    expect(found).toMatchObject({ runtime: 'native', steps: 30, secondsPerStep: 2 })
    // Three train, one validates, one is held out; three are of reference.
    expect(found.seconds).toBeCloseTo(6 + 60 + 3 + 4 * 6 + 2 * 4 * 1.4, 9)
    expect(found.memoryBytes).toBeGreaterThan(MEASURED.peakMemoryBytes)
    expect(found.freeDiskBytes).toBeGreaterThan(0)
    await runs.preflight(site.root, plan, site.caseIds)
    expect(engine.asked.filter((kind) => kind === 'measure-step')).toHaveLength(1)
    await runs.preflight(site.root, { ...plan, timesteps: 2 }, site.caseIds)
    expect(engine.asked.filter((kind) => kind === 'measure-step')).toHaveLength(2)
  })
})
