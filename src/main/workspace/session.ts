import type { OpenWorkspace, Workspace } from '../../shared/api/workspace'
import { HippospikeError, toHippospikeError } from '../../shared/errors'
import { suggestedWorkspace } from './config-folder'
import { isWritableFolder, openWorkspaceFolder } from './folder'
import type { UserConfig } from './user-config'

/** The workspace that a host has open. */
export class WorkspaceSession {
  private current: Workspace | null = null
  private problem: string | null = null
  /** Why the file that the app was started with could not be opened: a window says so until it is dismissed. */
  startProblem: string | null = null

  constructor(private readonly config: UserConfig) {}

  /** Opens at the start what was named, or else what was open last. A failure is kept for the first page to show. */
  async start(named: string | null): Promise<void> {
    const { reopenLast } = await this.config.preferences()
    const path = named ?? (reopenLast ? (await this.config.recent())[0]?.path : undefined)
    if (path === undefined) return
    try {
      await this.open(path, named !== null)
    } catch (thrown) {
      this.problem = toHippospikeError(thrown).message
    }
  }

  /** @throws HippospikeError; what was open stays open then */
  async open(path: string, create: boolean): Promise<void> {
    const workspace = await openWorkspaceFolder(path, create)
    this.current = workspace
    this.problem = null
    // Settings that cannot be written must not keep anybody from working.
    await this.config.remember(workspace).catch(() => undefined)
  }

  async describe(): Promise<OpenWorkspace> {
    const state = {
      startProblem: this.startProblem,
      recent: await this.config.recent(),
      suggestedPath: suggestedWorkspace()
    }
    if (this.current === null) return { workspace: null, problem: this.problem, ...state }
    try {
      // It may have been mounted anew, or its permissions changed.
      this.current = { ...this.current, writable: await isWritableFolder(this.current.path) }
      return { workspace: this.current, problem: null, ...state }
    } catch (thrown) {
      // Kept in mind: it is open again once the folder is back.
      return { workspace: null, problem: toHippospikeError(thrown).message, ...state }
    }
  }

  /** Folder of the open workspace. @throws HippospikeError (usage) where none is open */
  get root(): string {
    if (this.current !== null) return this.current.path
    throw new HippospikeError('usage', 'no workspace is open; open or create one first')
  }

  isOpen(root: string): boolean {
    return this.current?.path === root
  }

  /** @throws HippospikeError (output) where nothing can be saved */
  get writableRoot(): string {
    const { root } = this
    if (this.current?.writable) return root
    throw new HippospikeError(
      'output',
      `the workspace ${root} is read-only; open one in a folder you may write to`
    )
  }
}
