import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder of the user's settings; HIPPOSPIKE_CONFIG names another. */
export function configFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { HIPPOSPIKE_CONFIG, XDG_CONFIG_HOME, APPDATA } = environment
  if (HIPPOSPIKE_CONFIG) return HIPPOSPIKE_CONFIG
  if (process.platform === 'darwin') {
    return join(homedir(), 'Library', 'Application Support', 'Hippospike')
  }
  if (process.platform === 'win32') {
    return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Hippospike')
  }
  return join(XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'hippospike')
}

/** Where a first workspace would be made. */
export function suggestedWorkspace(): string {
  return join(homedir(), 'Hippospike')
}
