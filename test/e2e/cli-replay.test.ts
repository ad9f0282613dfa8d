import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { commandRunSchema } from '../../src/shared/command-run'
import { runRecordSchema } from '../../src/shared/training'
import { SITE_PRESETS } from '../../src/shared/training-presets'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { TINY_EDGE, writeTinyDataset } from '../fixtures/tiny-dataset'
import { cli, cliJson } from './cli'

const folder = temporaryFolder()
const patch = [TINY_EDGE, TINY_EDGE, TINY_EDGE]
const out = folder.file('site')
const runFile = join(out, 'run.json')
let data: string
let rehearsal: string

interface Replayed {
  identical: boolean
  stages: {
    name: string
    out: string
    identical: boolean | null
    different: { name: string; largest: number }[] | null
  }[]
  changed: { what: string }[]
}

/** Replays, whatever comes of it. */
async function replay(...args: string[]): Promise<{ code: number | null; replayed: Replayed }> {
  const { code, stdout } = await cli(['replay', ...args, '--json'])
  return { code, replayed: JSON.parse(stdout) as Replayed }
}

/** A folder that a test may spoil, with the run in it. */
function copyOfRun(name: string): string {
  cpSync(out, folder.file(name), { recursive: true })
  return folder.file(name)
}

function editRun(dir: string, change: (run: ReturnType<typeof readRun>) => void): void {
  const run = readRun(join(dir, 'run.json'))
  change(run)
  writeFileSync(join(dir, 'run.json'), JSON.stringify(run))
}

const readRun = (file: string) => commandRunSchema.parse(JSON.parse(readFileSync(file, 'utf8')))

/** All three stages in small, with rehearsal, from an ANN of its own. */
beforeAll(async () => {
  data = writeTinyDataset(folder.file('data'), 3, 1).dir
  rehearsal = writeTinyDataset(folder.file('more'), 5, 3).dir
  const common = { patch, epochs: 1, averageDecay: 0.5 }
  const config = folder.write(
    'config.json',
    JSON.stringify({ train: { ...common, channels: [2, 4] }, finetune: common })
  )
  const args = ['pipeline', '--data', data, '--config', config, '--timesteps', '2']
  await cliJson([...args, '--out', folder.file('parent')])
  const ann = join(folder.file('parent'), 'ann')
  await cliJson([...args, '--out', out, '--from-ann', ann, '--rehearsal', rehearsal, '--seed', '7'])
})

describe('run.json of a pipeline', () => {
  it('holds what makes the models again', () => {
    const run = readRun(runFile)
    expect(run).toMatchObject({
      command: 'pipeline',
      data: { named: data },
      rehearsal: { named: rehearsal }
    })
    expect(run.stages.map(({ name, kind, folder: place }) => [name, kind, place])).toEqual([
      ['ann', 'train', 'ann'],
      ['converted', 'convert', 'converted'],
      ['snn', 'finetune', 'snn']
    ])
    expect(run.stages[0]!.model).toMatchObject({ named: join(folder.file('parent'), 'ann') })
    expect(run.stages[2]).toMatchObject({
      model: { stage: 'converted' },
      teacher: { stage: 'ann' },
      settings: { seed: 7, epochs: 1, loss: 'dice+cross-entropy' }
    })
  })

  it('is replayed to identical weights, wherever the data set has gone', async () => {
    const moved = folder.file('moved')
    renameSync(data, moved)
    try {
      const lost = await cli(['replay', out])
      expect(lost.code).toBe(3)
      expect(lost.stderr).toContain(join(data, 'dataset.json'))
      const { code, stdout } = await cli(['replay', out, '--data', moved])
      expect(code).toBe(0)
      expect(stdout.match(/^(ann|converted|snn): identical, bit for bit/gm)).toHaveLength(3)
    } finally {
      renameSync(moved, data)
    }
    const again = join(`${out}-replay`, 'snn', 'weights.bin')
    expect(readFileSync(again).equals(readFileSync(join(out, 'snn', 'weights.bin')))).toBe(true)
  })

  it('of a fine-tuning alone is replayed too', async () => {
    const tuned = folder.file('tuned')
    const model = join(out, 'snn')
    const config = folder.write('tune.json', JSON.stringify({ patch, averageDecay: 0.5 }))
    await cliJson([
      ...['finetune', '--model', model, '--data', data, '--out', tuned, '--config', config],
      ...['--preset', 'quick', '--epochs', '1']
    ])
    const { settings } = readRun(join(tuned, 'run.json')).stages[0]!
    expect(settings).toMatchObject({ ...SITE_PRESETS.quick.finetune, epochs: 1, averageDecay: 0.5 })
    const { code, replayed } = await replay(join(tuned, 'run.json'), '--out', folder.file('anew'))
    expect(code).toBe(0)
    expect(replayed).toMatchObject({ identical: true, changed: [], stages: [{ name: 'snn' }] })
  })
})

describe('a replay that cannot be the same', () => {
  it('says which stage and tensors differ, and ends with 1', async () => {
    const other = copyOfRun('other-seed')
    editRun(other, ({ stages }) => {
      stages[2]!.settings['seed'] = 8
    })
    const { code, replayed } = await replay(other)
    expect(code).toBe(1)
    expect(replayed.identical).toBe(false)
    expect(replayed.stages.map(({ identical }) => identical)).toEqual([true, true, false])
    const { different } = replayed.stages[2]!
    expect(different!.map(({ name }) => name)).toContain('enc0.conv1.kernel')
    expect(different![0]!.largest).toBeGreaterThan(0)
    const done = await cli(['replay', other])
    expect([done.code, done.stderr]).toEqual([
      4,
      expect.stringContaining('holds a finished replay already') as string
    ])
    const text = await cli(['replay', other, '--out', folder.file('other-again')])
    expect(text.stdout).toMatch(/^snn: differs in \d+ tensors, most in \S+: by /m)
    expect(text.stderr).toContain('the weights are not those of the run')
  })

  it('is refused with other data, another parent, or into the run itself', async () => {
    const other = writeTinyDataset(folder.file('other-data'), 4, 1).dir
    const elsewhere = await cli(['replay', out, '--data', other])
    expect(elsewhere.code).toBe(3)
    expect(elsewhere.stderr).toMatch(/other-data is not the data set of this run: .*--data/)
    const orphan = copyOfRun('orphan')
    editRun(orphan, ({ stages }) => {
      stages[0]!.model = { named: join(out, 'ann'), weightsSha256: '0'.repeat(64) }
    })
    expect((await cli(['replay', orphan])).stderr).toMatch(/is not the model to begin with/)
    const same = await cli(['replay', out, '--out', out])
    expect([same.code, same.stderr]).toEqual([
      2,
      expect.stringContaining("is the run's own folder") as string
    ])
  })

  it.each([
    ['no JSON', '{', /cannot be read as a run/],
    ['a newer version', '{"format":"hippospike-command-run","version":2}', /update Hippospike/],
    ['something else', '{"format":"other","version":1}', /is not a run/]
  ])('is refused for %s', async (_what, text, says) => {
    const { code, stderr } = await cli(['replay', folder.write('odd.json', text)])
    expect(code).toBe(3)
    expect(stderr).toMatch(says)
  })
})

describe('a run of the app', () => {
  it('is replayed from its folder', async () => {
    const run = join(folder.path, 'study', 'derivatives', 'hippospike', 'runs', 'first')
    mkdirSync(run, { recursive: true })
    cpSync(data, join(run, 'data'), { recursive: true })
    const record = runRecordSchema.parse({
      format: 'hippospike-run',
      version: 1,
      program: '0.1.0',
      id: 'first',
      name: 'First',
      createdAt: '2026-11-24T00:00:00Z',
      plan: {
        kind: 'fine-tune',
        model: 'snn',
        timesteps: 2,
        finetune: { patch, epochs: 1, stepsPerEpoch: 2, seed: 3 },
        runtime: null
      },
      cases: [
        {
          id: 'tiny_1',
          caseId: 'c',
          resultId: 'r',
          version: 1,
          side: null,
          mask: 'parts',
          part: 'train'
        }
      ],
      dataSha256: readRun(runFile).data.sha256
    })
    writeFileSync(join(run, 'run.json'), JSON.stringify(record))
    const first = await replay(run)
    expect(first.code).toBe(0)
    expect(first.replayed.stages).toMatchObject([{ name: 'snn', identical: null }])
    // As if the app had made it.
    renameSync(join(`${run}-replay`, 'snn'), join(run, 'snn'))
    rmSync(`${run}-replay`, { recursive: true })
    const second = await replay(run)
    expect(second.code).toBe(0)
    expect(second.replayed).toMatchObject({ identical: true, changed: [] })
  })
})

describe('bad cases', () => {
  it.each([
    [
      'two cases that are one',
      (dir: string) => {
        for (const part of ['imagesTr', 'labelsTr'])
          cpSync(join(dir, part, 'tiny_2.nii.gz'), join(dir, part, 'tiny_3.nii.gz'))
      },
      /cases tiny_2 and tiny_3 are the same/
    ],
    [
      'contradictory labels',
      (dir: string) =>
        cpSync(join(dir, 'imagesTr', 'tiny_2.nii.gz'), join(dir, 'imagesTr', 'tiny_3.nii.gz')),
      /cases tiny_2 and tiny_3 contradict each other/
    ],
    [
      'an image without a mask',
      (dir: string) => rmSync(join(dir, 'labelsTr', 'tiny_3.nii.gz')),
      /tiny_3\.nii\.gz: has no label in labelsTr/
    ],
    [
      'a mask without an image',
      (dir: string) => rmSync(join(dir, 'imagesTr', 'tiny_3.nii.gz')),
      /tiny_3\.nii\.gz: is a label without an image/
    ]
  ])('are refused before training: %s', async (what, spoil, says) => {
    const dir = folder.file(what)
    cpSync(data, dir, { recursive: true })
    spoil(dir)
    const target = folder.file(`${what} out`)
    const { code, stderr } = await cli([
      ...['finetune', '--model', join(out, 'snn'), '--data', dir, '--out', target]
    ])
    expect(code).toBe(3)
    expect(stderr).toMatch(says)
    expect(() => readFileSync(join(target, 'model.json'))).toThrow(/ENOENT/)
  })
})
