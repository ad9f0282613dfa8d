import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync
} from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { TrainingState } from '../../../../../src/core/training/train'
import { Checkpoints } from '../../../../../src/main/engine/training/checkpoints'
import { waves } from '../../../../fixtures/cpu-backend'
import { failureOf } from '../../../../fixtures/failure'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'

/** What the disk does: called before a file is renamed into its place, and asked whether a new file finds room. */
const disk = vi.hoisted(() => ({ beforeRename: (): void => undefined, isFull: false }))

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  return {
    ...real,
    rename: async (from: string, to: string) => {
      disk.beforeRename()
      await real.rename(from, to)
    },
    open: async (path: string, flags: string): Promise<FileHandle> => {
      const file = await real.open(path, flags)
      if (disk.isFull && flags === 'wx') {
        file.writeFile = () =>
          Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
      }
      return file
    }
  }
})

const folder = temporaryFolder()
const COUNT = 6
let runs = 0

afterEach(() => {
  disk.beforeRename = () => undefined
  disk.isFull = false
  vi.unstubAllEnvs()
})

function state(epochsDone: number, stepsDone = 0): TrainingState {
  const seed = 10 * epochsDone + stepsDone
  return {
    epochsDone,
    stepsDone,
    lossSum: stepsDone,
    values: waves(COUNT, seed),
    average: waves(COUNT, seed + 1),
    adamW: { step: seed, first: waves(COUNT, seed + 2), second: waves(COUNT, seed + 3) },
    best: null
  }
}

const open = (dir: string, fingerprint = 'run-a'): Checkpoints =>
  new Checkpoints(dir, fingerprint, COUNT)

/** A folder with the checkpoints after these states. */
async function folderAfter(...states: TrainingState[]): Promise<string> {
  const dir = folder.file(`run${runs++}`)
  mkdirSync(dir)
  const checkpoints = open(dir)
  for (const each of states) await checkpoints.write(each)
  return dir
}

async function read(dir: string, fingerprint?: string): Promise<[TrainingState | null, string[]]> {
  const warnings: string[] = []
  const found = await open(dir, fingerprint).read((message) => warnings.push(message))
  return [found, warnings]
}

function cut(path: string): void {
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.subarray(0, bytes.length / 2))
}

const newest = (dir: string): string => join(dir, 'checkpoint.bin')
const before = (dir: string): string => join(dir, 'checkpoint.previous.bin')

describe('the checkpoints of a run', () => {
  it('are none at first', async () => {
    expect(await read(await folderAfter())).toEqual([null, []])
  })

  it('give back the newest state', async () => {
    const dir = await folderAfter(state(1), state(1, 2), state(2))
    expect(await read(dir)).toEqual([state(2), []])
    expect(readdirSync(dir).sort()).toEqual(['checkpoint.bin', 'checkpoint.previous.bin'])
  })

  it('give back the one before where the newest is cut short, and say so', async () => {
    const dir = await folderAfter(state(1), state(1, 2), state(2))
    cut(newest(dir))
    const [found, warnings] = await read(dir)
    expect(found).toEqual(state(1, 2))
    expect(warnings).toEqual([
      `${newest(dir)}: it is damaged; going on from the checkpoint before it, after step 2 of epoch 2`
    ])
    // The damaged one is gone, and takes no good one with it when the next is written.
    await open(dir).write(state(2))
    cut(newest(dir))
    expect((await read(dir))[0]).toEqual(state(1, 2))
  })

  it('say what to do where both are damaged, and leave them', async () => {
    const dir = await folderAfter(state(1), state(2))
    cut(newest(dir))
    cut(before(dir))
    const error = await failureOf(() => read(dir))
    expect(error.kind).toBe('output')
    expect(error.message).toBe(
      `${newest(dir)} cannot be resumed: it is damaged; ${before(dir)}, the one before it, neither: it is damaged; ` +
        'remove both to start anew, or choose another folder with --out'
    )
    expect(existsSync(newest(dir)) && existsSync(before(dir))).toBe(true)
  })

  it('say what to do where the only one is damaged', async () => {
    const dir = await folderAfter(state(1))
    cut(newest(dir))
    expect((await failureOf(() => read(dir))).message).toMatch(
      /it is damaged, and there is none before it; remove it to start anew/
    )
  })

  it('of another run are refused, not looked behind, and left', async () => {
    const dir = await folderAfter(state(1), state(2))
    const error = await failureOf(() => read(dir, 'run-b'))
    expect(error.kind).toBe('output')
    expect(error.message).toMatch(/other settings, data or starting weights; remove it/)
    expect(await read(dir)).toEqual([state(2), []])
  })

  it('are whole at every moment of a writing, wherever it is killed', async () => {
    const dir = await folderAfter(state(1), state(2))
    const killed: string[] = []
    disk.beforeRename = () => {
      const copy = folder.file(`killed${runs++}`)
      cpSync(dir, copy, { recursive: true })
      killed.push(copy)
    }
    await open(dir).write(state(3))
    disk.beforeRename = () => undefined
    expect(killed).toHaveLength(2)
    for (const copy of killed) expect(await read(copy)).toEqual([state(2), []])
  })

  it('start anew once both are removed', async () => {
    const dir = await folderAfter(state(1), state(2))
    unlinkSync(newest(dir))
    unlinkSync(before(dir))
    expect(await read(dir)).toEqual([null, []])
  })
})

describe('a full disk', () => {
  it('leaves both checkpoints, and is told with what was to be written and what is free', async () => {
    const dir = await folderAfter(state(1), state(2))
    const checkpoints = open(dir)
    await checkpoints.read(() => undefined)
    disk.isFull = true
    const error = await failureOf(() => checkpoints.write(state(2, 3)))
    expect(error.kind).toBe('output')
    expect(error.message).toMatch(
      /^the checkpoint after step 3 of epoch 3 could not be kept: .*checkpoint\.bin: cannot be written: the disk is full; free some space.*; it takes 0\.0 MB, \d+\.\d MB are free$/
    )
    expect(checkpoints.keptText()).toContain('the checkpoint after epoch 2 is kept')
    expect(await read(dir)).toEqual([state(2), []])
    cut(newest(dir))
    expect((await read(dir))[0]).toEqual(state(1))
    disk.isFull = false
    await checkpoints.write(state(3))
    expect(await read(dir)).toEqual([state(3), []])
  })
})

describe('a checkpoint in the midst of an epoch', () => {
  it('is due once the seconds that were asked for are over', async () => {
    vi.stubEnv('HIPPOSPIKE_CHECKPOINT_SECONDS', '0')
    const often = open(await folderAfter())
    expect(often.isDue()).toBe(true)
    vi.stubEnv('HIPPOSPIKE_CHECKPOINT_SECONDS', '3600')
    expect(open(await folderAfter()).isDue()).toBe(false)
    vi.stubEnv('HIPPOSPIKE_CHECKPOINT_SECONDS', 'often')
    expect(open(await folderAfter()).isDue()).toBe(false)
  })
})
