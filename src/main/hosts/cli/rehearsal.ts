import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { HippospikeError } from '../../../shared/errors'
import type { CliHost } from './host'

/** What --rehearsal takes for the cases that come with the program. */
export const SHIPPED_REHEARSAL = 'shipped'

/** Adds --rehearsal. */
export function withRehearsalOption(command: Command): Command {
  return command.option(
    '--rehearsal <shipped|dir>',
    'training cases to mix in against forgetting: those that come with the program, or a data set'
  )
}

/**
 * The folder of the data set that --rehearsal names; null where it was not given.
 *
 * @throws HippospikeError (input) where it is not there
 */
export async function rehearsalFolder(
  host: Pick<CliHost, 'modelsDir'>,
  named: string | null | undefined
): Promise<string | null> {
  if (named === null || named === undefined) return null
  const dir = named === SHIPPED_REHEARSAL ? join(host.modelsDir, '..', 'rehearsal') : resolve(named)
  const found = await stat(dir).catch(() => null)
  if (found?.isDirectory()) return dir
  throw new HippospikeError(
    'input',
    `--rehearsal ${named}: there is no folder ${dir}; give "${SHIPPED_REHEARSAL}" or a data set`
  )
}
