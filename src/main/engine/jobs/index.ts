import { HippospikeError } from '../../../shared/errors'
import { firstIssue } from '../../../shared/issues'
import { benchJob } from './bench'
import { convertJob } from './convert'
import { describeRuntime } from './describe-runtime'
import { evaluateJob } from './evaluate'
import { finetuneJob } from './finetune'
import { segmentJob } from './segment'
import { trainJob } from './train'
import type { Job, RunnableJob } from './job'

/** What the engine can do, by kind. */
export const jobs: ReadonlyMap<string, RunnableJob> = registry(
  runnable(describeRuntime),
  runnable(segmentJob),
  runnable(evaluateJob),
  runnable(trainJob),
  runnable(convertJob),
  runnable(finetuneJob),
  runnable(benchJob)
)

function registry(...all: RunnableJob[]): ReadonlyMap<string, RunnableJob> {
  return new Map(all.map((job) => [job.kind, job]))
}

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
