import { shallowReactive } from 'vue'

export interface Shortcut {
  /**
   * Key with its modifiers, such as `mod+z`, `shift+ArrowUp`, `Space`, `?`; several where any of them will do. `mod` is
   * Control, or Command on a Mac. Printable keys are named by what they print, so `?` needs no `shift`.
   */
  keys: string | readonly string[]
  /** What it does, for the shortcut sheet: an imperative without a full stop. */
  description: string
  /** Heading on the sheet, such as `Viewer`. */
  group: string
  /** Returning false leaves the key to whoever registered it before, and to the browser. */
  run: (event: KeyboardEvent) => unknown
}

/** All that is registered, in order of registration; the latest is asked first. */
const registered = shallowReactive<Shortcut[]>([])
let listening = false

/** Makes keys do something for as long as the returned function is not called. */
export function registerShortcut(shortcut: Shortcut): () => void {
  listen()
  registered.push(shortcut)
  return () => {
    const index = registered.indexOf(shortcut)
    if (index >= 0) registered.splice(index, 1)
  }
}

/** The shortcuts that work now, reactive. */
export function shortcuts(): readonly Shortcut[] {
  return registered.filter(isFree)
}

/** A key and what it does, as in {@link Shortcut}. */
export type ListedKey = readonly [keys: string | readonly string[], description: string]

/** Keys that work in one place of the window alone. */
export interface ListedGroup {
  group: string
  /** The place, such as `in the panel Edit`. */
  where: string
  keys: readonly ListedKey[]
}

const listed: ListedGroup[] = []

/** Lets the shortcut sheet tell of keys also while the place where they work is not on the screen. */
export function listShortcuts(group: ListedGroup): void {
  listed.push(group)
}

/** Groups of which no key works now. */
export function shortcutsElsewhere(): readonly ListedGroup[] {
  const live = new Set(registered.map(({ group }) => group))
  return listed.filter(({ group }) => !live.has(group))
}

/** Of those that hold keys, the groups that work all the same. */
const holds = shallowReactive<(readonly string[])[]>([])

/** Lets only the shortcuts of these groups work, for as long as the returned function is not called: what the others act on is out of sight. */
export function holdShortcuts(groups: readonly string[]): () => void {
  holds.push(groups)
  return () => {
    const index = holds.indexOf(groups)
    if (index >= 0) holds.splice(index, 1)
  }
}

function isFree({ group }: Shortcut): boolean {
  return holds.every((groups) => groups.includes(group))
}

/** Whether an event is that of `keys`, as {@link Shortcut.keys} writes them. */
export function matches(event: KeyboardEvent, keys: string): boolean {
  // `+` itself can be the key: `mod++`.
  const parts = keys.endsWith('+') ? [...keys.slice(0, -2).split('+'), '+'] : keys.split('+')
  const key = parts.pop() ?? ''
  const modifiers = parts.filter((part) => part !== '')
  const named = key.length > 1
  const pressed = event.key === ' ' ? 'Space' : event.key
  if (pressed.toLowerCase() !== key.toLowerCase()) return false
  const isLetter = /^[a-z]$/i.test(key)
  if ((named || isLetter) && event.shiftKey !== modifiers.includes('shift')) return false
  if (event.altKey !== modifiers.includes('alt')) return false
  return (event.ctrlKey || event.metaKey) === modifiers.includes('mod')
}

function listen(): void {
  if (listening) return
  listening = true
  window.addEventListener('keydown', onKeyDown)
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || belongsToFocus(event)) return
  for (const shortcut of [...registered].reverse()) {
    const keys = typeof shortcut.keys === 'string' ? [shortcut.keys] : shortcut.keys
    if (!isFree(shortcut) || !keys.some((one) => matches(event, one))) continue
    if (shortcut.run(event) === false) continue
    event.preventDefault()
    return
  }
}

/** Whether the focused element has a use of its own for the key: text, a choice, a slider, a button, an open dialog. */
function belongsToFocus(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof Element)) return false
  // A dialog is answered before anything behind it is done.
  if (target.closest('[role="dialog"], dialog') !== null) return true
  if (isText(target)) return !((event.ctrlKey || event.metaKey) && !isTextCommand(event))
  const role = target.closest('[role]')?.getAttribute('role')
  const moves = /^(Arrow|Home|End|Page)/.test(event.key)
  if (
    moves &&
    ['slider', 'tab', 'radio', 'listbox', 'option', 'menu', 'separator'].includes(role ?? '')
  )
    return true
  if (target.matches('input, select') && moves) return true
  const presses = event.key === ' ' || event.key === 'Enter'
  return (
    presses && target.closest('button, a, summary, [role="button"], [role="tab"], input') !== null
  )
}

function isText(target: Element): boolean {
  if (target instanceof HTMLElement && target.isContentEditable) return true
  if (target.matches('textarea, select')) return true
  return target.matches(
    'input:not([type="checkbox"]):not([type="radio"]):not([type="range"]):not([type="button"])'
  )
}

function isTextCommand(event: KeyboardEvent): boolean {
  return ['a', 'c', 'v', 'x', 'z', 'y'].includes(event.key.toLowerCase())
}
