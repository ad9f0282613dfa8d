/** A seeded source of random numbers; its state is one 32-bit integer, so that a checkpoint can carry it. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform: () => number
  /** Uniform in [low, high). */
  between: (low: number, high: number) => number
  /** Standard normal. */
  gaussian: () => number
  /** True with this probability. */
  chance: (probability: number) => boolean
  /** Whole number in [0, count). */
  index: (count: number) => number
  state: () => number
}

/** Tommy Ettinger's mulberry32: 32 bits of state, passes the usual tests, the same on every platform. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    gaussian: () => {
      // Box-Muller without keeping the second number, so that the state is all there is.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
      return radius * Math.cos(2 * Math.PI * uniform())
    },
    chance: (probability) => uniform() < probability,
    index: (count) => Math.floor(uniform() * count),
    state: () => state
  }
}

/** Fisher-Yates; a new array. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.index(i + 1)
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}

/**
 * A seed for one epoch or one purpose, from a run's seed: independent streams that do not depend on how far another got.
 *
 * The seed is mixed before a part of the path joins it, and again after. Without the first, seeds that lie near each other would share
 * streams, and a second run with another seed would not be a second sample.
 */
export function derivedSeed(seed: number, ...path: number[]): number {
  return path.reduce((hash, part) => mixed(hash + part), mixed(seed))
}

/** Austin Appleby's finaliser of MurmurHash3: one to one on 32 bits, and each bit of the input flips every bit of the output half the time. */
function mixed(value: number): number {
  // The finaliser leaves 0 as it is.
  let hash = (value + 0x9e3779b9) >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
