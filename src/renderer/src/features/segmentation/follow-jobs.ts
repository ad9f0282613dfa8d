import type { AppJob } from '../../../../shared/api/jobs'
import { toast } from '../../ui/toasts'
import { useCases } from '../cases'
import { useJobs } from './jobs-store'
import { useModels } from './models-store'
import { problemText } from './stages'

/** Shows what a job made as soon as it is done, or says so where another case is on the screen. */
export function showFinishedJobs(): () => void {
  return useJobs().onEnd((job) => void finish(job))
}

async function finish(job: AppJob): Promise<void> {
  const cases = useCases()
  // The first job looks for the runtimes, if nothing did before.
  void useModels().load()
  const { caseId } = job.request
  if (caseId === cases.caseId.value) {
    if (job.state !== 'done' || job.resultId === null) return
    await cases.refreshResults()
    if (caseId === cases.caseId.value) await cases.selectResult(job.resultId)
    return
  }
  const show = { label: 'Show', run: () => cases.select(caseId) }
  if (job.state === 'done') toast(`${caseId} is segmented`, { action: show })
  if (job.state === 'failed' || job.state === 'interrupted') {
    toast(`${caseId}: ${problemText(job) ?? 'the segmentation broke off'}`, {
      kind: 'problem',
      action: show
    })
  }
}
