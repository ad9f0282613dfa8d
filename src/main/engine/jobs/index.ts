import { HippospikeError } from '../../../shared/errors'
import { firstIssue } from '../../../shared/issues'
import type { Job, RunnableJob } from './job'

/** Jobs by kind. Each is loaded when it is asked for: half of them come with TensorFlow, which segmenting must not wait for. */
export type JobRegistry = ReadonlyMap<string, () => Promise<RunnableJob>>

/** What the engine can do. */
export const jobs: JobRegistry = new Map([
  ['describe-runtime', async () => runnable((await import('./describe-runtime')).describeRuntime)],
  ['segment', async () => runnable((await import('./segment')).segmentJob)],
  ['evaluate', async () => runnable((await import('./evaluate')).evaluateJob)],
  ['train', async () => runnable((await import('./train')).trainJob)],
  ['convert', async () => runnable((await import('./convert')).convertJob)],
  ['finetune', async () => runnable((await import('./finetune')).finetuneJob)],
  ['stages', async () => runnable((await import('./stages')).stagesJob)],
  ['measure-step', async () => runnable((await import('./measure-step')).measureStepJob)],
  ['inspect-cases', async () => runnable((await import('./inspect-cases')).inspectCasesJob)],
  ['cut-cases', async () => runnable((await import('./cut-cases')).cutCasesJob)],
  ['bench', async () => runnable((await import('./bench')).benchJob)]
])

/** Puts the check of the request before the job. */
export function runnable<Req, Res>(job: Job<Req, Res>): RunnableJob {
  return {
    kind: job.kind,
    async run(request, context) {
      const parsed = job.request.safeParse(request)
      if (!parsed.success) {
        const issue = firstIssue(parsed.error)
        throw new HippospikeError('usage', `the request for ${job.kind} does not fit: ${issue}`)
      }
      return job.run(parsed.data, context)
    }
  }
}
