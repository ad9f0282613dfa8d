import { describe, expect, it } from 'vitest'
import type { Triple } from '../../../../src/shared/geometry'
import {
  createEventNetwork,
  inThreadCrew,
  planModel,
  traceVoxel,
  type EventPlan,
  type EventPrecision,
  type TracedRun
} from '../../../../src/core/event'
import { UNIT } from '../../../../src/core/event/weights'
import { waves } from '../../../fixtures/cpu-backend'
import { followNet, randomNet, type RandomNet } from '../../../fixtures/event-network'
import type { Field } from '../../../fixtures/unet-oracle'

const MODES = ['binary', 'ternary', 'ternary-memory'] as const

interface Traced {
  plan: EventPlan
  run: TracedRun
  logits: Float32Array
}

/** A run whose spikes were copied, as if they had been on a disk, and whose network is gone. */
async function traced(
  net: RandomNet,
  size: Triple,
  timesteps: number,
  precision: EventPrecision = 'float32'
): Promise<Traced> {
  const voxels = waves(size[0] * size[1] * size[2], 5, 1.5)
  const network = createEventNetwork(net.model, { timesteps, precision }, inThreadCrew())
  const { record, logits } = await network.run({ size, voxels }, { keepSpikes: true })
  const kept = new Map(
    record!.layers.map(({ name }) => {
      const { positive, negative } = record!.bits(name)
      return [name, { positive: positive.slice(), negative: negative && negative.slice() }] as const
    })
  )
  await network.dispose()
  return {
    plan: planModel(net.model, timesteps, precision),
    run: { size, voxels, timesteps, bits: (layer) => kept.get(layer)! },
    logits
  }
}

function voxelsOf([nx, ny, nz]: readonly number[]): Triple[] {
  return Array.from({ length: nx! * ny! * nz! }, (_, n): Triple => [
    n % nx!,
    Math.floor(n / nx!) % ny!,
    Math.floor(n / (nx! * ny!))
  ])
}

function at({ values, size: [nz, ny, nx] }: Field, c: number, [x, y, z]: Triple): number {
  return values[((c * nz + z) * ny + y) * nx + x]!
}

describe('the potentials of a voxel', () => {
  it.each(MODES)('are those of plain loops in every layer: %s', async (mode) => {
    const net = randomNet([16, 32], mode, { granularity: 'channel' })
    const size: Triple = [4, 6, 4]
    const timesteps = 4
    const { plan, run } = await traced(net, size, timesteps)
    const oracle = followNet(net, size, run.voxels, timesteps)
    expect(oracle.margin).toBeGreaterThan(5e-7)
    const taps = plan.layers.flatMap(({ sources }) => sources.map(({ tap }) => tap))
    expect(new Set(taps)).toEqual(new Set(['same', 'pooled', 'upsampled', 'point']))
    let fired = 0
    for (const { name, level } of plan.layers.slice(0, -1)) {
      const potentials = oracle.potentials.get(name)!
      const spikes = oracle.spikes.get(name)!
      for (const voxel of voxelsOf(size.map((n) => n >> level))) {
        const trace = traceVoxel(plan, run, name, voxel)
        for (let t = 0; t < timesteps; t++) {
          for (let c = 0; c < trace.channels; c++) {
            const index = t * trace.channels + c
            const difference = Math.abs(trace.potentials[index]! - at(potentials[t]!, c, voxel))
            if (!(difference < 2e-5)) {
              throw new Error(`${name} ${voxel.join()}, t ${t}, channel ${c}: off by ${difference}`)
            }
            if (trace.spikes[index] !== at(spikes[t]!, c, voxel)) throw new Error(`${name}: spike`)
            fired += Math.abs(trace.spikes[index])
          }
        }
      }
    }
    expect(fired).toBeGreaterThan(100)
  })

  it('of the output layer are its summed currents', async () => {
    const size: Triple = [4, 4, 2]
    const timesteps = 3
    const { plan, run, logits } = await traced(randomNet([16], 'binary'), size, timesteps)
    for (const [n, voxel] of voxelsOf(size).entries()) {
      const { potentials, spikes, channels } = traceVoxel(plan, run, 'output', voxel)
      expect(channels).toBe(3)
      expect(spikes.every((spike) => spike === 0)).toBe(true)
      for (let k = 0; k < 3; k++) {
        const mean = potentials[(timesteps - 1) * 3 + k]! / timesteps
        expect(mean).toBeCloseTo(logits[n * 3 + k]!, 4)
      }
    }
  })

  it.each(MODES)('decide in 16-bit integers as the kernel did: %s', async (mode) => {
    const size: Triple = [6, 4, 4]
    const { plan, run } = await traced(randomNet([16, 32], mode), size, 4, 'int16')
    for (const { name, level, precision } of plan.layers.slice(0, -1)) {
      if (precision === 'float32') continue
      for (const voxel of voxelsOf(size.map((n) => n >> level))) {
        const { potentials, spikes } = traceVoxel(plan, run, name, voxel)
        // Integers, so that a neuron at its threshold is no matter of rounding.
        potentials.forEach((u, i) => {
          if (u >= 1 !== (spikes[i] === 1)) throw new Error(`${name} ${voxel.join()}: ${u}`)
          if (!Number.isInteger(u * UNIT)) throw new Error(`${name}: ${u} is no multiple`)
        })
      }
    }
  })
})

describe('a trace refuses', () => {
  const voxel: Triple = [0, 0, 0]

  it('a layer that is not there', async () => {
    const { plan, run } = await traced(randomNet([16], 'binary'), [2, 2, 2], 1)
    expect(() => traceVoxel(plan, run, 'nowhere', voxel)).toThrow('no layer is called nowhere')
  })

  it.each<Triple>([
    [2, 0, 0],
    [0, -1, 0],
    [0, 0, 0.5]
  ])('the voxel %d, %d, %d', async (...outside) => {
    const { plan, run } = await traced(randomNet([16], 'binary'), [2, 2, 2], 1)
    const { name } = plan.layers[0]!
    expect(() => traceVoxel(plan, run, name, outside)).toThrow(/has 2×2×2 voxels, and none at/)
  })

  it('spikes of another size', async () => {
    const { plan, run } = await traced(randomNet([16], 'binary'), [2, 2, 2], 2)
    const { name } = plan.layers[0]!
    expect(() => traceVoxel(plan, { ...run, timesteps: 1 }, name, voxel)).toThrow(/bytes and not/)
  })
})
