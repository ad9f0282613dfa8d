import { describe, expect, test } from 'vitest'
import { evened } from '../../../../src/core/head/even'
import { createRandom } from '../../../../src/core/training/random'
import type { Volume } from '../../../../src/core/volume/volume'
import type { Triple } from '../../../../src/shared/geometry'

const SIZE: Triple = [40, 40, 80]

/** Voxels of 4 mm; a head of radius 80 mm whose top is at layer 75, of two tissues in blocks, on a neck that reaches down to the first layer. */
function head(
  gain: (i: number, j: number, k: number) => number,
  air: () => number = () => 0
): Volume {
  const [nx, ny, nz] = SIZE
  const voxels = Float32Array.from({ length: nx * ny * nz }, (_, n) => {
    const [i, j, k] = [n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))]
    const inHead = Math.hypot(i - 19.5, j - 19.5, k - 55) < 20
    const inNeck = k < 40 && Math.hypot(i - 19.5, j - 19.5) < 12
    if (!inHead && !inNeck) return air()
    return gain(i, j, k) * (isBright(i, j, k) ? 100 : 60)
  })
  return {
    geometry: {
      size: SIZE,
      spacing: [4, 4, 4],
      origin: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1]
    },
    voxels
  }
}

const isBright = (i: number, j: number, k: number): boolean =>
  (Math.floor(i / 3) + Math.floor(j / 3) + Math.floor(k / 3)) % 2 === 0
const at = (i: number, j: number, k: number): number => i + SIZE[0] * (j + SIZE[1] * k)

describe('an evened head', () => {
  test('keeps its tissues apart where the coil hears one side ten times as loud', () => {
    const { voxels } = evened(head((i) => 10 ** ((i - 20) / 40)))
    const values = (bright: boolean): number[] => {
      const found: number[] = []
      for (let i = 6; i < 34; i++)
        if (isBright(i, 20, 55) === bright) found.push(voxels[at(i, 20, 55)]!)
      return found
    }
    expect(Math.min(...values(true))).toBeGreaterThan(Math.max(...values(false)))
    expect(Math.max(...values(true)) / Math.min(...values(true))).toBeLessThan(1.6)
  })

  test('has neither air nor a neck', () => {
    const random = createRandom(3)
    const { voxels } = evened(
      head(
        () => 1,
        () => 4 * random.uniform()
      )
    )
    expect(voxels[at(1, 1, 60)]).toBe(0)
    expect(voxels[at(20, 20, 55)]).toBeGreaterThan(0.5)
    // 190 mm below the top, whose last layers hold too little to count.
    expect(voxels[at(20, 20, 30)]).toBeGreaterThan(0.5)
    expect(voxels[at(20, 20, 24)]).toBe(0)
  })

  test('of nothing is nothing', () => {
    const empty = head(() => 0)
    expect(evened(empty).voxels.every((value) => value === 0)).toBe(true)
  })
})
