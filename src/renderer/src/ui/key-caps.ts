const CAPS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  shift: 'Shift',
  alt: 'Alt'
}

/** What is printed on the keys of a shortcut such as `mod+z`: [`Ctrl`, `Z`]. */
export function keyCaps(keys: string, mac = /Mac/.test(navigator.userAgent)): string[] {
  const parts = keys.endsWith('+') ? [...keys.slice(0, -1).split('+'), '+'] : keys.split('+')
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      if (part === 'mod') return mac ? '⌘' : 'Ctrl'
      return CAPS[part] ?? (part.length === 1 ? part.toUpperCase() : part)
    })
}
