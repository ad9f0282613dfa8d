import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/training/random'
import { runJob } from '../../src/main/jobs/engine-client'
import { JobQueue } from '../../src/main/jobs/queue'
import type { RunJob } from '../../src/main/jobs/segment-case'
import { TrainingRuns } from '../../src/main/jobs/training-run'
import { runFiles } from '../../src/main/workspace/run-files'
import type { TrainingRun } from '../../src/shared/api/training'
import type { TrainingPlan } from '../../src/shared/training'
import { cli } from '../e2e/cli'
import { enginesOf } from '../fixtures/engine-processes'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { TINY_EDGE } from '../fixtures/tiny-dataset'
import { writeTinyResources, writeTinySite } from '../fixtures/tiny-site'

const enginePath = join(import.meta.dirname, '..', '..', 'out', 'main', 'engine.cjs')
const folder = temporaryFolder()
const SEED = 20261128
const MOST_DISTURBANCES = 10
/** Of steps, cases and what else an engine tells, after which it is disturbed. */
const MOST_TOLD = 30
const LATEST_MS = 120
const OVER = ['done', 'paused', 'failed', 'cancelled', 'interrupted']

const patch = [TINY_EDGE, TINY_EDGE, TINY_EDGE]
const common = { patch, epochs: 3, averageDecay: 0.5 }
const train = { ...common, channels: [2, 4], learningRate: 0.02 }
const plan: TrainingPlan = {
  kind: 'scheme',
  model: null,
  timesteps: 2,
  mode: 'binary',
  scale: 0.85,
  train,
  finetune: common,
  runtime: 'wasm'
}

let resources: string
let root: string
let caseIds: string[]
const before = { ...process.env }

beforeAll(async () => {
  // Every few steps a checkpoint, that disturbances fall into their writing too; and the same runtime for whatever is asked for.
  Object.assign(process.env, { HIPPOSPIKE_CHECKPOINT_SECONDS: '0', HIPPOSPIKE_RUNTIME: 'wasm' })
  resources = await writeTinyResources(folder.file('resources'))
  ;({ root, caseIds } = await writeTinySite(folder.file('site'), 5))
})
afterAll(() => {
  killEngines()
  process.env = before
})

function killEngines(): void {
  for (const pid of enginesOf(process.pid)) process.kill(pid, 'SIGKILL')
}

/** A program that was just started. */
function program() {
  const heard = { told: 0 }
  const run: RunJob = ({ onProgress, ...call }) =>
    runJob({
      ...call,
      enginePath,
      onProgress: (progress) => {
        heard.told++
        onProgress?.(progress)
      }
    })
  const jobs = new JobQueue()
  const runs = new TrainingRuns({ jobs, resources, run, onChange: () => undefined })
  return { heard, jobs, runs }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function until(runs: TrainingRuns, id: string, isSo: (run: TrainingRun) => boolean) {
  for (;;) {
    const run = await runs.get(root, id)
    if (isSo(run)) return run
    await sleep(5)
  }
}

describe.skipIf(process.platform !== 'linux')('a run of the whole scheme', () => {
  it('disturbed at any moment ends with the models of an undisturbed pipeline', async () => {
    const random = createRandom(SEED)
    const pick = (most: number): number => Math.floor(most * random.uniform())
    const log: string[] = []
    const first = program()
    const { id } = await first.runs.create(root, { name: 'Disturbed', caseIds, plan, seed: 7 })
    let world = first
    let run = await until(world.runs, id, () => true)
    while (run.state !== 'done' && log.length < MOST_DISTURBANCES) {
      const { heard, jobs, runs } = world
      const told = heard.told + 1 + pick(MOST_TOLD)
      const laterMs = pick(LATEST_MS)
      const how = (['engine killed', 'program closed', 'paused'] as const)[pick(3)]!
      run = await until(runs, id, ({ state }) => heard.told >= told || OVER.includes(state))
      await sleep(laterMs)
      if (run.state !== 'done') {
        log.push(`${how} in ${run.state}: ${run.message}`)
        if (how === 'engine killed') killEngines()
        if (how === 'program closed') await jobs.close()
        if (how === 'paused') await runs.pause(root, id).catch(() => undefined)
      }
      // A kill may fall between two engines, and then disturbs nobody.
      run = await until(
        runs,
        id,
        ({ state }) => OVER.includes(state) || (how === 'engine killed' && heard.told > told + 2)
      )
      if (run.state === 'done') break
      expect([
        'interrupted',
        'paused',
        'preparing',
        'ann',
        'converting',
        'fine-tuning',
        'evaluating'
      ]).toContain(run.state)
      if (!OVER.includes(run.state)) continue
      world = how === 'paused' ? world : program()
      await world.runs.resume(root, id)
    }
    run = await until(world.runs, id, ({ state }) => OVER.includes(state))
    console.info(`seed ${SEED}\n${log.join('\n')}`)
    expect(run.problem).toBeNull()
    expect(run.state).toBe('done')
    expect(log.length).toBeGreaterThan(2)

    // What the command line makes of the same cases, settings and seed, at one go.
    const files = runFiles(root, id)
    const out = folder.file('undisturbed')
    const config = folder.write('config.json', JSON.stringify({ train, finetune: common }))
    const pipeline = await cli([
      ...['pipeline', '--data', files.data, '--out', out, '--config', config, '--seed', '7'],
      ...['--timesteps', '2', '--rehearsal', join(resources, 'rehearsal'), '--runtime', 'wasm']
    ])
    expect(pipeline.code, pipeline.stderr).toBe(0)
    const weights = (dir: string): Buffer => readFileSync(join(dir, 'weights.bin'))
    for (const stage of ['ann', 'converted', 'snn'] as const) {
      expect(
        weights(files[stage]).equals(weights(join(out, stage))),
        `${stage}\n${log.join('\n')}`
      ).toBe(true)
    }
    const steps = (dir: string): number[] =>
      readFileSync(join(dir, 'curves.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { step: number; values: object })
        .filter(({ values }) => 'loss' in values)
        .map(({ step }) => step)
    expect(steps(files.snn)).toEqual(steps(join(out, 'snn')))
    expect(run.verdict!.reference.cases).toHaveLength(3)
    expect(run.verdict!.site!.cases).toHaveLength(1)
  })
})
