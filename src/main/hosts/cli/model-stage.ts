import type { z } from 'zod'
import {
  convertRequestSchema,
  finetuneRequestSchema,
  modelResultSchema,
  trainRequestSchema,
  type ModelResult
} from '../../../shared/jobs'
import type { CliHost } from './host'
import type { CommonOptions } from './options'
import { runForCommand } from './run-job'

/** A job that makes a model. */
export interface ModelStage {
  kind: 'train' | 'convert' | 'finetune'
  /** Folder of the model. */
  out: string
  /** Checked before it is run. */
  request: unknown
}

const REQUESTS: Readonly<Record<ModelStage['kind'], z.ZodType>> = {
  train: trainRequestSchema,
  convert: convertRequestSchema,
  finetune: finetuneRequestSchema
}

/** @throws HippospikeError */
export function runModelStage(
  host: CliHost,
  options: CommonOptions,
  { kind, request }: ModelStage
): Promise<ModelResult> {
  return runForCommand(host, options, {
    kind,
    requestSchema: REQUESTS[kind],
    request,
    resultSchema: modelResultSchema
  })
}
