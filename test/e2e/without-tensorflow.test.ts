import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { evaluateResultSchema, segmentResultSchema } from '../../src/shared/jobs'
import { dice, rawNifti } from '../fixtures/nifti-read'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { cli, cliJson, errorLine, ROOT } from './cli'

const folder = temporaryFolder()
const SAMPLE = join(ROOT, 'resources', 'sample')
const CASE = 'hippocampus_023.nii.gz'
const image = join(SAMPLE, 'imagesTr', CASE)

/** A segmentation into a file of its own. */
function segment(name: string, ...options: string[]): string[] {
  return ['segment', image, '--out', folder.file(`${name}.nii.gz`), '--model', 'snn', ...options]
}

function expectGoodMask(name: string): void {
  const truth = rawNifti(join(SAMPLE, 'labelsTr', CASE)).voxels
  const mask = rawNifti(folder.file(`${name}.nii.gz`)).voxels
  for (const structure of [1, 2, null]) {
    expect(dice(mask, truth, structure), String(structure)).toBeGreaterThan(0.8)
  }
}

describe('the modules that a command loads', () => {
  /** Has every process and thread of a command write down the packages of its modules as it ends. */
  async function packagesOf(args: readonly string[]): Promise<string[][]> {
    const lists = folder.file(`lists-${Math.random()}`)
    mkdirSync(lists)
    const spy = folder.write(
      'spy.cjs',
      `const Module = require('node:module')
      const { writeFileSync } = require('node:fs')
      const { threadId } = require('node:worker_threads')
      const seen = new Set()
      const resolve = Module._resolveFilename
      // Sees import() of a CommonJS package's own requires; the cache, at the end, sees its entry.
      Module._resolveFilename = function (...args) {
        const file = resolve.apply(this, args)
        seen.add(file)
        return file
      }
      process.on('exit', () => {
        const files = [...seen, ...Object.keys(Module._cache)]
        const names = files.flatMap((file) => /.*node_modules[\\\\/]((?:@[^\\\\/]+[\\\\/])?[^\\\\/]+)/.exec(file)?.[1] ?? [])
        writeFileSync(${JSON.stringify(lists)} + '/' + process.pid + '-' + threadId, JSON.stringify([...new Set(names)]))
      })`
    )
    const run = await cli(args, { env: { NODE_OPTIONS: `--require=${spy}` } })
    expect(run.code, run.stderr).toBe(0)
    return readdirSync(lists).map(
      (name) => JSON.parse(readFileSync(join(lists, name), 'utf8')) as string[]
    )
  }
  const tensorFlow = (packages: string[][]): string[] =>
    packages.flat().filter((name) => name.startsWith('@tensorflow'))

  it('are none of TensorFlow for segment with a spiking model', async () => {
    const packages = await packagesOf(segment('spied'))
    // The command line and its engine.
    expect(packages.length).toBeGreaterThanOrEqual(2)
    expect(tensorFlow(packages)).toEqual([])
    expectGoodMask('spied')
  })

  it('are none of TensorFlow for evaluate with a spiking model', async () => {
    const packages = await packagesOf(['evaluate', '--data', SAMPLE, '--model', 'snn-ternary'])
    expect(packages.length).toBeGreaterThanOrEqual(2)
    expect(tensorFlow(packages)).toEqual([])
  })

  it('are seen where TensorFlow is used', async () => {
    const packages = await packagesOf(segment('dense', '--runtime', 'wasm'))
    expect(tensorFlow(packages)).toContain('@tensorflow/tfjs-core')
    expect(tensorFlow(packages)).toContain('@tensorflow/tfjs-backend-wasm')
  })
})

describe('a program without TensorFlow', () => {
  const root = folder.file('program')

  beforeAll(() => {
    mkdirSync(join(root, 'node_modules'), { recursive: true })
    for (const name of ['bin', 'out', 'package.json']) {
      cpSync(join(ROOT, name), join(root, name), { recursive: true })
    }
    symlinkSync(join(ROOT, 'resources'), join(root, 'resources'), 'dir')
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (name === '@tensorflow' || name.startsWith('.')) continue
      symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name), 'dir')
    }
  })

  it('segments with a spiking model', async () => {
    const run = await cli(segment('alone', '--spikes', folder.file('spikes'), '--json'), { root })
    expect(run.code, run.stderr).toBe(0)
    expect(segmentResultSchema.parse(JSON.parse(run.stdout))).toMatchObject({ runtime: 'event' })
    expectGoodMask('alone')
  })

  it('says what is missing where TensorFlow is needed', async () => {
    const run = await cli(segment('needed', '--runtime', 'wasm'), { root })
    expect(run.code).toBe(2)
    expect(errorLine(run.stderr)).toMatch(/--runtime wasm: .*npm ci/)
  })
})

describe('the event runtime', () => {
  it('is the default of a spiking model, and its mask is the dense one', async () => {
    const { json } = await cliJson(segment('event', '--threads', '1'))
    expect(segmentResultSchema.parse(json)).toMatchObject({
      runtime: 'event',
      timesteps: 4,
      timestepsRun: 4,
      warnings: []
    })
    await cliJson(segment('reference', '--runtime', 'wasm'))
    const [event, dense] = ['event', 'reference'].map(
      (name) => rawNifti(folder.file(`${name}.nii.gz`)).voxels
    )
    // Rounding may tip a neuron that sits on its threshold.
    expect(event!.filter((label, n) => label !== dense![n]).length).toBeLessThanOrEqual(20)
    expect(JSON.parse(readFileSync(folder.file('event.run.json'), 'utf8'))).toMatchObject({
      runtime: { name: 'event' },
      event: { precision: 'float32', threads: 1, earlyExit: null },
      spiking: { timesteps: 4, timestepsRun: 4 }
    })
    expect(JSON.parse(readFileSync(folder.file('reference.run.json'), 'utf8'))).toMatchObject({
      runtime: { name: 'wasm' },
      event: null
    })
  })

  it('stops early where it may, and says so', async () => {
    const { json } = await cliJson(segment('early', '--early-exit', '1', '--timesteps', '8'))
    expect(segmentResultSchema.parse(json)).toMatchObject({ timesteps: 8, timestepsRun: 2 })
  })

  it('writes the membrane potentials of the neurons at the voxels that are asked for', async () => {
    const dir = folder.file('with potentials')
    const voxels = ['17,25,18', '0,0,0']
    const asked = voxels.flatMap((voxel) => ['--potentials', voxel])
    await cliJson(segment('potentials', '--spikes', dir, ...asked))
    const [header, ...lines] = readFileSync(join(dir, 'potentials.csv'), 'utf8').trim().split('\n')
    expect(header).toBe('i,j,k,layer,x,y,z,channel,timestep,potential,spike')
    const rows = lines.map((line) => line.split(','))
    const mask = rawNifti(folder.file('potentials.nii.gz'))
    for (const voxel of voxels) {
      const own = rows.filter((row) => row.slice(0, 3).join(',') === voxel)
      const fired = own.filter((row) => row[3] !== 'output')
      expect(new Set(fired.map((row) => row[3])).size).toBeGreaterThan(5)
      // Up to rounding.
      const decided = fired.filter((row) => Math.abs(Number(row[9]) - 1) > 1e-4)
      expect(decided.length).toBeGreaterThan(fired.length / 2)
      for (const row of decided) expect(row[10], row.join()).toBe(Number(row[9]) > 1 ? '1' : '0')
      // The mask is decided by the sum of the output's currents.
      const sums = own
        .filter((row) => row[3] === 'output' && row[8] === '4')
        .map((row) => Number(row[9]))
      const [i, j, k] = voxel.split(',').map(Number)
      const [nx, ny] = mask.size
      expect(mask.voxels[i! + nx! * (j! + ny! * k!)]).toBe(sums.indexOf(Math.max(...sums)))
    }
  })

  it('counts what it did', async () => {
    const args = ['evaluate', '--data', SAMPLE, '--model', 'snn']
    const event = evaluateResultSchema.parse((await cliJson(args)).json)
    const dense = evaluateResultSchema.parse((await cliJson([...args, '--runtime', 'wasm'])).json)
    expect(event).toMatchObject({ runtime: 'event', timestepsRun: 4 })
    expect(dense).toMatchObject({ runtime: 'wasm', timestepsRun: 4, accumulates: null })
    // Fewer than the operations of the definition: merged through the upsampling, and none in the padding.
    expect(event.accumulates!).toBeLessThan(event.synapticOperations!)
    expect(event.accumulates!).toBeGreaterThan(event.synapticOperations! / 4)
    expect(event.synapticOperations! / dense.synapticOperations!).toBeCloseTo(1, 3)
    expect(event.mean.diceWhole).toBeCloseTo(dense.mean.diceWhole, 3)
  })

  it.each<[string, string[], RegExp]>([
    ['an ANN', ['--model', 'ann', '--runtime', 'event'], /infers spiking models only; model ann/],
    ['an ANN with options of its own', ['--model', 'ann', '--early-exit'], /^.*--early-exit: only/],
    [
      'another runtime with options of its own',
      ['--runtime', 'wasm', '--precision', 'int16'],
      /--precision: only the event runtime/
    ]
  ])('refuses %s', async (name, options, expected) => {
    const out = folder.file(`${name.replaceAll(' ', '-')}.nii.gz`)
    const run = await cli(['segment', image, '--out', out, ...options])
    expect(run.code).toBe(2)
    expect(errorLine(run.stderr)).toMatch(expected)
  })

  it('trains nothing', async () => {
    const run = await cli([
      ...['train', '--data', SAMPLE, '--out', folder.file('trained')],
      ...['--runtime', 'event']
    ])
    expect(run.code).toBe(2)
    expect(errorLine(run.stderr)).toMatch(/--runtime event: event infers spiking models only/)
  })
})
