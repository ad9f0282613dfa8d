import { join } from 'node:path'
import { z } from 'zod'
import {
  DEFAULT_PREFERENCES,
  preferencesSchema,
  type Preferences
} from '../../shared/api/preferences'
import type { Workspace } from '../../shared/api/workspace'
import { readJsonOrNull, writeJson } from './json-file'

const MOST_RECENT = 10

const recentSchema = z.strictObject({ path: z.string(), name: z.string(), openedAt: z.string() })
export type RecentWorkspace = z.infer<typeof recentSchema>

const settingsSchema = z.looseObject({
  recent: z.array(recentSchema).catch([]),
  preferences: preferencesSchema.catch(DEFAULT_PREFERENCES)
})
type Settings = z.infer<typeof settingsSchema>

/** The user's settings on this machine: recent workspaces and preferences. A damaged file counts as none. */
export class UserConfig {
  private readonly path: string
  private writing: Promise<unknown> = Promise.resolve()

  constructor(folder: string) {
    this.path = join(folder, 'settings.json')
  }

  async recent(): Promise<RecentWorkspace[]> {
    return (await this.read()).recent
  }

  async preferences(): Promise<Preferences> {
    return (await this.read()).preferences
  }

  async remember({ path, name }: Pick<Workspace, 'path' | 'name'>): Promise<void> {
    await this.change(({ recent, ...rest }) => ({
      ...rest,
      recent: [
        { path, name, openedAt: new Date().toISOString() },
        ...recent.filter((one) => one.path !== path)
      ].slice(0, MOST_RECENT)
    }))
  }

  async setPreferences(preferences: Preferences): Promise<void> {
    await this.change((settings) => ({ ...settings, preferences }))
  }

  /** One change after the other: two at once would lose one. */
  private async change(edit: (settings: Settings) => Settings): Promise<void> {
    const change = this.writing.then(async () => {
      await writeJson(this.path, edit(await this.read()))
    })
    this.writing = change.catch(() => undefined)
    await change
  }

  private async read(): Promise<Settings> {
    return (
      (await readJsonOrNull(this.path, settingsSchema)) ?? {
        recent: [],
        preferences: DEFAULT_PREFERENCES
      }
    )
  }
}
