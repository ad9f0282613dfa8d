import { z } from 'zod'
import { failureKindSchema } from '../engine-protocol'

/** What every route answers when it does not do what it was asked. */
export const apiFailureSchema = z.strictObject({
  error: z.strictObject({
    kind: failureKindSchema,
    /** One line: what was received, what was expected, what to do. */
    message: z.string().min(1)
  })
})
export type ApiFailure = z.infer<typeof apiFailureSchema>
