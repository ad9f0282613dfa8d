/** Energy of a 32-bit multiply-accumulate and of a 32-bit accumulate in 45 nm CMOS (Horowitz 2014, ISSCC). */
export const PICOJOULE_PER_MAC = 4.6
export const PICOJOULE_PER_ACCUMULATE = 0.9

/**
 * The energies behind a ratio, in millijoule: of the ANN, and of the SNN where it was one.
 *
 * @param cost macs: multiply-accumulates of the ANN; energyRatio: ANN ÷ SNN
 */
export function energyMillijoule({
  macs,
  energyRatio
}: {
  macs: number
  energyRatio: number | null
}): { ann: number; snn: number | null } {
  const ann = PICOJOULE_PER_MAC * macs * 1e-9
  return { ann, snn: energyRatio === null ? null : ann / energyRatio }
}
