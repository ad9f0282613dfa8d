export interface Schedule {
  learningRate: number
  /** Steps of linear warm-up from 0. */
  warmUpSteps: number
  totalSteps: number
  /** Where the cosine ends, as a fraction of the learning rate. */
  finalFraction: number
}

/** Linear warm-up, then half a cosine down to the final fraction (Loshchilov and Hutter 2017). `step` counts from 0. */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { learningRate, warmUpSteps, totalSteps, finalFraction } = schedule
  if (step < warmUpSteps) return (learningRate * (step + 1)) / warmUpSteps
  const progress = Math.min(1, (step - warmUpSteps) / Math.max(1, totalSteps - warmUpSteps))
  const cosine = 0.5 * (1 + Math.cos(Math.PI * progress))
  return learningRate * (finalFraction + (1 - finalFraction) * cosine)
}
