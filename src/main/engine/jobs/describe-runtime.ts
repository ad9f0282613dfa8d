import { z } from 'zod'
import type { RuntimeInfo } from '../../../shared/runtime'
import type { Job } from './job'

const describeRuntimeRequestSchema = z.strictObject({})
type DescribeRuntimeRequest = z.infer<typeof describeRuntimeRequestSchema>

/** Loads the runtime and says which one it is. */
export const describeRuntime: Job<DescribeRuntimeRequest, RuntimeInfo> = {
  kind: 'describe-runtime',
  request: describeRuntimeRequestSchema,
  run: (_request, context) => context.runtime()
}
