import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventNetwork, EventRun } from '../../../../src/core/event'
import { tryEvent } from '../../../../src/main/engine/probe/event'
import { sixtyFourths, smallModel } from '../../../../src/main/engine/probe/small-model'
import { inferByLoops } from '../../../../src/main/engine/probe/spiking-oracle'
import { firstFailure } from '../../../../src/main/engine/probe/trial'
import { maxDifference } from '../../../fixtures/cpu-backend'
import { channelsLast, fieldOf, snnOracle } from '../../../fixtures/unet-oracle'

/** What is done to the result of a run, so that a kernel that computes wrong can be played. */
const spoiled = vi.hoisted(() => ({ by: (_run: EventRun): void => undefined }))

vi.mock(import('../../../../src/core/event'), async (original) => {
  const core = await original()
  return {
    ...core,
    createEventNetwork: (...args) => {
      const network = core.createEventNetwork(...args)
      const run: EventNetwork['run'] = async (...input) => {
        const result = await network.run(...input)
        spoiled.by(result)
        return result
      }
      return { timesteps: network.timesteps, run, dispose: () => network.dispose() }
    }
  }
})
// Threads have a program of their own, which only the build makes.
vi.mock(import('../../../../src/main/engine/runtimes/event'), async (original) => ({
  ...(await original()),
  defaultThreads: () => 1
}))

beforeEach(() => {
  spoiled.by = () => undefined
})

describe('the probe of the event runtime', () => {
  it('finds the kernel right, and says what it runs on', async () => {
    const trial = await tryEvent()
    expect(trial.info).toMatchObject({ runtime: 'event' })
    expect(trial.checks.map(({ name }) => name)).toEqual([
      'spiking network, binary',
      'spiking network, ternary',
      'spiking network, ternary-memory'
    ])
    expect(firstFailure(trial.checks)).toBeNull()
  })

  it.each<[string, (run: EventRun) => void]>([
    ['a spike too many', ({ logits }) => (logits[17] = logits[17]! + 1 / 64 / 3)],
    ['no number', ({ logits }) => (logits[0] = NaN)],
    ['exchanged classes', ({ logits }) => logits.reverse()]
  ])('finds %s', async (_name, spoil) => {
    spoiled.by = spoil
    expect(firstFailure((await tryEvent()).checks)?.name).toBe('spiking network, binary')
  })
})

describe('the oracle of the probe', () => {
  it.each(['binary', 'ternary', 'ternary-memory'] as const)(
    'agrees with another one, in firing networks: %s',
    (mode) => {
      const [nx, ny, nz] = [4, 8, 6]
      const model = smallModel({ channels: [2, 3], mode, timesteps: 3, bias: 1 / 16 })
      const image = sixtyFourths(nx * ny * nz, 5, 2)
      const get = (name: string): ArrayLike<number> =>
        name.endsWith('.logThreshold') ? [0] : model.weights.get(name)!.values
      const { steps, spikes } = snnOracle(
        fieldOf(image, [nz, ny, nx], 1),
        [2, 3],
        3,
        get,
        () => 1,
        { mode, timesteps: 3, initialPotential: 0.5 }
      )
      const byStep = steps.map(channelsLast)
      const expected = byStep[0]!.map((_, n) => byStep.reduce((sum, step) => sum + step[n]! / 3, 0))
      expect(maxDifference(inferByLoops(model, [nx, ny, nz], image), expected)).toBeLessThan(1e-9)
      const fired = (sign: number): boolean =>
        [...spikes.values()].flat().some(({ values }) => values.includes(sign))
      expect(fired(1)).toBe(true)
      expect(fired(-1)).toBe(mode !== 'binary')
    }
  )
})
