import { describe, expect, it } from 'vitest'
import { meanConfidence } from '../../../../src/core/metrics/confidence'

describe('the confidence of a mask', () => {
  it('is the mean probability of the chosen labels, background left out', () => {
    const labels = Uint8Array.from([0, 1, 2])
    const probabilities = Float32Array.from([1, 0, 0, 0.25, 0.5, 0.25, 0, 0.25, 0.75])
    expect(meanConfidence(labels, probabilities, 3)).toBe(0.625)
  })

  it('is none for an empty mask', () => {
    expect(meanConfidence(new Uint8Array(2), new Float32Array(6), 3)).toBeNull()
  })
})
