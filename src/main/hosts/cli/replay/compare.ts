import { readManifest, readModel } from '../../../workspace/model-folder'
import type { Model } from '../../../../shared/model'
import type { ReplayStage } from './plan'

/** A tensor that is not what it was. */
export interface DifferentTensor {
  name: string
  /** Largest difference of two weights; null where the shapes differ, or one is missing. */
  largest: number | null
}

export interface StageComparison {
  name: string
  out: string
  /** Bit for bit; null where the run has no weights of this stage to compare with. */
  identical: boolean | null
  weightsSha256: { run: string | null; replay: string }
  /** Null where they are identical, or the run's weights are not there any more. */
  different: DifferentTensor[] | null
}

/** Compares the weights of a stage with those of the run. */
export async function compareStage({
  name,
  out,
  original,
  weightsSha256
}: ReplayStage): Promise<StageComparison> {
  const replay = (await readManifest(out)).weightsSha256
  const identical = weightsSha256 === null ? null : replay === weightsSha256
  const before = identical === false ? await readModel(original).catch(() => null) : null
  const isTheRuns = before?.manifest.weightsSha256 === weightsSha256
  return {
    name,
    out,
    identical,
    weightsSha256: { run: weightsSha256, replay },
    different: before && isTheRuns ? differences(before, await readModel(out)) : null
  }
}

function differences({ weights: before }: Model, { weights: after }: Model): DifferentTensor[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].flatMap((name): DifferentTensor[] => {
    const [one, other] = [before.get(name)?.values, after.get(name)?.values]
    if (one?.length !== other?.length) return [{ name, largest: null }]
    const changes = [...one!].flatMap((value, i) =>
      Object.is(value, other![i]) ? [] : [Math.abs(value - other![i]!)]
    )
    return changes.length === 0
      ? []
      : [{ name, largest: changes.reduce((most, change) => Math.max(most, change)) }]
  })
}
