import { beforeAll, describe, expect, it } from 'vitest'
import { energyMillijoule } from '../../../../src/shared/energy'
import type { SpikeMode } from '../../../../src/shared/model'
import {
  countOperations,
  inputMacs,
  networkMacs,
  spikeFanOut,
  type LayerActivity
} from '../../../../src/core/metrics/operations'
import { toTensors } from '../../../../src/core/snn/parameters'
import { snnForward } from '../../../../src/core/snn/unet-snn'
import { useCpuBackend } from '../../../fixtures/cpu-backend'
import { tinySpikingParameters } from '../../../fixtures/tiny-model'
import { tinyArchitecture, tinyImage } from '../../../fixtures/tiny-network'

beforeAll(useCpuBackend)

describe('networkMacs', () => {
  it('is 27·in·out a voxel of a 3³ convolution, in·out of a 1³ one, an eighth as many voxels a level', () => {
    // Level 0, 8 voxels: 27·(1·3 + 3·3) encoder, 27·((3+3)·3 + 3·3) decoder, 3·3 output = 1062.
    // Level 1, 1 voxel: 27·(3·4 + 4·4) encoder, 4·3 reduction = 768.
    expect(networkMacs(tinyArchitecture(), 8)).toBe(8 * 1062 + 768)
  })

  it('is 4 154 572 800 for 16/32/64 at 40×56×40', () => {
    // Level 0, 89 600 voxels: 27·(16 + 256 + 512 + 256) + 48 = 28 128
    // Level 1, 11 200 voxels: 27·(512 + 1024 + 2048 + 1024) + 32·16 = 124 928
    // Level 2,  1 400 voxels: 27·(2048 + 4096) + 64·32 = 167 936
    // 2 520 268 800 + 1 399 193 600 + 235 110 400
    expect(networkMacs(tinyArchitecture({ channels: [16, 32, 64] }), 40 * 56 * 40)).toBe(
      4_154_572_800
    )
  })

  it('counts those on the image once: 27·1·16 a voxel', () => {
    expect(inputMacs(tinyArchitecture({ channels: [16, 32, 64] }), 1000)).toBe(432_000)
  })
})

type Size = [number, number, number]

/** Every spike delivered on its own to every tap of every channel that takes it in; [T, z, y, x, c], channels fastest. */
function deliver(
  spikes: ArrayLike<number>,
  [nz, ny, nx]: Size,
  channels: number,
  receivers: { kernel: number; out: number; copies: number }[]
): number {
  let operations = 0
  const steps = spikes.length / (nz * ny * nx * channels)
  for (let n = 0; n < steps * nz * ny * nx * channels; n++) {
    if (spikes[n] === 0) continue
    for (const { kernel, out, copies } of receivers)
      for (let copy = 0; copy < copies; copy++)
        for (let a = 0; a < kernel; a++)
          for (let b = 0; b < kernel; b++)
            for (let c = 0; c < kernel; c++) for (let o = 0; o < out; o++) operations++
  }
  return operations
}

describe.each(['binary', 'ternary', 'ternary-memory'] satisfies SpikeMode[])(
  'the synaptic operations of %s spikes',
  (mode) => {
    it('are as many as deliveries counted one by one', () => {
      const architecture = tinyArchitecture()
      const image = tinyImage(1, [4, 4, 4])
      const activity: LayerActivity[] = []
      const recorded = new Map<string, ArrayLike<number>>()
      snnForward(architecture, toTensors(tinySpikingParameters(5)), image, {
        neuron: { mode, initialPotential: 0.5, surrogate: 'triangle' },
        timesteps: 3,
        onSpikes: (layer, tensor) => {
          const values = Array.from(tensor.dataSync())
          recorded.set(layer.name, values)
          activity.push({
            layer: layer.name,
            spikes: values.reduce((sum, spike) => sum + Math.abs(spike), 0),
            opportunities: values.length
          })
        }
      })
      const [fine, coarse]: Size[] = [
        [4, 4, 4],
        [2, 2, 2]
      ]
      const to = (
        name: string,
        size: Size,
        channels: number,
        ...receivers: [number, number, number][]
      ): number =>
        deliver(
          recorded.get(name)!,
          size,
          channels,
          receivers.map(([kernel, out, copies]) => ({ kernel, out, copies }))
        )
      const byHand =
        to('enc0.conv1', fine!, 3, [3, 3, 1]) +
        // Into the pooled level (4 channels), where each fine spike is an event of its own, and over the skip (3).
        to('enc0.conv2', fine!, 3, [3, 4, 1], [3, 3, 1]) +
        to('enc1.conv1', coarse!, 4, [3, 4, 1]) +
        to('enc1.conv2', coarse!, 4, [1, 3, 1]) +
        // Upsampled: eight voxels.
        to('dec0.reduce', coarse!, 3, [3, 3, 8]) +
        to('dec0.conv1', fine!, 3, [3, 3, 1]) +
        to('dec0.conv2', fine!, 3, [1, 3, 1])
      expect(
        [...recorded.values()].every((values) => Array.from(values).some((s) => s !== 0))
      ).toBe(true)
      const counted = countOperations(architecture, 64, activity)
      expect(counted.synapticOperations).toBe(byHand)
      // 3 timesteps of 64 voxels (3 channels, 4 layers) and 8 voxels (4, 4 and 3 channels).
      expect(counted.neuronUpdates).toBe(3 * (64 * 3 * 4 + 8 * 11))
    })
  }
)

describe('spikeFanOut', () => {
  it('gives nothing to the output, whose neurons never fire', () => {
    expect([...spikeFanOut(tinyArchitecture()).keys()]).not.toContain('output')
    expect(spikeFanOut(tinyArchitecture()).get('enc0.conv2')).toBe(27 * 4 + 27 * 3)
  })
})

describe('countOperations', () => {
  it('weighs rates by neurons and works out the energy as by hand', () => {
    const architecture = tinyArchitecture({ channels: [2] })
    const counted = countOperations(architecture, 10, [
      { layer: 'enc0.conv1', spikes: 30, opportunities: 100 },
      { layer: 'enc0.conv2', spikes: 5, opportunities: 400 }
    ])
    expect(counted.firingRate).toEqual({ 'enc0.conv1': 0.3, 'enc0.conv2': 0.0125 })
    expect(counted.meanFiringRate).toBeCloseTo(35 / 500, 12)
    // 30 spikes to 27·2 taps, 5 spikes to the 3 classes.
    expect(counted.synapticOperations).toBe(30 * 54 + 5 * 3)
    // 10·(27·1·2 + 27·2·2 + 2·3) MACs; 540 of them on the image.
    expect(counted.macs).toBe(1680)
    expect(counted.energyRatio).toBeCloseTo((4.6 * 1680) / (4.6 * 540 + 0.9 * 1635), 12)
    // Picojoule; 10⁹ of them are a millijoule.
    const { ann, snn } = energyMillijoule(counted)
    expect(ann * 1e9).toBeCloseTo(4.6 * 1680, 9)
    expect(snn! * 1e9).toBeCloseTo(4.6 * 540 + 0.9 * 1635, 9)
    expect(energyMillijoule({ macs: 1680, energyRatio: null }).snn).toBeNull()
  })
})
