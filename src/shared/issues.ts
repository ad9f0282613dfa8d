import type { z } from 'zod'

/** The first thing a schema found wrong, as `field.path: message`, in one line. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'does not fit'
  const path = issue.path.map(String).join('.')
  const message = issue.message.replace(/\s+/g, ' ')
  return path === '' ? message : `${path}: ${message}`
}
