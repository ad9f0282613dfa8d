import { describe, expect, it } from 'vitest'
import { keyCaps } from '../../../../src/renderer/src/ui/key-caps'
import { matches } from '../../../../src/renderer/src/ui/shortcuts'

function press(key: string, modifiers: Partial<KeyboardEvent> = {}): KeyboardEvent {
  const none = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false }
  return { key, ...none, ...modifiers } as KeyboardEvent
}

describe('shortcuts', () => {
  it.each([
    ['mod+z', press('z', { ctrlKey: true }), true],
    ['mod+z', press('z', { metaKey: true }), true],
    ['mod+z', press('Z', { ctrlKey: true, shiftKey: true }), false],
    ['mod+shift+z', press('Z', { ctrlKey: true, shiftKey: true }), true],
    ['z', press('z', { ctrlKey: true }), false],
    ['?', press('?', { shiftKey: true }), true],
    ['Space', press(' '), true],
    ['mod++', press('+', { ctrlKey: true }), true],
    ['+', press('+'), true],
    ['alt+1', press('1', { altKey: true }), true],
    ['ArrowLeft', press('ArrowLeft', { shiftKey: true }), false],
    ['shift+ArrowLeft', press('ArrowLeft', { shiftKey: true }), true]
  ])('%s', (keys, event, expected) => {
    expect(matches(event, keys)).toBe(expected)
  })

  it('prints keys as keyboards do', () => {
    expect(keyCaps('mod+shift+z', false)).toEqual(['Ctrl', 'Shift', 'Z'])
    expect(keyCaps('mod+ArrowUp', true)).toEqual(['⌘', '↑'])
    expect(keyCaps('mod++', false)).toEqual(['Ctrl', '+'])
  })
})
