import { describe, expect, it } from 'vitest'
import { OTHER_SCANNER, otherScanner } from '../../../bench/support/other-scanner'
import { mean, standardDeviation } from '../../../src/core/metrics/statistics'

const SIZE = [20, 20, 20] as const
const COUNT = 20 ** 3

/** A ramp along x, from 0 to 190. */
const ramp = (): Float32Array => Float32Array.from({ length: COUNT }, (_, n) => 10 * (n % 20))

describe('otherScanner', () => {
  it('gives the same again for a seed, and another image for another', () => {
    expect(otherScanner(ramp(), SIZE, 1)).toEqual(otherScanner(ramp(), SIZE, 1))
    expect(otherScanner(ramp(), SIZE, 2)).not.toEqual(otherScanner(ramp(), SIZE, 1))
  })

  it('does not depend on the unit of intensities', () => {
    const one = otherScanner(ramp(), SIZE, 5)
    const other = otherScanner(
      ramp().map((value) => 7 * value + 100),
      SIZE,
      5
    )
    expect(Math.max(...one.map((value, n) => Math.abs(value - other[n]!)))).toBeLessThan(0.01)
  })

  it('adds noise of a tenth of the brightest tissue to what is dark', () => {
    // Bright in one corner only: all else is 0, to which the bias field does nothing.
    const image = new Float32Array(COUNT)
    for (let n = 0; n < COUNT; n += 2) if (n % 20 < 4) image[n] = 50
    const seen = otherScanner(image, SIZE, 3)
    const dark = seen.filter((_, n) => n % 20 > 10)
    expect(Math.abs(mean(dark))).toBeLessThan(5)
    expect(standardDeviation(dark) / 1000).toBeCloseTo(OTHER_SCANNER.noise, 2)
  })

  it('takes the third power, and shades from a quarter to seven quarters', () => {
    // Two flat halves, the first of 0.5 of the other's brightness.
    const image = Float32Array.from({ length: COUNT }, (_, n) => (n < COUNT / 2 ? 150 : 200))
    image[0] = 100
    for (let n = 0; n < 100; n++) image[n] = 100
    const seen = otherScanner(image, SIZE, 4)
    const half = mean(seen.subarray(800, COUNT / 2 - 800))
    const full = mean(seen.subarray(COUNT / 2 + 800))
    // 0.5³ against 1, each under its own part of the shading.
    expect(half / full).toBeGreaterThan(0.125 / 4)
    expect(half / full).toBeLessThan(0.125 * 4)
    expect(Math.max(...seen)).toBeGreaterThan(1300)
    expect(Math.max(...seen)).toBeLessThan(2200)
  })
})
