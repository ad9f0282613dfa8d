import { z } from 'zod'

/** GET and PUT /api/preferences: kept in the user's config folder, for all workspaces. */
export const preferencesSchema = z.strictObject({
  /** Open at the start the workspace that was open last. */
  reopenLast: z.boolean(),
  /** Model that a new case is segmented with; null for the program's own choice. */
  model: z.string().nullable(),
  /** Runtime to insist on; null for the best one here. */
  runtime: z.string().nullable(),
  convention: z.enum(['radiological', 'neurological']),
  /** Name that versions are saved under; null for the user's name on this machine. */
  author: z.string().max(120).nullable(),
  /** null: as the system says. */
  reduceMotion: z.boolean().nullable()
})
export type Preferences = z.infer<typeof preferencesSchema>

export const DEFAULT_PREFERENCES: Preferences = {
  reopenLast: true,
  model: null,
  runtime: null,
  convention: 'radiological',
  author: null,
  reduceMotion: null
}
