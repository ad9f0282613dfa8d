import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { rawNifti } from '../fixtures/nifti-read'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { TINY_EDGE, writeTinyDataset } from '../fixtures/tiny-dataset'
import { childrenOf, cli, errorLine, gone, listing, ROOT, RunningCli, type CliOptions } from './cli'

const folder = temporaryFolder()
const IMAGE = join(ROOT, 'resources', 'sample', 'imagesTr', 'hippocampus_023.nii.gz')
const running: RunningCli[] = []

function start(args: readonly string[], options: CliOptions = {}): RunningCli {
  const program = new RunningCli(args, options)
  running.push(program)
  return program
}

function newFolder(name: string): string {
  mkdirSync(folder.file(name))
  return folder.file(name)
}

/** The one process that does the computing. */
function engineOf(program: RunningCli): number {
  const children = childrenOf(program.pid)
  expect(children).toHaveLength(1)
  return children[0]!
}

const hidden = (names: readonly string[]): string[] =>
  names.filter((name) => /(^|[/\\])\./.test(name))

// Windows has no signals that a program could answer.
describe.skipIf(process.platform === 'win32')('a command that is stopped', () => {
  afterEach(async () => {
    // Where a test failed half-way, its program would go on.
    for (const program of running.splice(0)) {
      try {
        program.killGroup('SIGKILL')
      } catch {
        // It has ended, as it should.
      }
      await program.ended
    }
  })

  describe('segment', () => {
    /** Everything that can be written, at so many timesteps that there is time to stop it. */
    function segment(out: string, ...options: string[]): string[] {
      return [
        ...['segment', IMAGE, '--out', join(out, 'mask.nii.gz'), '--timesteps', '8'],
        ...['--probabilities', join(out, 'probabilities.nii.gz')],
        ...['--spikes', join(out, 'spikes'), ...options]
      ]
    }

    it.each([
      ['SIGINT', 'segment'],
      ['SIGTERM', 'read'],
      ['SIGHUP', 'write']
    ] as const)(
      'ends on %s at its stage %s with exit code 130, without a file or an engine',
      async (signal, stage) => {
        const out = newFolder(signal)
        const program = start(segment(out))
        await program.untilStage(stage)
        const engine = engineOf(program)
        program.killGroup(signal)
        const { code, stdout, stderr } = await program.ended
        expect(code, stderr).toBe(130)
        expect(errorLine(stderr)).toBe('hippospike: cancelled')
        expect(stdout).toBe('')
        expect(await gone(engine, 0)).toBe(true)
        expect(listing(out)).toEqual([])
      }
    )

    it('ends on SIGTERM during the first probe of the runtimes, without the probe', async () => {
      const out = newFolder('probing')
      const args = ['segment', IMAGE, '--out', join(out, 'mask.nii.gz'), '--model', 'ann']
      // Nothing is known of the runtimes there yet.
      const program = start(args, { env: { XDG_CACHE_HOME: newFolder('cache') } })
      let probes: number[] = []
      await program.until('its engine starts a probe', () => {
        probes = childrenOf(program.pid).flatMap(childrenOf)
        return probes.length > 0
      })
      // To the program alone, so that the probe has to be told.
      program.kill('SIGTERM')
      const { code, stderr } = await program.ended
      expect(code, stderr).toBe(130)
      expect(errorLine(stderr)).toBe('hippospike: cancelled')
      for (const probe of probes) expect(await gone(probe, 1000)).toBe(true)
      expect(listing(out)).toEqual([])
    })

    it('killed while it computes leaves no file, and its engine ends by itself', async () => {
      const out = newFolder('killed-computing')
      const program = start(segment(out))
      await program.untilStage('segment')
      const engine = engineOf(program)
      program.kill('SIGKILL')
      expect((await program.ended).signal).toBe('SIGKILL')
      expect(await gone(engine)).toBe(true)
      expect(listing(out)).toEqual([])
    })

    it('killed while it writes has its engine take back what was written', async () => {
      const out = newFolder('killed-writing')
      const program = start(segment(out))
      await program.until('it writes spikes', () => existsSync(join(out, 'spikes')))
      const engine = engineOf(program)
      program.kill('SIGKILL')
      expect(await gone(engine)).toBe(true)
      expect(listing(out)).toEqual([])
    })

    it('killed with its engine while it writes leaves no mask, and runs again', async () => {
      const out = newFolder('killed-both')
      const program = start(segment(out))
      await program.until('it writes spikes', () => existsSync(join(out, 'spikes')))
      const engine = engineOf(program)
      program.killGroup('SIGKILL')
      await program.ended
      expect(await gone(engine)).toBe(true)
      const left = listing(out)
      expect(left).not.toContain('mask.nii.gz')
      expect(left).not.toContain('mask.run.json')
      // What is there under its own name is whole: a reader takes it.
      for (const name of left.filter((path) => /^spikes.[^.].*\.nii\.gz$/.test(path))) {
        expect(rawNifti(join(out, name)).header.dim[4]).toBe(8)
      }
      const again = await cli(segment(out, '--force'))
      expect(again.code, again.stderr).toBe(0)
      // The default, as none is named here.
      expect(again.stdout).toMatch(/^model +snn on /m)
      expect(rawNifti(join(out, 'mask.nii.gz')).voxels.some((label) => label > 0)).toBe(true)
      expect(hidden(listing(out))).toEqual([])
    })
  })

  describe('train', () => {
    const EPOCHS = 40
    let data: string
    let config: string

    beforeAll(() => {
      data = writeTinyDataset(folder.file('data'), 4, 1).dir
      const patch = [TINY_EDGE, TINY_EDGE, TINY_EDGE]
      const settings = { channels: [4, 8], patch, epochs: EPOCHS, batchSize: 1, validateEvery: 5 }
      config = folder.write('config.json', JSON.stringify(settings))
    })

    const train = (out: string): string[] => [
      ...['train', '--data', data, '--out', out, '--config', config]
    ]

    /** The last epoch that a training has written a point of. */
    function epochOf(out: string): number {
      const path = join(out, 'curves.jsonl')
      const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
      // The last line may be in the writing.
      const whole = lines.slice(0, -1)
      return whole.length === 0 ? 0 : (JSON.parse(whole.at(-1)!) as { epoch: number }).epoch
    }

    it('ends on SIGINT with exit code 130, without a model, half a file or an engine', async () => {
      const out = folder.file('interrupted')
      const program = start([...train(out), '--json'])
      await program.until('its second epoch', () => epochOf(out) >= 2)
      const engine = engineOf(program)
      program.killGroup('SIGINT')
      const { code, stdout, stderr } = await program.ended
      expect(code, stderr).toBe(130)
      expect(errorLine(stderr)).toBe('hippospike: cancelled')
      expect(JSON.parse(stdout)).toEqual({ error: { kind: 'cancelled', message: 'cancelled' } })
      expect(await gone(engine, 0)).toBe(true)
      const left = listing(out)
      expect(left).toEqual(expect.arrayContaining(['checkpoint.bin', 'curves.jsonl']))
      expect(left).not.toContain('model.json')
      expect(left).not.toContain('weights.bin')
      expect(hidden(left)).toEqual([])
    })

    it('killed and given again goes on from its checkpoint, to the weights of an undisturbed run', async () => {
      const whole = join(newFolder('whole'), 'model')
      const undisturbed = await cli(train(whole))
      expect(undisturbed.code, undisturbed.stderr).toBe(0)

      const out = join(newFolder('killed'), 'model')
      const program = start(train(out))
      await program.until('its third epoch', () => epochOf(out) >= 3)
      const engine = engineOf(program)
      program.killGroup('SIGKILL')
      await program.ended
      expect(await gone(engine)).toBe(true)
      expect(existsSync(join(out, 'model.json'))).toBe(false)
      const reached = epochOf(out)
      expect(reached).toBeLessThan(EPOCHS)

      const resumed = await cli(train(out))
      expect(resumed.code, resumed.stderr).toBe(0)
      const after = Number(/resuming after epoch (\d+)/.exec(resumed.stderr)?.[1])
      expect(after).toBeGreaterThanOrEqual(2)
      expect(after).toBeLessThanOrEqual(reached)
      const weights = (dir: string): Buffer => readFileSync(join(dir, 'weights.bin'))
      expect(weights(out).equals(weights(whole))).toBe(true)
      expect(hidden(listing(out))).toEqual([])
    })

    it('does not go on from a damaged checkpoint, and keeps it', async () => {
      const out = folder.file('damaged')
      mkdirSync(out)
      writeFileSync(join(out, 'checkpoint.bin'), 'no checkpoint')
      const { code, stderr } = await cli(train(out))
      expect(code).toBe(4)
      expect(errorLine(stderr)).toMatch(
        /checkpoint\.bin cannot be resumed: it is damaged, and there is none before it; remove it/
      )
      expect(listing(out)).toEqual(['checkpoint.bin'])
    })
  })
})
