import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import type { HeadBox } from '../../../../shared/head'
import { SIDES, type Side } from '../../../../shared/labels'

/** The boxes of a head while they are adjusted. */
export interface BoxDraft {
  readonly boxes: ShallowRef<readonly HeadBox[]>
  readonly canUndo: ComputedRef<boolean>
  /** Opens a change, which any number of {@link change}s make up. */
  begin: () => void
  /** Puts a box in the place of the one of its side. */
  change: (box: HeadBox) => void
  /** Closes the change: one step to undo, if anything is different; where `keep` is false, all is as it was. */
  end: (keep: boolean) => void
  /** Takes all boxes at once, as one step. */
  replace: (boxes: readonly HeadBox[]) => void
  /** Takes a side's box away, as one step; the last one stays. */
  remove: (side: Side) => void
  /** Puts a box in its side's place, as one step. */
  add: (box: HeadBox) => void
  undo: () => void
}

/** @param first what it begins with; nothing before it can be undone to */
export function createBoxDraft(first: readonly HeadBox[]): BoxDraft {
  const boxes = shallowRef(first)
  const done = shallowRef<readonly (readonly HeadBox[])[]>([])
  let before: readonly HeadBox[] | null = null

  function end(keep: boolean): void {
    if (before === null) return
    if (!keep) boxes.value = before
    else if (!sameBoxes(before, boxes.value)) done.value = [...done.value, before]
    before = null
  }

  function replace(next: readonly HeadBox[]): void {
    end(true)
    before = boxes.value
    boxes.value = next
    end(true)
  }

  return {
    boxes,
    canUndo: computed(() => done.value.length > 0),
    begin() {
      end(true)
      before = boxes.value
    },
    change(box) {
      boxes.value = boxes.value.map((one) => (one.side === box.side ? box : one))
    },
    end,
    replace,
    remove(side) {
      const others = boxes.value.filter((box) => box.side !== side)
      if (others.length > 0) replace(others)
    },
    add(box) {
      replace(
        SIDES.flatMap((side) =>
          side === box.side ? box : (boxes.value.find((one) => one.side === side) ?? [])
        )
      )
    },
    undo() {
      // In the middle of a drag there is no telling what is meant.
      if (before !== null) return
      const last = done.value.at(-1)
      if (last === undefined) return
      boxes.value = last
      done.value = done.value.slice(0, -1)
    }
  }
}

/** Whether boxes lie in the same places. */
export function sameBoxes(a: readonly HeadBox[], b: readonly HeadBox[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
