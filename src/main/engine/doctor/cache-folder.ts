import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** Where this program keeps what it can make again: XDG_CACHE_HOME/hippospike, or the platform's like. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment
  // The XDG standard says to ignore a relative one.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'hippospike')
  if (process.platform === 'win32' && local !== undefined) return join(local, 'hippospike', 'Cache')
  return join(homedir(), '.cache', 'hippospike')
}
