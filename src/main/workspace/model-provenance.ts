import { z } from 'zod'
import { HippospikeError } from '../../shared/errors'
import { firstIssue } from '../../shared/issues'
import type { ModelManifest } from '../../shared/model'
import { runtimeSchema } from '../../shared/runtime'

const modelSchema = z.looseObject({ id: z.string(), weightsSha256: z.string() })
const dataSchema = z.looseObject({ hash: z.string() })

/** What the stages of training write of where a model comes from. */
const provenanceSchema = z.looseObject({
  data: dataSchema,
  rehearsal: dataSchema.nullish(),
  /** All of them, defaults too. */
  settings: z.record(z.string(), z.unknown()),
  runtime: runtimeSchema,
  parent: modelSchema.nullable(),
  teacher: modelSchema.nullish()
})
export type ModelProvenance = z.infer<typeof provenanceSchema>

/** What a model says of where it comes from, if it does. */
export function readProvenance({
  provenance
}: Pick<ModelManifest, 'provenance'>): z.ZodSafeParseResult<ModelProvenance> {
  return provenanceSchema.safeParse(provenance)
}

/** @throws HippospikeError (input) for a model that does not tell, as one from elsewhere need not */
export function provenanceOf({ id, provenance }: ModelManifest): ModelProvenance {
  const parsed = readProvenance({ provenance })
  if (parsed.success) return parsed.data
  throw new HippospikeError(
    'input',
    `model ${id} does not say how it was made: provenance.${firstIssue(parsed.error)}`
  )
}
