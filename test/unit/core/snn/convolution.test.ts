import '@tensorflow/tfjs-backend-cpu'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  conv3d,
  conv3dFilterGradient,
  conv3dInputGradient,
  conv3dOfConstant
} from '../../../../src/core/snn/convolution'

type Shape = [number, number, number, number, number]

const wasmPackage = createRequire(import.meta.url).resolve(
  '@tensorflow/tfjs-backend-wasm/package.json'
)
setWasmPaths(join(dirname(wasmPackage), 'wasm-out') + sep)

const CASES: { name: string; x: Shape; w: Shape }[] = [
  { name: '3x3x3', x: [1, 4, 5, 6, 3], w: [3, 3, 3, 3, 2] },
  { name: '3x3x3 with a batch of 3', x: [3, 3, 4, 2, 2], w: [3, 3, 3, 2, 5] },
  { name: '1x1x1', x: [2, 3, 4, 5, 4], w: [1, 1, 1, 4, 3] },
  { name: 'an anisotropic kernel', x: [2, 6, 5, 4, 1], w: [5, 1, 3, 1, 2] },
  { name: 'a volume thinner than its kernel', x: [1, 1, 2, 1, 2], w: [3, 3, 3, 2, 2] }
]

/** Deterministic values of both signs without a common factor. */
function values(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 12.9898 * i) * 1.5)
}

function tensor(shape: Shape, seed: number): tf.Tensor5D {
  return tf.tensor5d(values(sizeOf(shape), seed), shape)
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1)
}

/** Visits every product of the convolution with the flat indices of output, input and filter. */
function eachProduct(
  x: Shape,
  w: Shape,
  visit: (out: number, input: number, filter: number) => void
): void {
  const [batch, depth, height, width, inputs] = x
  const [kd, kh, kw, , outputs] = w
  for (let b = 0; b < batch; b++)
    for (let z = 0; z < depth; z++)
      for (let y = 0; y < height; y++)
        for (let v = 0; v < width; v++)
          for (let dz = 0; dz < kd; dz++)
            for (let dy = 0; dy < kh; dy++)
              for (let dv = 0; dv < kw; dv++) {
                const iz = z + dz - (kd - 1) / 2
                const iy = y + dy - (kh - 1) / 2
                const iv = v + dv - (kw - 1) / 2
                if (iz < 0 || iy < 0 || iv < 0 || iz >= depth || iy >= height || iv >= width) {
                  continue
                }
                for (let i = 0; i < inputs; i++)
                  for (let o = 0; o < outputs; o++) {
                    visit(
                      (((b * depth + z) * height + y) * width + v) * outputs + o,
                      (((b * depth + iz) * height + iy) * width + iv) * inputs + i,
                      (((dz * kh + dy) * kw + dv) * inputs + i) * outputs + o
                    )
                  }
              }
}

function expectClose(actual: tf.Tensor, expected: Float64Array): void {
  expect(sizeOf(actual.shape)).toBe(expected.length)
  const values = actual.dataSync() as Float32Array
  const error = values.reduce((e, v, i) => Math.max(e, Math.abs(v - expected[i]!)), 0)
  const scale = expected.reduce((e, v) => Math.max(e, Math.abs(v)), 1)
  expect(error / scale).toBeLessThan(1e-5)
}

describe.each(['cpu', 'wasm'])('conv3d on %s', (backend) => {
  beforeAll(async () => {
    expect(await tf.setBackend(backend)).toBe(true)
  })

  it.each(CASES)('agrees with plain loops: $name', ({ x, w }) => {
    const outShape: Shape = [x[0], x[1], x[2], x[3], w[4]]
    const [xs, ws, gs] = [
      values(sizeOf(x), 1),
      values(sizeOf(w), 2),
      values(sizeOf(outShape), 3)
    ] as const
    const out = new Float64Array(sizeOf(outShape))
    const inputGradient = new Float64Array(xs.length)
    const filterGradient = new Float64Array(ws.length)
    eachProduct(x, w, (o, i, f) => {
      out[o]! += xs[i]! * ws[f]!
      inputGradient[i]! += gs[o]! * ws[f]!
      filterGradient[f]! += gs[o]! * xs[i]!
    })

    const before = tf.memory().numTensors
    tf.tidy(() => {
      const [tx, tw, tg] = [tensor(x, 1), tensor(w, 2), tensor(outShape, 3)] as const
      const y = conv3d(tx, tw)
      expect(y.shape).toEqual(outShape)
      expectClose(y, out)
      expectClose(conv3dInputGradient(tg, tw, x), inputGradient)
      expectClose(conv3dFilterGradient(tx, tg, w), filterGradient)

      const [dx, dw] = tf.grads((a, b) => conv3d(a as tf.Tensor5D, b as tf.Tensor5D))([tx, tw], tg)
      expect(dx!.shape).toEqual(x)
      expect(dw!.shape).toEqual(w)
      expectClose(dx!, inputGradient)
      expectClose(dw!, filterGradient)
    })
    expect(tf.memory().numTensors).toBe(before)
  })

  it.each(CASES)('has the gradients that finite differences show: $name', ({ x, w }) => {
    tf.tidy(() => {
      const [tx, tw] = [tensor(x, 4), tensor(w, 5)]
      const [dx, dw] = tf.grads((a, b) => conv3d(a as tf.Tensor5D, b as tf.Tensor5D))(
        [tx, tw],
        tensor([x[0], x[1], x[2], x[3], w[4]], 6)
      )
      const weight = values(x[0] * x[1] * x[2] * x[3] * w[4], 6)
      const loss = (a: tf.Tensor5D, b: tf.Tensor5D): number =>
        (conv3d(a, b).dataSync() as Float32Array).reduce((sum, v, i) => sum + v * weight[i]!, 0)
      // The loss is linear in either argument, so a large step is exact and drowns rounding.
      const numeric = (shape: Shape, index: number, f: (moved: tf.Tensor5D) => number): number => {
        const step = new Float32Array(sizeOf(shape))
        step[index] = 1
        return f(tf.tensor5d(step, shape))
      }
      for (const index of [0, 1, Math.floor(sizeOf(x) / 2), sizeOf(x) - 1]) {
        const expected = numeric(x, index, (s) => loss(tf.add(tx, s), tw) - loss(tx, tw))
        expect(dx!.dataSync()[index]).toBeCloseTo(expected, 3)
      }
      for (const index of [0, 1, Math.floor(sizeOf(w) / 2), sizeOf(w) - 1]) {
        const expected = numeric(w, index, (s) => loss(tx, tf.add(tw, s)) - loss(tx, tw))
        expect(dw!.dataSync()[index]).toBeCloseTo(expected, 3)
      }
    })
  })

  it('names what does not fit', () => {
    tf.tidy(() => {
      expect(() => conv3d(tensor([1, 3, 3, 3, 2], 1), tensor([2, 3, 3, 2, 1], 1))).toThrow(/odd/)
      expect(() => conv3d(tensor([1, 3, 3, 3, 2], 1), tensor([3, 3, 3, 1, 1], 1))).toThrow(
        /2 channels.* 1/
      )
    })
  })
})

describe('conv3dOfConstant', () => {
  it('is conv3d, with the same gradient by the filter and none by its input', async () => {
    await tf.setBackend('cpu')
    const x = tf.tensor(values(2 * 3 * 4 * 3, 1), [2, 3, 4, 3, 1]) as tf.Tensor5D
    const w = tf.tensor(values(27 * 4, 2), [3, 3, 3, 1, 4]) as tf.Tensor5D
    const dy = tf.tensor(values(2 * 3 * 4 * 3 * 4, 3), [2, 3, 4, 3, 4]) as tf.Tensor5D
    const one = tf.valueAndGrad((f: tf.Tensor) => conv3dOfConstant(x, f as tf.Tensor5D))(w, dy)
    const other = tf.valueAndGrad((f: tf.Tensor) => conv3d(x, f as tf.Tensor5D))(w, dy)
    expect([...one.value.dataSync()]).toEqual([...other.value.dataSync()])
    expect([...one.grad.dataSync()]).toEqual([...other.grad.dataSync()])
    expect(() => tf.grad((i: tf.Tensor) => conv3dOfConstant(i as tf.Tensor5D, w))(x, dy)).toThrow()
  })
})
