import { z } from 'zod'
import type { RuntimeInfo } from '../../../shared/runtime'
import { eventRuntimeInfo } from '../runtimes/event'
import type { Job } from './job'

const describeRuntimeRequestSchema = z.strictObject({})
type DescribeRuntimeRequest = z.infer<typeof describeRuntimeRequestSchema>

/** Says which runtime a job would have, and loads TensorFlow's best for it unless `event` is forced. */
export const describeRuntime: Job<DescribeRuntimeRequest, RuntimeInfo> = {
  kind: 'describe-runtime',
  request: describeRuntimeRequestSchema,
  run: (_request, context) =>
    context.forced?.runtime === 'event'
      ? Promise.resolve(eventRuntimeInfo(null))
      : context.denseRuntime()
}
