import { describe, expect, it } from 'vitest'
import { createRandom, derivedSeed, shuffled } from '../../../../src/core/training/random'

const draws = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw)
const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length

describe('createRandom', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    const [a, b, c] = [1, 1, 2].map((seed) => draws(20, createRandom(seed).uniform))
    expect(a).toEqual(b)
    expect(a).not.toEqual(c)
    expect(new Set(a).size).toBe(20)
  })

  it('goes on from its state as if never interrupted', () => {
    const first = createRandom(5)
    draws(7, first.gaussian)
    const second = createRandom(first.state())
    expect(draws(9, second.gaussian)).toEqual(draws(9, first.gaussian))
  })

  it('is uniform in [0, 1): mean ½, variance 1/12', () => {
    const values = draws(50_000, createRandom(3).uniform)
    expect(Math.min(...values.slice(0, 10_000))).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values.slice(0, 10_000))).toBeLessThan(1)
    // Four standard errors are 0.005.
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(0.005)
    expect(Math.abs(mean(values.map((x) => (x - 0.5) ** 2)) - 1 / 12)).toBeLessThan(0.002)
  })

  it('is standard normal: mean 0, variance 1, kurtosis 3', () => {
    const values = draws(50_000, createRandom(3).gaussian)
    expect(values.every(Number.isFinite)).toBe(true)
    expect(Math.abs(mean(values))).toBeLessThan(0.02)
    expect(Math.abs(mean(values.map((x) => x ** 2)) - 1)).toBeLessThan(0.03)
    expect(Math.abs(mean(values.map((x) => x ** 4)) - 3)).toBeLessThan(0.25)
  })

  it('keeps to its range, its probability and its count', () => {
    const random = createRandom(8)
    const between = draws(5000, () => random.between(-2, 6))
    expect(Math.min(...between)).toBeGreaterThanOrEqual(-2)
    expect(Math.max(...between)).toBeLessThan(6)
    expect(Math.abs(mean(between) - 2)).toBeLessThan(0.15)
    const hits = draws(20_000, () => Number(random.chance(0.3)))
    expect(Math.abs(mean(hits) - 0.3)).toBeLessThan(0.015)
    expect(random.chance(0)).toBe(false)
    expect(random.chance(1)).toBe(true)
    expect([...new Set(draws(500, () => random.index(4)))].sort()).toEqual([0, 1, 2, 3])
  })
})

describe('shuffled', () => {
  it('has every item once, in an order that the seed decides, and leaves the list as it is', () => {
    const items = Array.from({ length: 30 }, (_, i) => i)
    const one = shuffled(items, createRandom(1))
    expect(one).not.toEqual(items)
    expect([...one].sort((a, b) => a - b)).toEqual(items)
    expect(shuffled(items, createRandom(1))).toEqual(one)
    expect(shuffled(items, createRandom(2))).not.toEqual(one)
    expect(items[0]).toBe(0)
  })

  it('puts every item first about equally often', () => {
    const counts = [0, 0, 0, 0]
    const random = createRandom(4)
    for (let n = 0; n < 4000; n++) counts[shuffled([0, 1, 2, 3], random)[0]!]!++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })
})

describe('derivedSeed', () => {
  it('gives every epoch and sample of a run a seed of its own', () => {
    const seeds = new Set<number>()
    for (let epoch = 0; epoch < 60; epoch++) {
      seeds.add(derivedSeed(1, epoch))
      for (let sample = 1; sample <= 200; sample++) seeds.add(derivedSeed(1, epoch, sample))
    }
    // Of 12 060 seeds out of 2³² about 0.02 pairs meet by chance.
    expect(seeds.size).toBe(60 * 201)
  })

  it('gives neighbouring seeds no stream in common', () => {
    const seeds = new Set<number>()
    for (let seed = 0; seed < 100; seed++) {
      for (let epoch = 0; epoch < 100; epoch++) seeds.add(derivedSeed(seed, epoch))
    }
    // Of 10 000 seeds out of 2³² about 0.01 pairs meet by chance.
    expect(seeds.size).toBe(100 * 100)
  })

  it('tells a seed from a step of the path, and a longer path from a shorter', () => {
    const seeds = [
      derivedSeed(0),
      derivedSeed(0, 0),
      derivedSeed(0, 0, 0),
      derivedSeed(1, 2),
      derivedSeed(2, 1)
    ]
    expect(new Set(seeds).size).toBe(seeds.length)
  })

  it('is a 32-bit whole number that does not depend on anything else', () => {
    const seed = derivedSeed(0xffff_ffff, 3, 7)
    expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true)
    expect(derivedSeed(0xffff_ffff, 3, 7)).toBe(seed)
    expect(derivedSeed(0xffff_ffff, 7, 3)).not.toBe(seed)
  })
})
