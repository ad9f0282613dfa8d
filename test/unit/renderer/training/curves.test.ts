import { describe, expect, it } from 'vitest'
import type { CurvePoint } from '../../../../src/shared/api/training'
import {
  diceCurve,
  lossCurve,
  rateCurves,
  stagesOf
} from '../../../../src/renderer/src/features/training/curves'

const step = (n: number, loss: number): CurvePoint => ({
  stage: 'fine-tuning',
  epoch: 1,
  step: n,
  loss,
  dice: null,
  firingRate: null
})
const validation = (epoch: number, whole: number, rate: number | null = null): CurvePoint => ({
  stage: 'fine-tuning',
  epoch,
  step: epoch * 10,
  loss: null,
  dice: { anterior: null, posterior: null, whole },
  firingRate: rate === null ? null : { 'enc0.conv1': rate }
})

describe('the charts of a run', () => {
  it('smooth the loss over the steps around each', () => {
    const { steps, loss, smooth } = lossCurve(
      [1, 2, 3, 4, 5].map((n) => step(n, n)),
      'fine-tuning'
    )
    expect(steps).toEqual([1, 2, 3, 4, 5])
    expect(loss).toEqual([1, 2, 3, 4, 5])
    // Two on either side, as far as they are there.
    expect(smooth).toEqual([2, 2.5, 3, 3.5, 4])
  })

  it('draw no more than a screen shows, and always the last step', () => {
    const points = Array.from({ length: 4001 }, (_, n) => step(n + 1, 1))
    const { steps } = lossCurve(points, 'fine-tuning')
    expect(steps.length).toBeLessThanOrEqual(1502)
    expect(steps.at(-1)).toBe(4001)
  })

  it('take the later of two validations of an epoch: a resumed run may have both', () => {
    const curve = diceCurve(
      [validation(1, 0.5), validation(0, 0.4), validation(1, 0.6)],
      'fine-tuning'
    )
    expect(curve.epochs).toEqual([0, 1])
    expect(curve.whole).toEqual([0.4, 0.6])
  })

  it('show the firing of each layer where it was counted', () => {
    expect(rateCurves([validation(1, 0.5), validation(2, 0.6, 0.1)], 'fine-tuning')).toEqual({
      epochs: [2],
      layers: [{ name: 'enc0.conv1', rates: [0.1] }]
    })
  })

  it('are of the stages that have points', () => {
    expect(stagesOf([step(1, 1)])).toEqual(['fine-tuning'])
    expect(stagesOf([{ ...step(1, 1), stage: 'ann' }, step(1, 1)])).toEqual(['ann', 'fine-tuning'])
    expect(lossCurve([], 'ann').steps).toEqual([])
  })
})
