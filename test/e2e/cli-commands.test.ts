import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { doctorReportSchema } from '../../src/shared/doctor'
import { benchResultSchema, evaluateResultSchema, modelResultSchema } from '../../src/shared/jobs'
import { RUNTIMES } from '../../src/shared/runtime'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { TINY_EDGE, writeTinyDataset } from '../fixtures/tiny-dataset'
import { cli, cliJson, errorLine, listing, MODELS_DIR, ROOT, shippedModels } from './cli'

const folder = temporaryFolder()
const SAMPLE = join(ROOT, 'resources', 'sample')
const COMMANDS = [
  ...['segment', 'evaluate', 'train', 'convert', 'finetune', 'pipeline'],
  ...['models', 'bench', 'doctor']
]

describe('help', () => {
  it('lists every command', async () => {
    const { code, stdout, stderr } = await cli(['--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    const listed = [...stdout.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name)
    expect(listed.filter((name) => COMMANDS.includes(name!))).toEqual(COMMANDS)
    expect(stdout).toMatch(/^For research only; not a medical device\.$/m)
  })

  it.each(COMMANDS)('of %s has its options, examples and exit codes', async (command) => {
    const { code, stdout, stderr } = await cli([command, '--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(new RegExp(`^Usage: hippospike ${command}`))
    expect(stdout).toMatch(new RegExp(`^Examples:\n {2}hippospike ${command}`, 'm'))
    expect(stdout).toMatch(/^ {2}--json /m)
    for (const exitCode of [0, 1, 2, 3, 4, 130]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${exitCode} +\\w`, 'm'))
    }
    expect((await cli(['help', command])).stdout).toBe(stdout)
  })
})

describe('--version', () => {
  it('prints the version of the package', async () => {
    const text = readFileSync(join(ROOT, 'package.json'), 'utf8')
    const { version } = JSON.parse(text) as { version: string }
    expect(await cli(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

describe.skipIf(process.platform === 'win32')('a reader that has gone', () => {
  const program = `"${process.execPath}" "${join(ROOT, 'bin', 'hippospike.mjs')}"`

  /** Runs a shell's command line in which $code goes to descriptor 3, and returns what arrived there and what was said. */
  function shell(script: string): { code: number; stderr: string } {
    const { stderr, output } = spawnSync('sh', ['-c', script], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe']
    })
    return { code: Number(output[3]), stderr }
  }

  it('of the output changes no exit code', () => {
    const unread = (args: string) => shell(`{ ${program} ${args}; echo $? >&3; } | true`)
    expect(unread('models --json')).toEqual({ code: 0, stderr: '' })
    const failed = unread('segment none.nii --out never.nii --json')
    expect(failed.code).toBe(3)
    expect(errorLine(failed.stderr)).toMatch(/none\.nii: no such file/)
  })

  it('of the progress does not stop the work', () => {
    const out = folder.file('unwatched.nii.gz')
    const image = join(SAMPLE, 'imagesTr', 'hippocampus_023.nii.gz')
    const args = `segment "${image}" --out "${out}"`
    const { code } = shell(`{ ${program} ${args} 2>&1 >/dev/null; echo $? >&3; } | true`)
    expect(code).toBe(0)
    expect(statSync(out).size).toBeGreaterThan(0)
  })
})

describe.runIf(process.platform === 'linux')('an output on a full disk', () => {
  it('is told, with exit code 4', () => {
    const script = `"${process.execPath}" bin/hippospike.mjs models --json >/dev/full`
    const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: ROOT, encoding: 'utf8' })
    expect(errorLine(stderr)).toMatch(/standard output: cannot be written: the disk is full/)
    expect(status).toBe(4)
  })
})

describe('wrong usage', () => {
  it.each<[string[], RegExp]>([
    [[], /a command is needed; see hippospike --help/],
    [['segmnt'], /unknown command 'segmnt'.*segment/],
    [['models', '--jsn'], /unknown option '--jsn'.*--json/],
    [['segment', 'a.nii'], /required option '--out <mask>'/],
    [['segment', '--out', 'b.nii'], /missing required argument 'image'/],
    [['segment', 'a.nii', 'c.nii', '--out', 'b.nii'], /too many arguments/],
    [['segment', 'a.nii', '--out', 'b.nii', '--timesteps', '0'], /whole number from 1 to 64/],
    [['segment', 'a.nii', '--out', 'b.nii', '--runtime', 'abacus'], /Allowed choices.*wasm/],
    [['segment', '', '--out', 'b.nii'], /image: is empty; give a path/],
    [['segment', 'a.nii', '--out', ''], /a file without a name: masks are NIfTI; give a name/],
    [['evaluate', '--data', 'x', '--split', 'tests'], /Allowed choices.*validation/],
    [['train', '--data', 'x', '--out', 'y', '--timesteps', '4'], /need --direct/],
    [['convert', '--model', 'ann', '--data', 'x', '--out', 'y', '--percentile', '5'], /above 50/]
  ])('%j ends with exit code 2 and one line', async (args, message) => {
    const { code, stdout, stderr } = await cli(args)
    expect(errorLine(stderr)).toMatch(message)
    expect(code).toBe(2)
    expect(stdout).toBe('')
  })

  it('is one JSON document on stdout, with --json', async () => {
    const { code, stdout } = await cli(['evaluate', '--json'])
    expect(code).toBe(2)
    const { error } = JSON.parse(stdout) as { error: { kind: string; message: string } }
    expect(error.kind).toBe('usage')
    expect(error.message).toContain('--data')
  })

  it('is a setting that does not exist, named', async () => {
    const config = folder.write('wrong.json', JSON.stringify({ epoch: 3 }))
    const out = folder.file('never')
    const run = await cli(['train', '--data', SAMPLE, '--out', out, '--config', config])
    expect(errorLine(run.stderr)).toMatch(/epoch/)
    expect(run.code).toBe(2)
    expect(listing(folder.path)).not.toContain('never')
  })
})

describe.each(shippedModels())('evaluate --split all with the model %s', (id) => {
  it('scores both samples, plausibly', async () => {
    const args = ['evaluate', '--data', SAMPLE, '--split', 'all', '--model', id]
    const result = evaluateResultSchema.parse((await cliJson(args)).json)
    expect(result).toMatchObject({ model: id, split: 'all' })
    expect(result.cases.map((scores) => scores.id)).toEqual(['hippocampus_023', 'hippocampus_033'])
    for (const scores of result.cases) {
      for (const name of ['Anterior', 'Posterior', 'Whole'] as const) {
        expect(scores[`dice${name}`]).toBeGreaterThan(0.8)
        expect(scores[`dice${name}`]).toBeLessThan(1)
        expect(scores[`hd95${name}`]).toBeGreaterThan(0)
        expect(scores[`hd95${name}`]).toBeLessThan(4)
      }
    }
    const [one, other] = result.cases
    expect(result.mean.diceWhole).toBeCloseTo((one!.diceWhole + other!.diceWhole) / 2, 9)
    expect(result.macs).toBeGreaterThan(1e8)
    if (id === 'ann') {
      expect(result).toMatchObject({ timesteps: null, meanFiringRate: null, energyRatio: null })
    } else {
      expect(result.timesteps).toBe(4)
      const rates = Object.values(result.firingRate)
      expect(rates.length).toBeGreaterThan(5)
      expect(result.meanFiringRate).toBeGreaterThan(0)
      expect(result.meanFiringRate).toBeLessThan(Math.max(...rates))
      expect(result.meanFiringRate).toBeLessThan(0.2)
      expect(result.energyRatio).toBeGreaterThan(5)
    }
  })
})

describe('models', () => {
  const entry = z.looseObject({
    id: z.string(),
    dir: z.string(),
    timesteps: z.array(z.int()).nullable()
  })
  const document = z.strictObject({ default: z.string(), models: z.array(entry) })

  it('lists all that come with the program, in JSON, the default among them', async () => {
    const { models, default: chosen } = document.parse((await cliJson(['models'])).json)
    expect(models.map(({ id }) => id)).toEqual(shippedModels())
    expect(models.map(({ dir }) => dir)).toEqual(shippedModels().map((id) => join(MODELS_DIR, id)))
    expect(chosen).toBe('snn')
    expect(models.find(({ id }) => id === 'ann')?.timesteps).toBeNull()
    expect(models.find(({ id }) => id === 'snn')?.timesteps).toEqual(expect.arrayContaining([2, 4]))
  })

  it('lists them for people', async () => {
    const { code, stdout } = await cli(['models'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^id +stage +spikes +timesteps +name$/m)
    expect(stdout).toMatch(/^snn \(default\) /m)
    expect(stdout).not.toContain('damaged')
  })

  it('are each under 8 MB', () => {
    for (const id of shippedModels()) {
      const dir = join(MODELS_DIR, id)
      const bytes = listing(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)
      expect(bytes, id).toBeLessThan(8e6)
    }
  })
})

describe('pipeline, and what its models are good for', () => {
  const stages = z.strictObject({
    stages: z.array(
      z.strictObject({
        stage: z.string(),
        out: z.string(),
        skipped: z.boolean(),
        result: modelResultSchema.nullable()
      })
    )
  })
  let args: string[]
  let first: z.infer<typeof stages>['stages']
  let out: string

  beforeAll(async () => {
    const data = writeTinyDataset(folder.file('data'), 3, 1).dir
    out = folder.file('models')
    mkdirSync(out)
    const common = { patch: [TINY_EDGE, TINY_EDGE, TINY_EDGE], epochs: 1, averageDecay: 0.5 }
    const config = folder.write(
      'config.json',
      JSON.stringify({ train: { ...common, channels: [2, 4] }, finetune: common })
    )
    args = ['pipeline', '--data', data, '--out', out, '--config', config, '--timesteps', '2']
    first = stages.parse((await cliJson(args)).json).stages
  })

  it('runs the three stages, each into its folder', () => {
    expect(first.map(({ stage, skipped }) => [stage, skipped])).toEqual([
      ['ann', false],
      ['converted', false],
      ['snn', false]
    ])
    expect(first.map(({ result }) => result?.stage)).toEqual(['ann', 'converted', 'fine-tuned'])
    for (const stage of first) expect(listing(stage.out)).toContain('model.json')
  })

  it('has nothing to do a second time', async () => {
    const before = readFileSync(join(out, 'snn', 'weights.bin'))
    const { json, run } = await cliJson(args)
    expect(stages.parse(json).stages.map(({ skipped }) => skipped)).toEqual([true, true, true])
    expect(run.stderr.match(/finished already/g)).toHaveLength(3)
    expect(readFileSync(join(out, 'snn', 'weights.bin')).equals(before)).toBe(true)
  })

  it('does not pass for one with other settings or other data', async () => {
    const before = listing(out)
    const other = await cli([...args, '--timesteps', '4'])
    expect(errorLine(other.stderr)).toMatch(
      /converted: is finished already, but was made with timesteps 2 and not 4; give another/
    )
    expect(other.code).toBe(4)
    const seeded = await cli([...args, '--seed', '9'])
    expect(errorLine(seeded.stderr)).toMatch(/ann: .* was made with seed 1 and not 9; give another/)
    const elsewhere = writeTinyDataset(folder.file('other data'), 4, 1).dir
    const strange = await cli([...args, '--data', elsewhere])
    expect(errorLine(strange.stderr)).toMatch(/ann: .* was made from other data; give another/)
    expect(listing(out)).toEqual(before)
  })

  it('gives a model that bench measures, in JSON', async () => {
    const model = join(out, 'snn')
    const { json } = await cliJson(['bench', '--repeats', '1', '--model', model])
    const result = benchResultSchema.parse(json)
    expect(result).toMatchObject({ timesteps: 2, size: [40, 56, 40] })
    const times = Object.entries(result.milliseconds)
    expect(times.map(([name]) => name).sort()).toEqual([
      'ANN inference',
      'ANN training step',
      'SNN inference, T=2',
      'SNN training step, T=2'
    ])
    for (const [name, ms] of times) expect(ms, name).toBeGreaterThan(0)
    expect(result.peakMemoryBytes).toBeGreaterThan(1e8)
  })

  it('gives an ANN that bench refuses', async () => {
    const { code, stderr } = await cli(['bench', '--model', join(out, 'ann')])
    expect(errorLine(stderr)).toMatch(/model ann is an ANN; give a spiking one/)
    expect(code).toBe(2)
  })
})

describe('doctor', () => {
  it('reports every runtime in JSON: that it works and how fast, or why not and what to do', async () => {
    const report = doctorReportSchema.parse((await cliJson(['doctor'])).json)
    expect(report.candidates.map(({ runtime }) => runtime)).toEqual([...RUNTIMES])
    // This one needs nothing of the machine.
    expect(report.candidates.find(({ runtime }) => runtime === 'wasm')?.available).toBe(true)
    const chosen = report.candidates.find(({ runtime }) => runtime === report.chosen)
    expect(chosen?.available).toBe(true)
  })
})
