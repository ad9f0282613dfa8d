import { describe, expect, it } from 'vitest'
import { wilcoxonSignedRank } from '../../../../src/core/metrics/wilcoxon'

describe('the signed-rank test', () => {
  it('gives six rises out of six the chance of all heads or all tails: 2 / 2⁶', () => {
    expect(wilcoxonSignedRank([1, 2, 3, 4, 5, 6])).toEqual({ p: 2 / 64, n: 6 })
    expect(wilcoxonSignedRank([-1, -2, -3, -4, -5, -6]).p).toBe(2 / 64)
  })

  it('counts the sets of ranks that add up to no more: of 1 to 8 five do to 3', () => {
    // {}, {1}, {2}, {3}, {1, 2}
    expect(wilcoxonSignedRank([-1, -2, 3, 4, 5, 6, 7, 8]).p).toBe((2 * 5) / 256)
  })

  it('knows the value of the table for n = 10: W = 8 is p = 0.0488', () => {
    // 25 sets of ranks add up to 8 or less (Wilcoxon's own table has 8 at 5%).
    expect(wilcoxonSignedRank([1, 2, 3, 4, 5, 6, 7, -8, 9, 10]).p).toBeCloseTo(50 / 1024, 12)
  })

  it('gives ties the mean of their ranks', () => {
    // |1| three times: rank 2 each; then 4, 5, 6. One of them negative: {} and each of the three make up to 2.
    expect(wilcoxonSignedRank([1, 1, -1, 2, 3, 4]).p).toBe((2 * 4) / 64)
  })

  it('takes what rounding parts for a tie', () => {
    expect(0.3 - 0.2).not.toBe(0.2 - 0.1)
    const differences = [0.3 - 0.2, 0.2 - 0.1, -(0.2 - 0.1), 0.2, 0.3, 0.4]
    expect(wilcoxonSignedRank(differences).p).toBe((2 * 4) / 64)
  })

  it('leaves out what did not change', () => {
    expect(wilcoxonSignedRank([0, 1, 2, 0, 3, 4, 5, 6, 0])).toEqual({ p: 2 / 64, n: 6 })
    expect(wilcoxonSignedRank([0, 0, 0])).toEqual({ p: 1, n: 0 })
    expect(wilcoxonSignedRank([])).toEqual({ p: 1, n: 0 })
  })

  it('is never above 1, and 1 where both directions weigh the same', () => {
    expect(wilcoxonSignedRank([1, 2, -3]).p).toBe(1)
  })

  it('is 2 / 2ⁿ for n rises of any n', () => {
    const rises = Array.from({ length: 60 }, (_, i) => i + 1)
    expect(wilcoxonSignedRank(rises).p).toBeCloseTo(2 / 2 ** 60, 30)
  })
})
