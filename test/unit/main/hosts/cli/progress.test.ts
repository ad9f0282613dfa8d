import { describe, expect, it } from 'vitest'
import {
  describeProgress,
  duration,
  ProgressDisplay
} from '../../../../../src/main/hosts/cli/progress'

describe('progress in one line', () => {
  it.each([
    [{ stage: 'read', fraction: null, message: 'reading a.nii' }, 0, 'read: reading a.nii'],
    [{ stage: 'ann', fraction: 0.25, message: 'epoch 1' }, 0, 'ann: epoch 1, 25%'],
    [{ stage: 'ann', fraction: 0.25, message: 'epoch 1' }, 60_000, 'ann: epoch 1, 25%, 3 min left'],
    [{ stage: 'ann', fraction: 1, message: 'done' }, 60_000, 'ann: done, 100%'],
    [{ stage: 'ann', fraction: 0, message: 'two\nlines' }, 60_000, 'ann: two lines, 0%']
  ])('says %j after %d ms', (progress, elapsed, expected) => {
    expect(describeProgress(progress, elapsed)).toBe(expected)
  })

  it.each([
    [0.2, '1 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [3599, '1 h 0 min'],
    [12_000, '3 h 20 min']
  ])('gives %d seconds as %s', (seconds, expected) => {
    expect(duration(seconds)).toBe(expected)
  })
})

describe('the display', () => {
  function display(options: { isTerminal?: boolean; quiet?: boolean; columns?: number }): {
    display: ProgressDisplay
    written: string[]
    at: (ms: number, message: string, stage?: string) => void
  } {
    const written: string[] = []
    let now = 0
    const shown = new ProgressDisplay(
      {
        err: (text) => void written.push(text),
        isTerminal: options.isTerminal ?? false,
        columns: options.columns ?? 80,
        now: () => now
      },
      options.quiet ?? false
    )
    const at = (ms: number, message: string, stage = 's'): void => {
      now = ms
      shown.update({ stage, fraction: null, message })
    }
    return { display: shown, written, at }
  }

  it('prints a line at most every two seconds where there is no terminal', () => {
    const { written, at } = display({})
    at(0, 'a')
    at(100, 'b')
    at(2100, 'c')
    at(9000, 'c')
    expect(written).toEqual(['s: a\n', 's: c\n'])
  })

  it('prints the first line of a stage at once, the same line never twice', () => {
    const { written, at } = display({})
    at(0, 'a')
    at(10, 'b', 't')
    at(20, 'c', 't')
    expect(written).toEqual(['s: a\n', 't: b\n'])
  })

  it('writes over its line on a terminal', () => {
    const { display: shown, written, at } = display({ isTerminal: true, columns: 6 })
    at(0, 'abcdef')
    at(10, 'too soon')
    at(20, 'x', 't')
    shown.clear()
    shown.clear()
    expect(written).toEqual(['\r\x1b[Ks: ab', '\r\x1b[Kt: x', '\r\x1b[K'])
  })

  it('puts lines that stay above it', () => {
    const { display: shown, written, at } = display({ isTerminal: true })
    at(0, 'a')
    shown.print('note')
    expect(written.join('')).toBe('\r\x1b[Ks: a\r\x1b[Knote\n\r\x1b[Ks: a')
  })

  it('is silent where it should be, but for lines that stay', () => {
    const { display: shown, written, at } = display({ quiet: true, isTerminal: true })
    at(0, 'a')
    shown.print('note')
    shown.clear()
    expect(written).toEqual(['note\n'])
  })
})
