import type { RunCase } from '../../../shared/training'
import { openDataset } from '../../imaging/dataset'
import type { SetSizes } from './pace'

/**
 * How many hippocampi a run works on.
 *
 * @param rehearsal folder of a data set; null for none
 * @param reference folder of a data set
 */
export async function setSizes(
  cases: readonly Pick<RunCase, 'part'>[],
  rehearsal: string | null,
  reference: string
): Promise<SetSizes> {
  const count = (part: RunCase['part']): number => cases.filter((one) => one.part === part).length
  return {
    train: count('train'),
    validation: count('validation'),
    test: count('test'),
    rehearsal: rehearsal === null ? 0 : await casesIn(rehearsal, 'train'),
    reference: await casesIn(reference, null)
  }
}

async function casesIn(dir: string, part: RunCase['part'] | null): Promise<number> {
  const { cases } = await openDataset(dir)
  return cases.filter(({ split }) => part === null || split === part).length
}
