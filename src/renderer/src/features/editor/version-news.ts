import type { Version } from '../../../../shared/api/cases'
import { dismissToast, toast } from '../../ui/toasts'

/** Tells the user of versions of a mask that were saved elsewhere while this window drew. */
export interface VersionNews {
  /**
   * The newest version is another than the one that was drawn on, and does not take its place. Each is told once.
   *
   * @param where names the mask
   */
  tell: (where: string, newest: Version) => void
  /**
   * A version was saved from here. What was saved elsewhere is kept, and in nothing of what this window drew.
   *
   * @param base that was drawn on; null where it is not known
   */
  saved: (base: number | null, versions: readonly Version[]) => void
}

export function createVersionNews(): VersionNews {
  let told = ''
  let shown: number | null = null

  function dismiss(): void {
    if (shown !== null) dismissToast(shown)
    shown = null
  }

  return {
    tell(where, { version, by }) {
      const which = `${where}/${version}`
      if (which === told) return
      told = which
      dismiss()
      shown = toast(
        `Version ${version} of this mask was saved elsewhere, by ${by}. Your edits stay: save them as a version of their own, or undo them to see that one`,
        { kind: 'problem' }
      )
    },
    saved(base, versions) {
      dismiss()
      const own = versions.at(-1)?.version
      const others = versions.filter(
        ({ version }) => version > (base ?? Infinity) && version !== own
      )
      if (own === undefined || others.length === 0) return
      const list = others.map(({ version, by }) => `version ${version} by ${by}`).join(', ')
      toast(
        `Saved as version ${own}. It was drawn without ${list}, which stays in the list of versions`,
        { kind: 'problem' }
      )
    }
  }
}
