import { userInfo } from 'node:os'
import type { UserConfig } from '../workspace/user-config'

/** Who saves and approves on this machine: the name that was chosen, or that of the account. */
export async function authorOf(config: UserConfig): Promise<string> {
  const { author } = await config.preferences()
  return author ?? userName()
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // Containers run under ids that no name belongs to.
    return 'user'
  }
}
