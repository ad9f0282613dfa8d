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
  const { request } = job
  // A training run is followed where it is shown.
  if (request.kind === 'train') return
  const { caseId } = request
  if (caseId === cases.caseId.value) {
    if (job.state !== 'done' || job.resultId === null) return
    await cases.refreshResults()
    // Of the stages, which are three, the user chooses.
    if (request.kind === 'stages') return
    if (caseId === cases.caseId.value) await cases.selectResult(job.resultId)
    return
  }
  const show = { label: 'Show', run: () => cases.select(caseId) }
  const words = WORDS[request.kind]
  if (job.state === 'done') toast(`${caseId}: ${words.done}`, { action: show })
  if (job.state === 'failed' || job.state === 'interrupted') {
    toast(`${caseId}: ${problemText(job) ?? words.failed}`, { kind: 'problem', action: show })
  }
}

const WORDS = {
  segment: { done: 'it is segmented', failed: 'the segmentation broke off' },
  stages: {
    done: 'its three stages are compared',
    failed: 'the comparison of its stages broke off'
  }
} as const
