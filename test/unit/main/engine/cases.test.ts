import { describe, expect, it } from 'vitest'
import type { Volume } from '../../../../src/core/volume/volume'
import { nearestAxisOrder } from '../../../../src/core/volume/orientation'
import { scoresToSource } from '../../../../src/core/volume/resample'
import { networkInput } from '../../../../src/main/engine/cases'
import { PREPROCESSING } from '../../../../src/main/engine/training/preprocessing'
import { waves } from '../../../fixtures/cpu-backend'
import { grid } from '../../../fixtures/geometries'

/** What a mirror shows: the same grid, left and right changed. */
function mirrorImage({ geometry, voxels }: Volume): Volume {
  const axis = nearestAxisOrder(geometry.direction).axes[0]
  const stride = geometry.size.slice(0, axis).reduce((product, n) => product * n, 1)
  const last = geometry.size[axis]! - 1
  const place = (n: number): number =>
    n + stride * (last - 2 * (Math.floor(n / stride) % (last + 1)))
  return { geometry, voxels: voxels.map((_, n) => voxels[place(n)]!) }
}

describe('networkInput', () => {
  it.each([
    ['RAS', [1, 1, 1]],
    ['LIA', [1, 1, 1]],
    ['LAS', [1, 1.5, 0.8]]
  ] as const)(
    'shows the network one image of a %s crop of %j mm and its mirror image',
    (codes, spacing) => {
      const geometry = grid({ size: [9, 8, 7], spacing: [...spacing], codes })
      const image = { geometry, voxels: waves(504, 5) }
      const [one, other] = [image, mirrorImage(image)].map((volume) =>
        networkInput(volume, PREPROCESSING)
      )
      expect(other!.input.size).toEqual(one!.input.size)
      one!.input.image.forEach((value, n) => expect(other!.input.image[n]).toBeCloseTo(value, 4))
      // What is found there goes back to mirrored places.
      const [here, there] = [one!, other!].map(({ input, mapping }) => ({
        geometry,
        voxels: scoresToSource(input.image, 1, mapping)
      }))
      mirrorImage(there!).voxels.forEach((value, n) =>
        expect(value).toBeCloseTo(here!.voxels[n]!, 4)
      )
    }
  )
})
