import { HippospikeError } from '../../../shared/errors'
import { firstIssue } from '../../../shared/issues'
import { describeRuntime } from './describe-runtime'
import type { Job, RunnableJob } from './job'

/** What the engine can do, by kind. */
export const jobs: ReadonlyMap<string, RunnableJob> = registry(runnable(describeRuntime))

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
