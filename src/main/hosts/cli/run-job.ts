import type { z } from 'zod'
import { HippospikeError } from '../../../shared/errors'
import { firstIssue } from '../../../shared/issues'
import type { CliHost } from './host'
import type { CommonOptions } from './options'
import { ProgressDisplay } from './progress'

export interface JobDescription<Req, Res> {
  kind: string
  requestSchema: z.ZodType<Req>
  request: Req
  resultSchema: z.ZodType<Res>
}

/**
 * Runs a job for a command: its progress and warnings on stderr, its result returned.
 *
 * @throws HippospikeError
 */
export async function runForCommand<Req, Res>(
  host: CliHost,
  options: CommonOptions,
  job: JobDescription<Req, Res>
): Promise<Res> {
  const parsed = job.requestSchema.safeParse(job.request)
  if (!parsed.success) throw new HippospikeError('usage', firstIssue(parsed.error))
  const display = new ProgressDisplay(host, options.quiet ?? false)
  const warned = new Set<string>()
  const warn = (message: string): void => {
    if (warned.has(message)) return
    warned.add(message)
    display.print(`hippospike: warning: ${message}`)
  }
  try {
    const result = await host.runJob({
      kind: job.kind,
      request: parsed.data,
      runtime: options.runtime ?? null,
      resultSchema: job.resultSchema,
      signal: host.signal,
      onProgress: (progress) => {
        display.update(progress)
      },
      onLog: (level, message) => {
        if (level === 'warning') warn(message)
        else if (level === 'error' || options.verbose) display.print(`hippospike: ${message}`)
      },
      onOutput: (line) => {
        if (options.verbose) display.print(line)
      }
    })
    warningsOf(result).forEach(warn)
    return result
  } finally {
    display.clear()
  }
}

/** Warnings that a result carries; a job need not have said them while it ran. */
function warningsOf(result: unknown): string[] {
  const warnings: unknown = (result as { warnings?: unknown } | null)?.warnings
  return Array.isArray(warnings) ? warnings.map(String) : []
}
