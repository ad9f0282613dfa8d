import { shallowReactive } from 'vue'

export interface Toast {
  id: number
  message: string
  kind: 'done' | 'problem'
  action: { label: string; run: () => unknown } | null
}

const LIFETIME = 8_000
const list = shallowReactive<Toast[]>([])
let last = 0

/** The messages that are on the screen now. */
export function toasts(): readonly Toast[] {
  return list
}

/**
 * Says something for a few seconds, for what has no place of its own on the screen; with an action, such as Undo.
 *
 * @returns what to dismiss it by
 */
export function toast(
  message: string,
  { kind = 'done', action = null }: Partial<Pick<Toast, 'kind' | 'action'>> = {}
): number {
  const id = ++last
  list.push({ id, message, kind, action })
  // A problem stays until it is read.
  if (kind === 'done') setTimeout(() => dismissToast(id), LIFETIME)
  return id
}

export function dismissToast(id: number): void {
  const index = list.findIndex((one) => one.id === id)
  if (index >= 0) list.splice(index, 1)
}
