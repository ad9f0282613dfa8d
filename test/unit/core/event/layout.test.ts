import { describe, expect, it } from 'vitest'
import { layoutMemory } from '../../../../src/core/event/layout'
import type { EventPlan, PlannedLayer } from '../../../../src/core/event/plan'
import { REACH, type Tap } from '../../../../src/core/event/weights'

function layer(name: string, change: Partial<PlannedLayer>): PlannedLayer {
  return {
    name,
    level: 0,
    kind: 'spiking',
    channels: 16,
    block: 16,
    bias: new Float32Array(16),
    precision: 'float32',
    sources: [],
    imageWeights: null,
    ...change
  }
}

/** Neurons of a row that are done at a time behind this many channels. */
function segmentBehind(tap: Tap, channels: number): number {
  const source = { from: 'first', channels, tap, weights: new Float32Array(0) }
  const plan: EventPlan = {
    mode: 'binary',
    timesteps: 1,
    initialPotential: 0.5,
    classes: 3,
    layers: [layer('first', { kind: 'image', channels }), layer('second', { sources: [source] })]
  }
  const options = { workers: 1, keepSpikes: false, windows: false }
  return layoutMemory(plan, [1024, 2, 2], options).layers[1]!.segment
}

describe('layoutMemory', () => {
  it.each(Object.keys(REACH) as Tap[])('numbers the inputs of a segment in 16 bits: %s', (tap) => {
    for (const channels of [16, 48, 256, 512]) {
      const segment = segmentBehind(tap, channels)
      const columns = tap === 'upsampled' ? segment / 2 + 2 : segment + 2
      expect(segment).toBeGreaterThanOrEqual(1)
      expect(Number.isInteger(columns)).toBe(true)
      expect(columns * REACH[tap].rows * REACH[tap].bits * channels).toBeLessThanOrEqual(2 ** 16)
    }
  })
})
