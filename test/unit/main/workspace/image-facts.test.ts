import { expect, it } from 'vitest'
import { imageFacts } from '../../../../src/main/workspace/image-facts'

function factsOf(values: number[]): ReturnType<typeof imageFacts> {
  const geometry = {
    size: [values.length, 1, 1] as [number, number, number],
    spacing: [2, 1, 0.5] as [number, number, number],
    origin: [0, 0, 0] as [number, number, number],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1]
  }
  return imageFacts({ geometry, voxels: Float32Array.from(values) })
}

it('shows a head from its air to a hundredth below the brightest of its tissue, however much air there is', () => {
  const tissue = Array.from({ length: 400 }, (_, n) => n + 1)
  const head = factsOf([...tissue, ...Array<number>(600).fill(0)])
  // The mean is 80.2; 320 values above it, of which 3 lie above the 99th percentile.
  expect(head.window).toEqual({ low: 0, high: 397 })
  expect(head.range).toEqual([0, 400])
  expect(head.voxelMm3).toBe(1)
  const { high } = factsOf([...tissue, ...Array<number>(9000).fill(0)]).window
  expect(high).toBeGreaterThan(390)
})

it('shows all of an image that is nearly binary', () => {
  const facts = factsOf([...Array<number>(999).fill(5), 7])
  expect(facts.window).toEqual({ low: 5, high: 7 })
})

it('shows one that has values of below and above 0', () => {
  const facts = factsOf(Array.from({ length: 1001 }, (_, n) => n - 500))
  expect(facts.window.low).toBe(-490)
  expect(facts.window.high).toBe(495)
})
