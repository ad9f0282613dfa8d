import { readFileSync } from 'node:fs'

/**
 * The tests of one vitest run, from its JSON report. A run that failed without a failing test (a file that does not load,
 * a crash before the report) counts as one failure, so that a total never hides it.
 */
export function countTests(reportFile, exitCode) {
  const report = readReport(reportFile)
  const counts = {
    passed: report?.numPassedTests ?? 0,
    failed: report?.numFailedTests ?? 0,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
  }
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
