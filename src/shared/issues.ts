import type { z } from 'zod'

/** The first thing a schema found wrong, as `field.path: message`, in one line. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'does not fit'
  const path = issue.path.map(String).join('.')
  const message = oneLine(issue.message)
  return path === '' ? message : `${path}: ${message}`
}

/** A message of another package in one line: JSON.parse quotes the text it was given, with its line breaks. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
