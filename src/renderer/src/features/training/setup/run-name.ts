import type { TrainingPlan } from '../../../../../shared/training'

const NAMES: Readonly<Record<TrainingPlan['kind'], string>> = {
  'fine-tune': 'Fine-tuning',
  scheme: 'Whole scheme'
}

/** A name that no run has: `Fine-tuning 1`, or with the next number that is free. */
export function freeName(kind: TrainingPlan['kind'], runs: readonly { name: string }[]): string {
  const taken = new Set(runs.map(({ name }) => name))
  for (let n = 1; ; n++) {
    const name = `${NAMES[kind]} ${String(n)}`
    if (!taken.has(name)) return name
  }
}
