import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { averagePool, nearestUpsample, transformSource } from '../../../../src/core/snn/resolution'
import { maxDifference, useCpuBackend, waves } from '../../../fixtures/cpu-backend'

beforeAll(useCpuBackend)

type Shape = [number, number, number, number, number]
const FINE: Shape = [2, 4, 4, 6, 3]
const COARSE: Shape = [2, 2, 2, 3, 3]

const at = ([, d, h, w, c]: Shape, n: number, z: number, y: number, x: number, i: number): number =>
  (((n * d + z) * h + y) * w + x) * c + i

/** Calls back with the flat index of every fine element and of the coarse one it lies in. */
function eachPair(visit: (fine: number, coarse: number) => void): void {
  for (let n = 0; n < FINE[0]; n++)
    for (let z = 0; z < FINE[1]; z++)
      for (let y = 0; y < FINE[2]; y++)
        for (let x = 0; x < FINE[3]; x++)
          for (let c = 0; c < FINE[4]; c++)
            visit(at(FINE, n, z, y, x, c), at(COARSE, n, z >> 1, y >> 1, x >> 1, c))
}

const fine = (seed: number): tf.Tensor5D => tf.tensor(waves(576, seed), FINE) as tf.Tensor5D
const coarse = (seed: number): tf.Tensor5D => tf.tensor(waves(72, seed), COARSE) as tf.Tensor5D

describe('averagePool', () => {
  it('is the mean of each 2³ block, channel by channel', () => {
    const values = fine(1).dataSync()
    const expected = new Float32Array(72)
    eachPair((from, to) => (expected[to]! += values[from]! / 8))
    const pooled = averagePool(fine(1))
    expect(pooled.shape).toEqual(COARSE)
    expect(maxDifference(pooled.dataSync(), expected)).toBeLessThan(1e-6)
  })

  it('hands an eighth of the gradient to each voxel of the block', () => {
    const gradient = tf.grad((x) => tf.sum(tf.mul(averagePool(x as tf.Tensor5D), coarse(5))))(
      fine(1)
    )
    const upstream = coarse(5).dataSync()
    const expected = new Float32Array(576)
    eachPair((to, from) => (expected[to] = upstream[from]! / 8))
    expect(maxDifference(gradient.dataSync(), expected)).toBeLessThan(1e-6)
  })
})

describe('nearestUpsample', () => {
  it('repeats each voxel in a 2³ block', () => {
    const values = coarse(2).dataSync()
    const expected = new Float32Array(576)
    eachPair((to, from) => (expected[to] = values[from]!))
    const upsampled = nearestUpsample(coarse(2))
    expect(upsampled.shape).toEqual(FINE)
    expect(maxDifference(upsampled.dataSync(), expected)).toBe(0)
  })

  it('sums the gradient over the block', () => {
    const gradient = tf.grad((x) => tf.sum(tf.mul(nearestUpsample(x as tf.Tensor5D), fine(7))))(
      coarse(2)
    )
    const upstream = fine(7).dataSync()
    const expected = new Float32Array(72)
    eachPair((from, to) => (expected[to]! += upstream[from]!))
    expect(gradient.shape).toEqual(COARSE)
    expect(maxDifference(gradient.dataSync(), expected)).toBeLessThan(1e-5)
  })
})

describe('transformSource', () => {
  it('takes the largest of each block where the architecture pools so', () => {
    const values = fine(1).dataSync()
    const expected = new Float32Array(72).fill(-Infinity)
    eachPair((from, to) => (expected[to] = Math.max(expected[to]!, values[from]!)))
    const pooled = transformSource(fine(1), 'pool', 'max')
    expect(maxDifference(pooled.dataSync(), expected)).toBe(0)
  })

  it('pools by the mean unless told otherwise, and leaves "none" as it is', () => {
    const x = fine(1)
    const pooled = transformSource(x, 'pool').dataSync()
    expect(maxDifference(pooled, averagePool(x).dataSync())).toBe(0)
    expect(transformSource(x, 'none')).toBe(x)
    expect(transformSource(x, 'upsample').shape).toEqual([2, 8, 8, 12, 3])
  })
})
