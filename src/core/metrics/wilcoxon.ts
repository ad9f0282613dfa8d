/** Differences this close are the same but for rounding, and share a rank; those this close to 0 are no difference. */
const SAME = 1e-12

/**
 * Two-sided p of Wilcoxon's signed-rank test (F. Wilcoxon, Biometrics Bulletin 1945, 1:80–83) that paired differences are symmetric around 0.
 *
 * Differences of 0 are left out, as Wilcoxon does; equal ones share the mean of their ranks. The distribution is the exact one, given those
 * ranks: every sign is as likely as the other, so that it holds for small n and with ties alike (what scipy calls `PermutationMethod`; without
 * ties, `method='exact'`).
 *
 * @param differences after less before
 * @returns p and how many differences it rests on; p is 1 where there are none
 */
export function wilcoxonSignedRank(differences: readonly number[]): { p: number; n: number } {
  const changed = differences.filter((difference) => Math.abs(difference) > SAME)
  const ranks = doubledRanks(changed.map(Math.abs))
  const positive = ranks.reduce((sum, rank, i) => sum + (changed[i]! > 0 ? rank : 0), 0)
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const tail = probabilityUpTo(Math.min(positive, total - positive), ranks, total)
  return { p: Math.min(1, 2 * tail), n: changed.length }
}

/** Twice the rank of each size, so that the mean rank of ties is a whole number. */
function doubledRanks(sizes: readonly number[]): number[] {
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[a]! - sizes[b]!)
  const ranks = new Array<number>(sizes.length)
  for (let first = 0; first < order.length;) {
    let end = first + 1
    while (end < order.length && sizes[order[end]!]! - sizes[order[end - 1]!]! <= SAME) end++
    // Ranks first + 1 to end have the mean (first + 1 + end) / 2.
    for (const i of order.slice(first, end)) ranks[i] = first + 1 + end
    first = end
  }
  return ranks
}

/** That the ranks of the positive differences add up to `most` or less, each difference being positive or negative with the same chance. */
function probabilityUpTo(most: number, ranks: readonly number[], total: number): number {
  let chance = new Float64Array(total + 1)
  chance[0] = 1
  for (const rank of ranks) {
    const next = new Float64Array(total + 1)
    for (let sum = 0; sum <= total; sum++) {
      next[sum] = (chance[sum]! + (sum >= rank ? chance[sum - rank]! : 0)) / 2
    }
    chance = next
  }
  return chance.subarray(0, most + 1).reduce((sum, value) => sum + value, 0)
}
