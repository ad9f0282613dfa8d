import { HippospikeError } from '../../shared/errors'
import type { ImportOutcome } from '../../shared/api/cases'
import { importScans } from '../workspace/import-scan'
import { importSample } from '../workspace/sample'
import { readWorkspaceView, writeWorkspaceView } from '../workspace/view-state'
import type { Services } from './services'

/**
 * Imports what the app was started for, and makes it the case that the first window shows. A first workspace is made where there is
 * none.
 *
 * @param what a file, or `sample` for the case that comes with the program
 * @returns id of the case
 * @throws HippospikeError where it cannot be imported
 */
export async function openFirstCase(
  { session, resources }: Pick<Services, 'session' | 'resources'>,
  what: { file: string } | 'sample'
): Promise<string> {
  const state = await session.describe()
  if (state.workspace === null) {
    if (state.problem !== null) throw new HippospikeError('input', state.problem)
    await session.open(state.suggestedPath, true)
  }
  const root = session.writableRoot
  const outcomes: ImportOutcome[] =
    what === 'sample' ? await importSample(root, resources) : await importScans(root, [what.file])
  const outcome = outcomes[0]
  const caseId = outcome?.caseId ?? null
  if (caseId === null) {
    throw new HippospikeError('input', outcome?.problem ?? 'nothing was imported')
  }
  await writeWorkspaceView(root, { ...(await readWorkspaceView(root)), caseId })
  return caseId
}
