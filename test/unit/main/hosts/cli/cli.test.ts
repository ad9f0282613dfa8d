import { existsSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { HippospikeError, type FailureKind } from '../../../../../src/shared/errors'
import type { SegmentRequest } from '../../../../../src/shared/jobs'
import { VERSION } from '../../../../../src/shared/version'
import { writeModel } from '../../../../../src/main/workspace/model-folder'
import { runCli, type CliRun, type CliWorld } from '../../../../fixtures/cli-host'
import { CONVERSION_DEFAULTS } from '../../../../fixtures/conversion'
import { INFERENCE_DEFAULTS } from '../../../../fixtures/inference'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'
import { twoVariants } from '../../../../fixtures/tiny-model'

const folder = temporaryFolder()
const modelsDir = folder.file('models')
const data = 'cases'

const segmentResult = {
  model: 'snn',
  runtime: 'native',
  timesteps: 4,
  timestepsRun: 4,
  out: 'mask.nii.gz',
  volumesMm3: { anterior: 1500.25, posterior: 1400.5, whole: 2900.75 },
  head: null,
  seconds: 0.871,
  confidence: 0.9312,
  meanFiringRate: 0.0765,
  synapticOperations: 1.5e8,
  macs: 9.6e8,
  energyRatio: 5.1,
  warnings: ['the image is dark']
}
const modelResult = (out: string): object => ({
  model: 'm',
  out,
  stage: 'ann',
  seconds: 100,
  runtime: 'native',
  validation: { anterior: 0.9, posterior: 0.88, whole: 0.91 },
  warnings: []
})

/** Runs a command whose job answers with a model written to its `out`. */
function runStage(args: readonly string[], world: CliWorld = {}): Promise<CliRun> {
  return runCli(args, {
    modelsDir,
    job: ({ request }) => modelResult((request as { out: string }).out),
    ...world
  })
}

beforeAll(async () => {
  const { head, tensors } = twoVariants()
  await writeModel(join(modelsDir, 'snn'), { ...head, id: 'snn' }, tensors, 'card')
  await mkdir(join(modelsDir, 'broken'))
})

describe('the command line', () => {
  it('prints its version and its help', async () => {
    expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: `${VERSION}\n` })
    const help = await runCli(['--help'])
    expect(help.code).toBe(0)
    expect(help.stdout).toMatch(/Exit codes:/)
  })

  it.each([
    'segment',
    'evaluate',
    'train',
    'convert',
    'finetune',
    'pipeline',
    'replay',
    'models',
    'bench',
    'doctor'
  ])('helps with %s', async (command) => {
    for (const args of [
      [command, '--help'],
      ['help', command]
    ]) {
      const { code, stdout, stderr } = await runCli(args)
      expect(code).toBe(0)
      expect(stderr).toBe('')
      expect(stdout).toContain(`Usage: hippospike ${command}`)
      expect(stdout).toMatch(/Examples:\n {2}hippospike /)
      expect(stdout).toMatch(/130 {2}cancelled/)
    }
  })

  it.each([
    ['no command', [], /a command is needed/],
    ['an unknown command', ['segmnt'], /unknown command 'segmnt'.*segment/],
    ['an unknown option', ['segment', 'a.nii', '--out', 'b.nii', '--fource'], /unknown option/],
    ['a missing argument', ['segment', '--out', 'b.nii'], /missing required argument/],
    ['a missing option', ['segment', 'a.nii'], /required option '--out <mask>'/],
    ['one argument too many', ['segment', 'a.nii', 'b.nii', '--out', 'c.nii'], /too many/],
    ['timesteps out of range', ['evaluate', '--data', data, '--timesteps', '65'], /from 1 to 64/],
    ['an unknown runtime', ['bench', '--runtime', 'opencl'], /event, cuda, webgpu, native, wasm/],
    ['an unknown precision', ['evaluate', '--data', data, '--precision', 'int8'], /float32, int16/],
    ['a tolerance that is no share', ['evaluate', '--data', data, '--early-exit', '2'], /up to 1/],
    ['no threads', ['evaluate', '--data', data, '--threads', '0'], /from 1 to 64/],
    ['an unknown split', ['evaluate', '--data', data, '--split', 'tests'], /validation/],
    ['a box that is none', ['segment', 'a.nii', '--out', 'b.nii', '--roi', '1,2,3'], /--roi 1,2,3/]
  ])('refuses %s as wrong usage', async (_name, args, expected) => {
    const { code, stdout, stderr, calls } = await runCli(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(expected)
    expect(stderr).toMatch(/^hippospike: [^\n]*\n$/)
    expect(calls).toEqual([])
  })

  it('tells failures as JSON too, where that was asked for', async () => {
    const { stdout, stderr } = await runCli(['segment', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'usage' } })
    expect(stderr).toMatch(/^hippospike: /)
  })

  it.each<[FailureKind, number]>([
    ['internal', 1],
    ['usage', 2],
    ['input', 3],
    ['output', 4],
    ['cancelled', 130]
  ])('ends a job that failed as %s with code %d', async (kind, code) => {
    const args = ['evaluate', '--data', data, '--json']
    const job = (): never => {
      throw new HippospikeError(kind, 'in two\nlines')
    }
    const run = await runCli(args, { modelsDir, job })
    expect(run.code).toBe(code)
    expect(run.stderr).toBe('hippospike: in two lines\n')
    expect(JSON.parse(run.stdout)).toEqual({ error: { kind, message: 'in two lines' } })
  })
})

describe('segment', () => {
  const out = folder.file('mask.nii.gz')

  it('asks for the default model on the best runtime', async () => {
    const run = await runCli(['segment', 'a.nii', '--out', out], {
      modelsDir,
      job: () => segmentResult
    })
    expect(run.code).toBe(0)
    expect(run.calls[0]).toMatchObject({ kind: 'segment', runtime: null })
    expect(run.calls[0]!.request).toEqual({
      image: 'a.nii',
      out,
      model: join(modelsDir, 'snn'),
      ...INFERENCE_DEFAULTS,
      probabilities: null,
      spikes: null,
      potentials: [],
      roi: 'auto',
      side: 'both',
      labels: 'native',
      boxes: null,
      repeatability: false,
      template: '/template',
      repairGeometry: false,
      force: false,
      dicom: { series: null, seg: null, keepIdentity: false }
    })
  })

  it('passes on every option', async () => {
    const probabilities = folder.file('p.nii.gz')
    const { calls } = await runCli(
      [
        ...['segment', 'a.nii', '--out', out, '--model', join(modelsDir, 'snn')],
        ...['--timesteps', '2', '--probabilities', probabilities, '--spikes', 'spikes'],
        ...['--precision', 'int16', '--early-exit', '0.05', '--threads', '1'],
        ...['--potentials', '1,2,3', '--potentials', '0, 0, 4'],
        ...['--roi', '0,0,0,9,9,9', '--repair-geometry', '--force', '--runtime', 'event']
      ],
      { job: () => segmentResult }
    )
    expect(calls[0]!.runtime).toBe('event')
    expect(calls[0]!.request).toMatchObject({
      timesteps: 2,
      precision: 'int16',
      earlyExit: 0.05,
      threads: 1,
      probabilities,
      spikes: 'spikes',
      potentials: [
        [1, 2, 3],
        [0, 0, 4]
      ],
      roi: [0, 0, 0, 9, 9, 9],
      repairGeometry: true,
      force: true
    })
  })

  it('prints volumes and files for people, and warnings on stderr', async () => {
    const { stdout, stderr } = await runCli(['segment', 'a.nii', '--out', out], {
      modelsDir,
      job: (call) => {
        call.onLog?.('warning', 'the image is dark')
        return segmentResult
      }
    })
    expect(stdout).toMatch(/anterior +1500\.3\n/)
    expect(stdout).toMatch(/mask +mask\.nii\.gz\n/)
    expect(stdout).toMatch(/provenance +mask\.run\.json\n/)
    expect(stdout).toMatch(/snn on native, 4 timesteps, mean firing rate 0\.076/)
    expect(stderr).toBe('hippospike: warning: the image is dark\n')
  })

  it('exits early at a tolerance of its own where none is given, and says after how many timesteps', async () => {
    const run = await runCli(['segment', 'a.nii', '--out', out, '--early-exit'], {
      modelsDir,
      job: () => ({ ...segmentResult, runtime: 'event', timestepsRun: 3 })
    })
    const { earlyExit } = run.calls[0]!.request as SegmentRequest
    expect(earlyExit).toBeGreaterThan(0)
    expect(earlyExit).toBeLessThan(0.1)
    expect(run.stdout).toMatch(/snn on event, 3 of 4 timesteps, mean firing rate 0\.076/)
  })

  it('prints one JSON document, and progress on stderr alone', async () => {
    const { stdout, stderr } = await runCli(['segment', 'a.nii', '--out', out, '--json'], {
      modelsDir,
      job: (call) => {
        call.onProgress?.({ stage: 'read', fraction: null, message: 'reading' })
        call.onOutput?.('TensorFlow says hello')
        return segmentResult
      }
    })
    expect(JSON.parse(stdout)).toEqual(segmentResult)
    expect(stderr).toContain('read: reading\n')
    expect(stderr).not.toContain('TensorFlow')
  })

  it('shows no progress with --quiet, and what the engine prints with --verbose', async () => {
    const { stderr } = await runCli(['segment', 'a.nii', '--out', out, '--quiet', '--verbose'], {
      modelsDir,
      job: (call) => {
        call.onProgress?.({ stage: 'read', fraction: null, message: 'reading' })
        call.onOutput?.('TensorFlow says hello')
        return { ...segmentResult, warnings: [] }
      }
    })
    expect(stderr).toBe('TensorFlow says hello\n')
  })

  it.each([
    ['an existing output', ['--out', folder.write('old.nii.gz', 'x')], 4, /give --force/],
    ['a missing folder', ['--out', folder.file('none/mask.nii.gz')], 4, /does not exist/],
    ['a name that is not NIfTI', ['--out', folder.file('mask.png')], 2, /\.nii\.gz/],
    ['one file for two', ['--out', out, '--probabilities', out], 2, /same file/],
    ['an unknown model', ['--out', out, '--model', 'best'], 3, /the models here \(broken, snn\)/],
    ['a folder without a model', ['--out', out, '--model', folder.path], 3, /model\.json/],
    ['a damaged model', ['--out', out, '--model', 'broken'], 3, /model\.json/]
  ])('refuses %s before it starts the engine', async (_name, options, code, expected) => {
    const run = await runCli(['segment', 'a.nii', ...options], { modelsDir })
    expect(run.code).toBe(code)
    expect(run.stderr).toMatch(expected)
    expect(run.calls).toEqual([])
    expect(existsSync(out)).toBe(false)
  })

  it('does not write over its input, whatever is asked', async () => {
    const image = folder.write('only.nii.gz', 'x')
    const run = await runCli(['segment', image, '--out', image, '--force'], { modelsDir })
    expect(run.code).toBe(4)
    expect(run.calls).toEqual([])
  })
})

describe('the stages', () => {
  it('train on settings of a file and of options, which win', async () => {
    const config = folder.write('train.json', '{ "epochs": 9, "seed": 5, "loss": "dice" }')
    const { calls } = await runStage([
      ...['train', '--data', data, '--out', 'o', '--config', config],
      ...['--epochs', '3', '--learning-rate', '1e-3', '--batch-size', '2']
    ])
    expect(calls[0]!.kind).toBe('train')
    expect(calls[0]!.request).toEqual({
      data,
      out: 'o',
      settings: { epochs: 3, seed: 5, loss: 'dice', learningRate: 1e-3, batchSize: 2 }
    })
  })

  it('train a spiking network where that is asked for', async () => {
    const { calls } = await runStage([
      ...['train', '--data', data, '--out', 'o', '--direct'],
      ...['--timesteps', '2', '--spikes', 'ternary']
    ])
    expect(calls[0]!.request).toMatchObject({
      settings: { direct: { timesteps: 2, mode: 'ternary' } }
    })
    const run = await runStage(['train', '--data', data, '--out', 'o', '--timesteps', '2'])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(/--direct/)
  })

  it.each([
    ['a missing file', folder.file('none.json'), /cannot be read/],
    ['what is not JSON', folder.write('bad.json', '{ epochs: 3 }'), /is not JSON/],
    ['what is no record', folder.write('list.json', '[1]'), /not a JSON object/]
  ])('refuse %s as settings', async (_name, config, expected) => {
    const run = await runStage(['train', '--data', data, '--out', 'o', '--config', config])
    expect(run.code).toBe(3)
    expect(run.stderr).toMatch(expected)
    expect(run.calls).toEqual([])
  })

  it('convert with the defaults of the recipe', async () => {
    const { calls } = await runStage(['convert', '--model', 'snn', '--data', data, '--out', 'o'])
    expect(calls[0]!.request).toEqual({
      data,
      out: 'o',
      model: join(modelsDir, 'snn'),
      ...CONVERSION_DEFAULTS
    })
  })

  it('convert as asked', async () => {
    const { calls } = await runStage([
      ...['convert', '--model', 'snn', '--data', data, '--out', 'o', '--timesteps', '2'],
      ...['--spikes', 'ternary-memory', '--method', 'qcfs', '--percentile', '99'],
      ...['--granularity', 'channel', '--scale', '0.6', '--no-output-scaling'],
      ...['--initial-potential', '0']
    ])
    expect(calls[0]!.request).toMatchObject({
      timesteps: 2,
      mode: 'ternary-memory',
      method: 'qcfs',
      percentile: 99,
      granularity: 'channel',
      scale: 0.6,
      outputScaling: false,
      initialPotential: 0
    })
  })

  it('fine-tune, with a teacher or without', async () => {
    const args = ['finetune', '--model', 'snn', '--data', data, '--out', 'o']
    const alone = await runStage(args)
    expect(alone.calls[0]!.request).toMatchObject({ teacher: null, settings: {} })
    const taught = await runStage([...args, '--teacher', 'snn', '--timesteps', '2', '--seed', '0'])
    expect(taught.calls[0]!.request).toMatchObject({
      teacher: join(modelsDir, 'snn'),
      settings: { timesteps: 2, seed: 0 }
    })
  })
})

describe('pipeline', () => {
  const args = (out: string): string[] => ['pipeline', '--data', data, '--out', out, '--json']

  it('runs the three stages in a row', async () => {
    const out = folder.file('fresh')
    const config = folder.write('stages.json', '{ "train": { "epochs": 2 } }')
    const run = await runStage([...args(out), '--config', config, '--seed', '3'])
    expect(run.code).toBe(0)
    expect(run.calls.map(({ kind, request }) => [kind, (request as { out: string }).out])).toEqual([
      ['train', join(out, 'ann')],
      ['convert', join(out, 'converted')],
      ['finetune', join(out, 'snn')]
    ])
    expect(run.calls[0]!.request).toMatchObject({ settings: { epochs: 2, seed: 3 } })
    expect(run.calls[1]!.request).toMatchObject({ model: join(out, 'ann'), timesteps: 4 })
    expect(run.calls[2]!.request).toMatchObject({
      model: join(out, 'converted'),
      teacher: join(out, 'ann'),
      settings: { seed: 3 }
    })
    expect(JSON.parse(run.stdout)).toMatchObject({
      stages: [
        { stage: 'ann', skipped: false, result: { out: join(out, 'ann') } },
        { stage: 'converted', skipped: false },
        { stage: 'snn', skipped: false }
      ]
    })
  })

  it('skips what is finished', async () => {
    const out = folder.file('resumed')
    await cp(join(modelsDir, 'snn'), join(out, 'ann'), { recursive: true })
    const run = await runStage(args(out))
    expect(run.calls.map(({ kind }) => kind)).toEqual(['convert', 'finetune'])
    expect(run.stderr).toMatch(/ann: finished already/)
    expect(JSON.parse(run.stdout)).toMatchObject({
      stages: [{ skipped: true, result: null }, {}, {}]
    })
  })

  it('stops at a stage that fails', async () => {
    const run = await runStage(args(folder.file('failing')), {
      job: ({ kind, request }) => {
        if (kind === 'convert') throw new HippospikeError('input', 'max pooling')
        return modelResult((request as { out: string }).out)
      }
    })
    expect(run.code).toBe(3)
    expect(run.calls).toHaveLength(2)
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { message: 'max pooling' } })
  })

  it('refuses settings of a stage that it does not know', async () => {
    const config = folder.write('stage.json', '{ "tune": {} }')
    const run = await runStage([...args(folder.file('none')), '--config', config])
    expect(run.code).toBe(3)
    expect(run.stderr).toMatch(/tune/)
    expect(run.calls).toEqual([])
  })
})

describe('models', () => {
  it('lists what is there, the damaged too', async () => {
    const { code, stdout } = await runCli(['models'], { modelsDir })
    expect(code).toBe(0)
    expect(stdout).toMatch(/snn \(default\) +fine-tuned +binary +4, 2 +Tiny network/)
    expect(stdout).toMatch(/damaged: .*broken/)
  })

  it('lists it as JSON', async () => {
    const { stdout } = await runCli(['models', '--json'], { modelsDir })
    expect(JSON.parse(stdout)).toMatchObject({
      default: 'snn',
      models: [
        { dir: join(modelsDir, 'broken'), error: expect.stringMatching(/model\.json/) as string },
        { id: 'snn', stage: 'fine-tuned', spikes: 'binary', timesteps: [4, 2], defaultTimesteps: 4 }
      ]
    })
  })

  it('says so where there is none', async () => {
    expect((await runCli(['models'])).stdout).toMatch(/no models in/)
  })
})
