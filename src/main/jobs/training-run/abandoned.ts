import { hostname } from 'node:os'
import type { RunStatus } from '../../workspace/run-store'
import { isRunning } from '../../workspace/temporary-file'
import { isActive } from './transitions'

/** A program that works on a run says so several times a minute; one that has not for so long is gone, whoever has its number now. */
const SILENT_MS = 90_000

/** Why a run that nobody stopped does not go on. */
export const ENDED =
  'Hippospike ended before it was done; resume it to go on from its last checkpoint'

/** Whether a run's state says that it is worked on, or waits for that, while nobody does. To be asked of runs that this process does not have. */
export function isAbandoned(status: RunStatus, now: Date): boolean {
  if (!isActive(status.state)) return false
  const { host, pid } = status.process
  if (host === hostname() && (pid === process.pid || !isRunning(pid))) return true
  return now.getTime() - Date.parse(status.updatedAt) > SILENT_MS
}

export function asInterrupted(status: RunStatus): RunStatus {
  return { ...status, state: 'interrupted', problem: ENDED, updatedAt: new Date().toISOString() }
}
