import { join } from 'node:path'
import { stagesReportSchema, type StagesReport } from '../../shared/api/stages'
import { perStage } from '../../shared/stages'
import { readJson, writeJson } from './json-file'
import { derivedFolder } from './layout'
import { listResults } from './result-record'

/** Beside the results of the case. */
function stagesFile(root: string, caseId: string): string {
  return join(derivedFolder(root, caseId), 'anat', `sub-${caseId}_stages.json`)
}

/**
 * The last look at the stages of a case, without the results that are gone since; null where there was none.
 *
 * @throws HippospikeError (input) where its file is damaged
 */
export async function readStagesReport(root: string, caseId: string): Promise<StagesReport | null> {
  const report = await readJson(stagesFile(root, caseId), stagesReportSchema)
  if (report === null) return null
  const there = new Set((await listResults(root, caseId)).map(({ id }) => id))
  const results = perStage((stage) => {
    const id = report.results[stage]
    return id !== null && there.has(id) ? id : null
  })
  return { ...report, results }
}

export async function writeStagesReport(root: string, report: StagesReport): Promise<void> {
  await writeJson(stagesFile(root, report.caseId), report)
}
