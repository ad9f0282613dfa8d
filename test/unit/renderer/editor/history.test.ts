import { describe, expect, it } from 'vitest'
import { History } from '../../../../src/renderer/src/features/editor/history'
import { Stroke } from '../../../../src/renderer/src/features/editor/stroke'
import { grid } from '../../../fixtures/geometries'

const paint = (offsets: number[], label: number) => ({
  offsets: Uint32Array.from(offsets),
  labels: new Uint8Array(offsets.length).fill(label)
})

describe('the history of a mask', () => {
  it('undoes and redoes every step, in place', () => {
    const mask = new Uint8Array(8)
    const history = new History(mask)
    const states = [mask.slice()]
    for (let n = 0; n < 500; n++) {
      history.apply(
        'Paint',
        paint([n % 8, (n * 3) % 8].slice(0, n % 8 === (n * 3) % 8 ? 1 : 2), 1 + (n % 2))
      )
      states.push(mask.slice())
    }
    const seen = [mask.slice()]
    while (history.canUndo) {
      history.undo()
      seen.push(mask.slice())
    }
    expect(seen.at(-1)).toEqual(states[0])
    while (history.canRedo) history.redo()
    expect(mask).toEqual(states.at(-1))
  })

  it('forgets what was undone once something else is done', () => {
    const history = new History(new Uint8Array(4))
    history.apply('A', paint([0], 1))
    history.undo()
    history.apply('B', paint([1], 1))
    expect(history.canRedo).toBe(false)
    expect(history.undoName).toBe('B')
  })

  it('makes no step of an edit that has no voxel', () => {
    const history = new History(new Uint8Array(4))
    expect(history.apply('Nothing', paint([], 1))).toBe(false)
    expect(history.canUndo).toBe(false)
    expect(history.undo()).toBeNull()
  })

  it('knows whether the mask is as it was saved', () => {
    const history = new History(new Uint8Array(4))
    expect(history.dirty).toBe(false)
    history.apply('A', paint([0], 1))
    expect(history.dirty).toBe(true)
    const mark = history.mark()
    history.apply('B', paint([1], 1))
    history.markSaved(mark)
    expect(history.dirty).toBe(true)
    history.undo()
    expect(history.dirty).toBe(false)
    history.undo()
    expect(history.dirty).toBe(true)
    // What was saved cannot be reached any more.
    history.apply('C', paint([2], 1))
    expect(history.dirty).toBe(true)
    history.undo()
    expect(history.dirty).toBe(true)
  })

  it('says what was done since', () => {
    const history = new History(new Uint8Array(4))
    history.apply('Paint', paint([0], 1))
    history.markSaved(history.mark())
    history.apply('Paint', paint([1], 1))
    history.apply('Paint', paint([2], 1))
    history.apply('Smooth', paint([3], 1))
    expect(history.summary()).toBe('Paint 2, Smooth')
  })
})

describe('a stroke', () => {
  const geometry = grid({ size: [10, 10, 3] })
  const options = {
    brush: { radiusMm: 1, normalAxis: 2 },
    label: 1,
    accepts: (offset: number) => offset % 10 !== 5
  }

  it('edits in place, passes over what it must not paint, and can be undone', () => {
    const mask = new Uint8Array(300)
    mask[103] = 2
    const before = mask.slice()
    const history = new History(mask)
    const stroke = new Stroke(geometry, mask, options)
    expect(stroke.paintTo([2, 0, 1])).toEqual({ min: [1, 0, 1], max: [3, 1, 1] })
    stroke.paintTo([8, 0, 1])
    expect(mask[103]).toBe(1)
    expect(mask[105]).toBe(0)
    expect(mask[107]).toBe(1)
    const { offsets, before: old } = stroke.finish()
    history.record('Paint', offsets, old)
    history.undo()
    expect(mask).toEqual(before)
    history.redo()
    expect(mask[103]).toBe(1)
  })

  it('takes everything back where it is cancelled', () => {
    const mask = new Uint8Array(300)
    const stroke = new Stroke(geometry, mask, options)
    stroke.paintTo([2, 2, 1])
    stroke.cancel()
    expect(mask.every((label) => label === 0)).toBe(true)
  })
})
