import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { TrainingState } from '../../../../../src/core/training/train'
import {
  checkpointBytes,
  readCheckpoint
} from '../../../../../src/main/engine/training/checkpoint-file'
import { waves } from '../../../../fixtures/cpu-backend'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const COUNT = 5

function state(best: boolean): TrainingState {
  return {
    epochsDone: 3,
    stepsDone: 2,
    lossSum: 1.25,
    values: waves(COUNT, 1),
    average: waves(COUNT, 2),
    adamW: { step: 42, first: waves(COUNT, 3), second: waves(COUNT, 4) },
    best: best
      ? {
          epoch: 2,
          score: 0.5,
          dice: { anterior: 0.25, posterior: 0.5, whole: 0.75 },
          values: waves(COUNT, 5)
        }
      : null
  }
}

function written(name: string, best = true): { path: string; bytes: Buffer } {
  const bytes = checkpointBytes(state(best), 'run-a')
  return { path: folder.write(name, bytes), bytes }
}

describe('a checkpoint', () => {
  it.each([true, false])(
    'gives back the state that was written, best parameters: %s',
    async (best) => {
      const { path } = written('round.bin', best)
      expect(await readCheckpoint(path, 'run-a', COUNT)).toEqual({ state: state(best) })
    }
  )

  it('keeps a state whose parameters are a view into a larger array', async () => {
    const values = Float32Array.of(9, 9, ...waves(COUNT, 1), 9).subarray(2, 2 + COUNT)
    const path = folder.write('view.bin', checkpointBytes({ ...state(true), values }, 'run-a'))
    expect(await readCheckpoint(path, 'run-a', COUNT)).toEqual({ state: state(true) })
  })

  it('is null where there is none', async () => {
    expect(existsSync(folder.file('none.bin'))).toBe(false)
    expect(await readCheckpoint(folder.file('none.bin'), 'run-a', COUNT)).toBeNull()
  })

  it('is refused as damaged wherever it is cut off', async () => {
    const { bytes } = written('cut.bin')
    for (let length = 0; length < bytes.length; length += 7) {
      const path = folder.write('cut.bin', bytes.subarray(0, length))
      expect(await readCheckpoint(path, 'run-a', COUNT), `${length} bytes`).toEqual({
        reason: 'it is damaged',
        damaged: true
      })
    }
  })

  it('is refused as damaged wherever a bit is flipped, in the header too', async () => {
    const { bytes } = written('flipped.bin')
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 1 << (at % 8)
      const path = folder.write('flipped.bin', damaged)
      expect(await readCheckpoint(path, 'run-a', COUNT), `byte ${at}`).toEqual({
        reason: 'it is damaged',
        damaged: true
      })
    }
  })

  it('is refused as another run’s by fingerprint and by number of parameters', async () => {
    const { path } = written('other.bin')
    const reason = 'it belongs to a run with other settings, data or starting weights'
    expect(await readCheckpoint(path, 'run-b', COUNT)).toEqual({ reason, damaged: false })
    expect(await readCheckpoint(path, 'run-a', COUNT + 1)).toEqual({ reason, damaged: false })
  })

  it('is refused as another version’s, whatever that holds', async () => {
    const header = { format: 'hippospike-checkpoint', version: 99, novelty: true }
    const sha256 = createHash('sha256').update(JSON.stringify(header)).digest('hex')
    const text = Buffer.from(JSON.stringify({ ...header, sha256 }))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(text.length)
    const path = folder.write('newer.bin', Buffer.concat([length, text]))
    expect(await readCheckpoint(path, 'run-a', COUNT)).toEqual({
      reason: 'another version of Hippospike wrote it',
      damaged: false
    })
  })

  it('is damaged where it cannot be read', async () => {
    mkdirSync(folder.file('folder.bin'))
    expect(await readCheckpoint(folder.file('folder.bin'), 'run-a', COUNT)).toEqual({
      reason: 'it cannot be read (EISDIR)',
      damaged: true
    })
  })
})
