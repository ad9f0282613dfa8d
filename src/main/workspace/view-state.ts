import {
  caseViewSchema,
  workspaceViewSchema,
  type CaseView,
  type WorkspaceView
} from '../../shared/api/workspace'
import { assertPresent } from './folder'
import { readJsonOrNull, writeJson } from './json-file'
import { caseViewFile, viewFile } from './layout'

const FIRST_VIEW: WorkspaceView = {
  caseId: null,
  layout: 'grid',
  convention: 'radiological',
  panel: 'segment',
  model: null,
  timesteps: null
}

const FIRST_CASE_VIEW: CaseView = {
  window: null,
  crosshair: null,
  resultId: null,
  overlay: { visible: true, opacity: 0.5, outline: false, hiddenLabels: [] },
  panes: null
}

/** How the user left the workspace. A damaged file is no loss: things look as at the first time. */
export async function readWorkspaceView(root: string): Promise<WorkspaceView> {
  await assertPresent(root)
  return (await readJsonOrNull(viewFile(root), workspaceViewSchema)) ?? FIRST_VIEW
}

export async function writeWorkspaceView(root: string, view: WorkspaceView): Promise<void> {
  await assertPresent(root)
  await writeJson(viewFile(root), view)
}

export async function readCaseView(root: string, id: string): Promise<CaseView> {
  await assertPresent(root)
  return (await readJsonOrNull(caseViewFile(root, id), caseViewSchema)) ?? FIRST_CASE_VIEW
}

export async function writeCaseView(root: string, id: string, view: CaseView): Promise<void> {
  await assertPresent(root)
  await writeJson(caseViewFile(root, id), view)
}
