import { describe, expect, it } from 'vitest'
import type { HeadBox } from '../../../../src/shared/head'
import { createBoxDraft } from '../../../../src/renderer/src/features/boxes/box-draft'
import { movedBox } from '../../../../src/renderer/src/volume/head-box'
import { grid } from '../../../fixtures/geometries'

const left: HeadBox = { side: 'left', grid: grid({ size: [48, 64, 48], first: [30, 0, 0] }) }
const right: HeadBox = { side: 'right', grid: grid({ size: [48, 64, 48], first: [-30, 0, 0] }) }
const shifted = (box: HeadBox, mm: number): HeadBox => ({
  side: box.side,
  grid: movedBox(box.grid, [mm, 0, 0])
})

describe('boxes that are adjusted', () => {
  it('take a drag back in one step', () => {
    const draft = createBoxDraft([left, right])
    draft.begin()
    for (const mm of [1, 2, 3]) draft.change(shifted(right, mm))
    draft.end(true)
    draft.begin()
    draft.change(shifted(left, -1))
    draft.end(true)
    expect(draft.boxes.value).toEqual([shifted(left, -1), shifted(right, 3)])
    draft.undo()
    expect(draft.boxes.value).toEqual([left, shifted(right, 3)])
    draft.undo()
    expect(draft.boxes.value).toEqual([left, right])
    expect(draft.canUndo.value).toBe(false)
    draft.undo()
    expect(draft.boxes.value).toEqual([left, right])
  })

  it('make no step of a click, or of a drag that is broken off', () => {
    const draft = createBoxDraft([left, right])
    draft.begin()
    draft.end(true)
    draft.begin()
    draft.change(shifted(left, 5))
    // Not in the middle of a drag.
    draft.undo()
    expect(draft.boxes.value[0]).toEqual(shifted(left, 5))
    draft.end(false)
    expect(draft.boxes.value).toEqual([left, right])
    expect(draft.canUndo.value).toBe(false)
  })

  it('can leave a side out and bring it back, each in one step', () => {
    const draft = createBoxDraft([left, right])
    draft.begin()
    draft.change(shifted(left, 4))
    draft.end(true)
    draft.remove('left')
    expect(draft.boxes.value).toEqual([right])
    // What is not there is not changed.
    draft.change(left)
    expect(draft.boxes.value).toEqual([right])
    // One must stay.
    draft.remove('right')
    expect(draft.boxes.value).toEqual([right])
    draft.add(left)
    expect(draft.boxes.value).toEqual([left, right])
    draft.undo()
    expect(draft.boxes.value).toEqual([right])
    draft.undo()
    expect(draft.boxes.value).toEqual([shifted(left, 4), right])
    draft.undo()
    expect(draft.boxes.value).toEqual([left, right])
    expect(draft.canUndo.value).toBe(false)
  })

  it('can be undone after all were replaced', () => {
    const draft = createBoxDraft([shifted(left, 9), right])
    draft.replace([left, right])
    expect(draft.boxes.value).toEqual([left, right])
    draft.undo()
    expect(draft.boxes.value).toEqual([shifted(left, 9), right])
  })
})
