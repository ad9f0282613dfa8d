import { join } from 'node:path'
import { HippospikeError } from '../../../shared/errors'
import { OutputSet, writeFileAtomic } from '../../workspace/atomic-write'
import { writeJson } from '../../workspace/json-file'
import { assertOutputDataset } from '../output-dataset'
import type { BidsScan } from '../../workspace/bids-scans'
import { sessionChanges } from './change'
import { collect } from './collect'
import { groupPage } from './page'
import { groupDictionary, groupTsv, flagsOf } from './table'

export interface GroupResult {
  table: string
  dictionary: string
  page: string
  masks: number
  flagged: number
  failed: number
  missing: number
}

/**
 * Puts together what the participants have left: a table, its data dictionary, and a page to look at.
 *
 * @param source scans of the source dataset, to tell which are not done yet
 * @throws HippospikeError (input) where there is nothing of a participant, (output) where it cannot be written
 */
export async function summariseGroup(
  outputDir: string,
  source: readonly BidsScan[]
): Promise<GroupResult> {
  await assertOutputDataset(outputDir)
  const collected = await collect(outputDir, source)
  const { segmented, failed, missing } = collected
  if (segmented.length + failed.length === 0) {
    throw new HippospikeError(
      'input',
      `${outputDir}: has nothing of a participant yet; run "hippospike bids … participant" into it first`
    )
  }
  const paths = {
    table: join(outputDir, 'group_hippocampus.tsv'),
    dictionary: join(outputDir, 'group_hippocampus.json'),
    page: join(outputDir, 'group.html')
  }
  const outputs = new OutputSet()
  try {
    await writeFileAtomic(paths.table, groupTsv(segmented), { outputs })
    await writeJson(paths.dictionary, groupDictionary(), { outputs })
    await writeFileAtomic(paths.page, groupPage(collected, sessionChanges(segmented)), { outputs })
    outputs.keep()
  } finally {
    outputs.undo()
  }
  const flagged = segmented.filter((one) => flagsOf(one).length > 0).length
  return {
    ...paths,
    masks: segmented.length,
    flagged,
    failed: failed.length,
    missing: missing.length
  }
}
