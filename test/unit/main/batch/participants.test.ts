import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { HippospikeError } from '../../../../src/shared/errors'
import type { SegmentRequest } from '../../../../src/shared/jobs'
import { ensureOutputDataset } from '../../../../src/main/batch/output-dataset'
import { scanFiles } from '../../../../src/main/batch/outputs'
import { runParticipants, type ScanOutcome } from '../../../../src/main/batch/participants'
import type { BatchPlan } from '../../../../src/main/batch/plan'
import { findScans } from '../../../../src/main/batch/scans'
import type { BidsScan } from '../../../../src/main/workspace/bids-scans'
import { fileSha256, runRecordPath } from '../../../../src/main/engine/provenance'
import type { JobCall } from '../../../../src/main/jobs/engine-client'
import { readManifest } from '../../../../src/main/workspace/model-folder'
import { failureOf } from '../../../fixtures/failure'
import { INFERENCE_DEFAULTS } from '../../../fixtures/inference'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()
let study: string
let plan: BatchPlan
let scans: BidsScan[]
let count = 0

beforeEach(async () => {
  study = folder.file(`study ${count++}`)
  for (const name of ['01', '02', '03']) write(`sub-${name}/anat/sub-${name}_T1w.nii.gz`, name)
  plan = {
    bidsDir: study,
    outputDir: join(study, 'derivatives', 'hippospike'),
    model: 'resources/models/snn',
    manifest: await readManifest('resources/models/snn'),
    template: 'resources/template',
    inference: { ...INFERENCE_DEFAULTS, timesteps: 4 },
    repeatability: false,
    runtime: null,
    result: 'snnT4',
    force: false
  }
  ;({ scans } = await findScans(study, { participants: null, sessions: null }))
  await ensureOutputDataset(plan.outputDir, study)
})

function write(path: string, content: string): void {
  mkdirSync(dirname(join(study, path)), { recursive: true })
  writeFileSync(join(study, path), content)
}

/** Stands for an engine that segments at once: writes what one writes, and fails where it is told to. */
function engine(broken: Record<string, HippospikeError> = {}) {
  const asked: string[] = []
  const run = async <Res>(call: JobCall<Res>): Promise<Res> => {
    const request = call.request as SegmentRequest
    const name = /sub-\d+/.exec(request.image)![0]
    asked.push(name)
    if (broken[name]) throw broken[name]
    writeFileSync(request.out, `mask of ${name}`)
    writeFileSync(request.picture!, 'picture')
    const record = {
      request,
      image: { path: request.image, sha256: await fileSha256(request.image) },
      mask: { sha256: await fileSha256(request.out) },
      model: { weightsSha256: plan.manifest.weightsSha256 },
      runtime: { name: 'event' }
    }
    writeFileSync(runRecordPath(request.out), JSON.stringify(record))
    return call.resultSchema.parse({
      model: 'snn',
      runtime: 'event',
      timesteps: 4,
      timestepsRun: 4,
      out: request.out,
      volumesMm3: { anterior: 1, posterior: 2, whole: 3 },
      head: null,
      confidence: 0.9,
      seconds: 1,
      meanFiringRate: 0.1,
      synapticOperations: 1,
      macs: 1,
      energyRatio: 1,
      warnings: []
    })
  }
  return { asked, run }
}

async function runAll(
  world: ReturnType<typeof engine>,
  changes: Partial<BatchPlan> = {},
  signal = new AbortController().signal
): Promise<ScanOutcome[]> {
  const nothing = (): void => undefined
  const batch = { run: world.run, jobs: 2, signal, onStart: nothing, onEnd: nothing }
  return runParticipants(scans, { ...plan, ...changes }, batch)
}

const states = (outcomes: ScanOutcome[]): string[] => outcomes.map(({ state }) => state)
const filesOf = (n: number) => scanFiles(plan.outputDir, scans[n]!, plan.result)

describe('runParticipants', () => {
  it('segments every scan once, and skips it from then on', async () => {
    expect(states(await runAll(engine()))).toEqual(['segmented', 'segmented', 'segmented'])
    const again = engine()
    expect(states(await runAll(again))).toEqual(['skipped', 'skipped', 'skipped'])
    expect(again.asked).toEqual([])
    const sidecar = JSON.parse(readFileSync(filesOf(0).sidecar, 'utf8')) as { Sources: string[] }
    expect(sidecar.Sources).toEqual(['bids:raw:sub-01/anat/sub-01_T1w.nii.gz'])
  })

  it.each<[string, () => void]>([
    ['whose scan is another now', () => write('sub-02/anat/sub-02_T1w.nii.gz', 'changed')],
    ['whose mask is damaged', () => writeFileSync(filesOf(1).mask, 'half')],
    ['without a sidecar', () => writeFileSync(filesOf(1).sidecar, '{')],
    ['without a run record', () => writeFileSync(filesOf(1).run, '')]
  ])('segments anew a scan %s, and that alone', async (_, damage) => {
    await runAll(engine())
    damage()
    const again = engine()
    expect(states(await runAll(again))).toEqual(['skipped', 'segmented', 'skipped'])
    expect(again.asked).toEqual(['sub-02'])
  })

  it.each<[string, () => Partial<BatchPlan>]>([
    ['--force', () => ({ force: true })],
    [
      'another precision',
      () => ({ inference: { ...plan.inference, precision: 'int16' as const } })
    ],
    ['another model', () => ({ manifest: { ...plan.manifest, weightsSha256: '0'.repeat(64) } })]
  ])('segments all of them anew by %s', async (_, changes) => {
    await runAll(engine())
    const again = engine()
    await runAll(again, changes())
    expect(again.asked.sort()).toEqual(['sub-01', 'sub-02', 'sub-03'])
  })

  it('leaves a mask that was corrected by hand, even by --force', async () => {
    await runAll(engine())
    const { sidecar, mask } = filesOf(0)
    const json = JSON.parse(readFileSync(sidecar, 'utf8')) as {
      Hippospike: { versions: object[] }
    }
    json.Hippospike.versions.push({ ...json.Hippospike.versions[0], version: 2 })
    writeFileSync(sidecar, JSON.stringify(json))
    writeFileSync(mask, 'corrected')
    const outcomes = await runAll(engine(), { force: true })
    expect(states(outcomes)).toEqual(['skipped', 'segmented', 'segmented'])
    expect(outcomes[0]!.warnings[0]).toContain('corrected by hand')
    expect(readFileSync(mask, 'utf8')).toBe('corrected')
  })

  it('tells of a scan that fails, goes on with the others, and tries it again', async () => {
    await runAll(engine())
    write('sub-02/anat/sub-02_T1w.nii.gz', 'broken')
    const problem = new HippospikeError('input', 'no image:\n text')
    const outcomes = await runAll(engine({ 'sub-02': problem }), { force: true })
    expect(states(outcomes)).toEqual(['segmented', 'failed', 'segmented'])
    expect(outcomes[1]!.error).toEqual({ kind: 'input', message: 'no image: text' })
    const { error, mask, sidecar } = filesOf(1)
    expect(JSON.parse(readFileSync(error, 'utf8'))).toMatchObject({
      scan: 'sub-02/anat/sub-02_T1w.nii.gz',
      kind: 'input',
      message: 'no image: text'
    })
    // That of the scan as it was before.
    expect([mask, sidecar].filter(existsSync)).toEqual([])

    expect(states(await runAll(engine()))).toEqual(['skipped', 'segmented', 'skipped'])
    expect(existsSync(error)).toBe(false)
  })

  it('ends where it is cancelled, without an error file, and goes on from there', async () => {
    const abort = new AbortController()
    const world = engine()
    const run = async <Res>(call: JobCall<Res>): Promise<Res> => {
      const result = await world.run(call)
      abort.abort()
      if (world.asked.length > 1) throw new HippospikeError('cancelled', 'cancelled')
      return result
    }
    const failure = await failureOf(() => runAll({ ...world, run }, {}, abort.signal))
    expect(failure.kind).toBe('cancelled')
    expect([0, 1, 2].filter((n) => existsSync(filesOf(n).error))).toEqual([])
    const again = engine()
    await runAll(again)
    expect(again.asked).toContain('sub-03')
    expect(again.asked.length).toBeLessThan(4)
  })
})

describe('ensureOutputDataset', () => {
  it.each([
    ['the dataset itself', () => study],
    ['among its scans', () => join(study, 'sub-01')]
  ])('refuses an output that is %s', async (text, path) => {
    const failure = await failureOf(() => ensureOutputDataset(path(), study))
    expect(failure).toMatchObject({ kind: 'usage' })
    expect(failure.message).toContain(text)
  })

  it("refuses another program's derivatives", async () => {
    const description = { DatasetType: 'derivative', GeneratedBy: [{ Name: 'another' }] }
    write('derivatives/other/dataset_description.json', JSON.stringify(description))
    const path = join(study, 'derivatives', 'other')
    expect(await failureOf(() => ensureOutputDataset(path, study))).toMatchObject({ kind: 'usage' })
  })
})
