import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { EngineDiedError } from '../../../../../src/main/jobs/engine-exit'
import { JobQueue } from '../../../../../src/main/jobs/queue'
import { TrainingRuns } from '../../../../../src/main/jobs/training-run'
import { defaultModel, setDefaultModel } from '../../../../../src/main/workspace/default-model'
import { readModel } from '../../../../../src/main/workspace/model-folder'
import { findModel } from '../../../../../src/main/workspace/model-list'
import { runFiles } from '../../../../../src/main/workspace/run-files'
import { restoreFromTrash } from '../../../../../src/main/workspace/trash'
import type { NewRunRequest, TrainingRun } from '../../../../../src/shared/api/training'
import { HippospikeError } from '../../../../../src/shared/errors'
import type { EvaluateRequest } from '../../../../../src/shared/jobs'
import { failureOf } from '../../../../fixtures/failure'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'
import { writeTinyResources, writeTinySite } from '../../../../fixtures/tiny-site'
import { ScriptedEngine } from './scripted-engine'

const folder = temporaryFolder()
let resources: string
let shipped: string
let root: string
let caseIds: string[]
let count = 0

beforeAll(async () => {
  resources = await writeTinyResources(folder.file('resources'))
  shipped = `${resources}/models`
  ;({ root, caseIds } = await writeTinySite(folder.file('site'), 6))
})

/** A program that was just started, with what it has told of runs. */
function program() {
  const engine = new ScriptedEngine()
  const jobs = new JobQueue()
  const told: TrainingRun[] = []
  const runs = new TrainingRuns({
    jobs,
    resources,
    run: engine.run,
    onChange: (_root, run) => told.push(run)
  })
  const states = (): string[] =>
    told.map(({ state }) => state).filter((state, n, all) => state !== all[n - 1])
  return { engine, jobs, runs, told, states }
}

function request(changes: Partial<NewRunRequest> = {}): NewRunRequest {
  const plan = {
    kind: 'fine-tune',
    model: 'snn',
    timesteps: null,
    finetune: {},
    runtime: null
  } as const
  return { name: `Run ${++count}`, caseIds, plan, seed: 1, ...changes }
}

async function ended(runs: TrainingRuns, id: string): Promise<TrainingRun> {
  for (;;) {
    const run = await runs.get(root, id)
    if (!['queued', 'preparing', 'fine-tuning', 'evaluating'].includes(run.state)) return run
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The model after is better at home, and a little worse abroad. */
const better = ({ split, model }: EvaluateRequest): number => {
  const after = model.endsWith('snn') && model.includes('runs')
  return split === 'test' ? (after ? 0.8 : 0.6) : after ? 0.895 : 0.9
}

async function doneRun(program_ = program()): Promise<TrainingRun> {
  const { engine, runs } = program_
  engine.dice = better
  const { id } = await runs.create(root, request())
  await engine.training()
  engine.succeed()
  return ended(runs, id)
}

describe('a training run', () => {
  it('goes from its place in the queue to a verdict, telling each state', async () => {
    const { engine, runs, told, states } = program()
    engine.dice = better
    const created = await runs.create(root, request({ name: 'Site B', seed: 7 }))
    expect(created).toMatchObject({
      name: 'Site B',
      decision: 'open',
      verdict: null
    })
    await engine.training()
    engine.tell(0.5)
    const [half] = await runs.list(root)
    expect(half!.message).toBe('epoch 1 of 3, step 4 of 10')
    expect(half!.fraction).toBeGreaterThan(0.3)
    expect(half!.secondsLeft).toBeGreaterThan(0)
    engine.succeed()
    const run = await ended(runs, created.id)
    expect(states()).toEqual(['queued', 'preparing', 'fine-tuning', 'evaluating', 'done'])
    expect(run).toMatchObject({ state: 'done', fraction: 1, problem: null })
    expect(run.verdict).toMatchObject({ says: 'better', site: { p: null } })
    expect(engine.asked.filter((kind) => kind === 'evaluate')).toHaveLength(4)
    expect(told.at(-1)).toMatchObject({
      state: 'done',
      verdict: run.verdict,
      secondsLeft: null
    })
    // One seed for every draw.
    expect(run.plan.finetune).toEqual({ seed: 7 })
    const parts = run.cases.map(({ part }) => part).sort()
    expect(parts).toEqual(['test', 'train', 'train', 'train', 'train', 'validation'])
  })

  it('never goes back in its share, whatever a stage tells', async () => {
    const { engine, runs } = program()
    const { id } = await runs.create(root, request())
    await engine.training()
    engine.tell(0.6)
    const { fraction } = await runs.get(root, id)
    engine.tell(0.1)
    expect((await runs.get(root, id)).fraction).toBe(fraction)
    await runs.cancel(root, id)
  })

  it('waits while another is at work, and takes its turn after it', async () => {
    const { engine, runs } = program()
    const first = await runs.create(root, request())
    await engine.training()
    const second = await runs.create(root, request())
    expect((await runs.get(root, second.id)).state).toBe('queued')
    engine.succeed()
    await ended(runs, first.id)
    await engine.training()
    expect((await runs.get(root, second.id)).state).toBe('fine-tuning')
    // One that waits is taken back at once.
    const third = await runs.create(root, request())
    expect((await runs.cancel(root, third.id)).state).toBe('cancelled')
    await runs.cancel(root, second.id)
  })

  it('is paused, goes on after a restart of the program, and is measured once', async () => {
    const { engine, runs, states } = program()
    const { id } = await runs.create(root, request())
    await engine.training()
    const paused = await runs.pause(root, id)
    expect(paused).toMatchObject({ state: 'paused', problem: null })
    expect(states().at(-1)).toBe('paused')

    const again = program()
    again.engine.dice = better
    expect((await again.runs.get(root, id)).state).toBe('paused')
    const [one, other] = await Promise.allSettled([
      again.runs.resume(root, id),
      again.runs.resume(root, id)
    ])
    expect([one!.status, other!.status].sort()).toEqual(['fulfilled', 'rejected'])
    await again.engine.training()
    expect(again.engine.asked).toEqual(['finetune'])
    again.engine.succeed()
    expect((await ended(again.runs, id)).state).toBe('done')
    expect((await failureOf(() => again.runs.resume(root, id))).message).toMatch(
      /is done, so it cannot be resumed/
    )
  })

  it('does not train again what is trained, nor score what is scored', async () => {
    const { engine, runs } = program()
    let scored = 0
    engine.dice = (asked) => {
      if (++scored === 3) throw new HippospikeError('output', 'no space left')
      return better(asked)
    }
    const { id } = await runs.create(root, request())
    await engine.training()
    engine.succeed()
    expect(await ended(runs, id)).toMatchObject({ state: 'failed', problem: 'no space left' })
    const again = program()
    again.engine.dice = better
    await again.runs.resume(root, id)
    expect((await ended(again.runs, id)).state).toBe('done')
    expect(again.engine.asked).toEqual(['evaluate', 'evaluate'])
  })

  it('is interrupted, and says why, where its engine dies', async () => {
    const { engine, runs } = program()
    const { id } = await runs.create(root, request())
    await engine.training()
    engine.break(new EngineDiedError('internal', 'the engine was killed from outside'))
    expect(await ended(runs, id)).toMatchObject({
      state: 'interrupted',
      problem: 'the engine was killed from outside'
    })
  })

  it('is interrupted where the program is closed, one that waits too', async () => {
    const { engine, runs, jobs } = program()
    const first = await runs.create(root, request())
    const second = await runs.create(root, request())
    await engine.training()
    await jobs.close()
    for (const { id } of [first, second]) {
      expect(await program().runs.get(root, id)).toMatchObject({
        state: 'interrupted',
        problem: expect.stringMatching(/Hippospike ended.*resume it/) as string
      })
    }
  })

  it('is interrupted where the program was killed, as whoever looks next finds out', async () => {
    const { engine, runs } = program()
    const { id } = await runs.create(root, request())
    await engine.training()
    // Another program, whose number is not this one's, and which is gone.
    const { state } = runFiles(root, id)
    const status = JSON.parse(readFileSync(state, 'utf8')) as { process: { pid: number } }
    status.process.pid = 2 ** 22 + 1
    const left = JSON.stringify(status)
    await runs.cancel(root, id)
    writeFileSync(state, left)
    const run = await program().runs.get(root, id)
    expect(run).toMatchObject({ state: 'interrupted' })
    expect(JSON.parse(readFileSync(state, 'utf8'))).toMatchObject({ state: 'interrupted' })
  })

  it('tells how it ended where its folder cannot be written, and is resumed once it can', async () => {
    const { engine, runs, told } = program()
    const { id } = await runs.create(root, request())
    await engine.training()
    const { state } = runFiles(root, id)
    const left = readFileSync(state, 'utf8')
    // Nothing takes the place of a folder: as on a full disk, the state cannot be kept.
    rmSync(state)
    mkdirSync(state)
    writeFileSync(`${state}/in-the-way`, '')
    engine.break(new HippospikeError('output', 'the checkpoint could not be kept: ENOSPC'))
    await expect.poll(() => told.at(-1)!.state).toBe('failed')
    rmSync(state, { recursive: true })
    writeFileSync(state, left)
    expect(await runs.get(root, id)).toMatchObject({
      state: 'failed',
      problem: 'the checkpoint could not be kept: ENOSPC'
    })
    await runs.resume(root, id)
    await engine.training()
    engine.succeed()
    expect((await ended(runs, id)).state).toBe('done')
  })

  it('is done in the end, however often windows ask for it meanwhile', async () => {
    const { engine, runs } = program()
    engine.dice = better
    const { id } = await runs.create(root, request())
    await engine.training()
    const open = { asks: true }
    const windows = Array.from({ length: 8 }, async () => {
      while (open.asks) expect((await runs.get(root, id)).state).not.toBe('interrupted')
    })
    engine.succeed()
    await ended(runs, id)
    open.asks = false
    await Promise.all(windows)
    expect((await program().runs.get(root, id)).state).toBe('done')
  })

  it('is refused where its data set was changed', async () => {
    const { engine, runs } = program()
    const { id } = await runs.create(root, request())
    await engine.training()
    await runs.pause(root, id)
    const file = `${runFiles(root, id).data}/imagesTr/tiny1.nii.gz`
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('x')]))
    await runs.resume(root, id)
    expect(await ended(runs, id)).toMatchObject({
      state: 'failed',
      problem: expect.stringMatching(/is not the data that this run began with/) as string
    })
  })
})

describe('what is refused before a run is made', () => {
  const refused = (changes: Partial<NewRunRequest>) =>
    failureOf(() => program().runs.create(root, request(changes)))
  const plan = {
    kind: 'fine-tune',
    model: 'snn',
    timesteps: null,
    finetune: {},
    runtime: null
  } as const

  it.each([
    ['a setting that does not fit', { plan: { ...plan, finetune: { epochs: 0 } } }, /epochs/],
    ['a setting that there is not', { plan: { ...plan, finetune: { speed: 9 } } }, /speed/],
    ['a model that is not there', { plan: { ...plan, model: 'other' } }, /no model other/],
    ['an ANN', { plan: { ...plan, model: 'ann' } }, /is an ANN; choose a spiking model/],
    [
      'a spiking model for the whole scheme',
      {
        plan: {
          kind: 'scheme',
          model: 'snn',
          timesteps: 4,
          mode: 'binary',
          scale: 1,
          train: {},
          finetune: {},
          runtime: null
        }
      },
      /starts from an ANN/
    ]
  ] as [string, Partial<NewRunRequest>, RegExp][])('%s', async (_, changes, says) => {
    expect((await refused(changes)).message).toMatch(says)
  })

  it('too few cases', async () => {
    const { kind, message } = await refused({ caseIds: caseIds.slice(0, 2) })
    expect(kind).toBe('input')
    expect(message).toMatch(/there are 2 usable cases of 2 subjects; at least 3 .* add cases/)
  })

  it('and nothing of it is left', async () => {
    const { runs } = program()
    const before = (await runs.list(root)).map(({ id }) => id)
    await refused({ caseIds: caseIds.slice(0, 2) })
    expect((await runs.list(root)).map(({ id }) => id)).toEqual(before)
  })
})

describe('a verdict', () => {
  it('that is accepted makes a model of the workspace, its default, with a card', async () => {
    const world = program()
    const run = await doneRun(world)
    const accepted = await world.runs.accept(root, run.id)
    expect(accepted).toMatchObject({ decision: 'accepted' })
    const id = accepted.modelId!
    const { dir, summary } = await findModel(id, shipped, root)
    expect(summary).toMatchObject({ name: run.name, origin: 'workspace' })
    expect((await defaultModel(shipped, root)).id).toBe(id)
    const card = readFileSync(`${dir}/README.md`, 'utf8')
    expect(card).toContain('## Verdict')
    expect(card).toContain('| held-out cases of the site | 1 | before | 0.6000 |')
    const { manifest } = await readModel(dir)
    expect(manifest.provenance['run']).toMatchObject({ id: run.id, verdict: 'better' })
    expect((await failureOf(() => world.runs.accept(root, run.id))).message).toMatch(/is accepted/)

    // And back.
    const back = await setDefaultModel(shipped, root, 'snn')
    expect(back.id).toBe('snn')
    expect(back.history[0]!.id).toBe(id)
    expect((await findModel(id, shipped, root)).dir).toBe(dir)
  })

  it('that is discarded leaves everything as it was', async () => {
    const world = program()
    const run = await doneRun(world)
    const before = await defaultModel(shipped, root)
    expect(await world.runs.discard(root, run.id)).toMatchObject({
      decision: 'discarded',
      modelId: null
    })
    expect(await defaultModel(shipped, root)).toEqual(before)
  })

  it('is not decided before it is there', async () => {
    const { engine, runs } = program()
    const { id } = await runs.create(root, request())
    await engine.training()
    expect((await failureOf(() => runs.accept(root, id))).message).toMatch(
      /cannot be accepted or discarded/
    )
    expect((await failureOf(() => runs.remove(root, id))).message).toMatch(
      /pause or cancel it first/
    )
    await runs.cancel(root, id)
  })
})

it('a run that is removed is in the trash, and comes back from it', async () => {
  const world = program()
  const { id } = await doneRun(world)
  const trashId = await world.runs.remove(root, id)
  expect((await world.runs.list(root)).map((run) => run.id)).not.toContain(id)
  await restoreFromTrash(root, trashId)
  expect((await world.runs.get(root, id)).state).toBe('done')
})
