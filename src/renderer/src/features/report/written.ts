import { shallowRef } from 'vue'
import type { ExportOutcome } from '../../../../shared/api/export'

export interface Written {
  at: string
  caseId: string
  result: string
  files: ExportOutcome['files']
}

/** What was exported since the window was opened, the newest first: it stays visible whichever tab is looked at between. */
export const written = shallowRef<readonly Written[]>([])
