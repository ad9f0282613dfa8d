import { computed, effectScope, shallowRef, watch, type ComputedRef } from 'vue'
import { startBoxesSchema, type Result } from '../../../../shared/api/cases'
import type { HeadBox } from '../../../../shared/head'
import { SIDES, type Side } from '../../../../shared/labels'
import { api, messageOf, path } from '../../api'
import { toast } from '../../ui/toasts'
import { centreOf, mmToIndex } from '../../volume/grid'
import { useCases } from '../cases'
import { useViewer } from '../viewer'
import { createBoxDraft, sameBoxes, type BoxDraft } from './box-draft'

/** The boxes of the head on the screen, and the user's changes to them. One for the whole window. */
export interface Boxes {
  /** As they are on the screen; none where the result is no head's. */
  readonly current: ComputedRef<readonly HeadBox[]>
  readonly adjusting: ComputedRef<boolean>
  /** Whether they are placed where nothing was located, rather than adjusted. */
  readonly placing: ComputedRef<boolean>
  readonly canUndo: ComputedRef<boolean>
  /** Whether they differ from those that {@link reset} brings back. */
  readonly canReset: ComputedRef<boolean>
  /**
   * Adjusts the boxes of the result, or places new ones where it has none.
   *
   * @param guess where the hippocampi may lie, of a head in which they were not located
   */
  start: (guess: readonly HeadBox[]) => Promise<void>
  /** Back to the boxes of the result. */
  leave: () => void
  /** While it is on, as while a job runs, nothing can be moved: what was moved meanwhile would be lost with its result. */
  hold: (on: boolean) => void
  undo: () => void
  /** To where they were located, or else to where they began. */
  reset: () => void
  /** Leaves out a side, but not the last one. */
  leaveOut: (side: Side) => void
  /** Gives a side that was left out a box again. */
  bringBack: (side: Side) => void
  /** Chooses a box and puts the crosshair into its middle. */
  goTo: (box: HeadBox) => void
}

/** Boxes that are adjusted. */
interface Session {
  readonly draft: BoxDraft
  /** Where a box of each side begins. */
  readonly starts: readonly HeadBox[]
  readonly resetTo: readonly HeadBox[]
  readonly placing: boolean
}

let shared: Boxes | undefined

export function useBoxes(): Boxes {
  // Whichever component asks first, the boxes are followed for as long as the window lives.
  return (shared ??= effectScope(true).run(createBoxes)!)
}

function createBoxes(): Boxes {
  const viewer = useViewer()
  const { caseId, resultId, result, results } = useCases()
  const session = shallowRef<Session | null>(null)
  const ofResult = computed(() => result.value?.head?.boxes ?? [])
  const current = computed(() => session.value?.draft.boxes.value ?? ofResult.value)

  function leave(): void {
    session.value = null
    viewer.boxEditing.value = null
    viewer.selectedBox.value = null
  }

  function goTo({ side, grid }: HeadBox): void {
    const geometry = viewer.image.value?.geometry
    if (geometry === undefined) return
    viewer.selectedBox.value = side
    viewer.goToVoxel(mmToIndex(geometry, centreOf(grid)))
  }

  /** A box a side. @param known the best first */
  async function startsFrom(known: readonly HeadBox[]): Promise<HeadBox[]> {
    const found = bothSides(known)
    if (found !== null || caseId.value === null) return found ?? []
    const url = path`/api/cases/${caseId.value}/image/boxes`
    return bothSides([...known, ...(await api.get(url, startBoxesSchema))]) ?? []
  }

  async function start(guess: readonly HeadBox[]): Promise<void> {
    const [ofCase, shown, own] = [caseId.value, resultId.value, ofResult.value]
    const located = locatedBoxes(result.value, results.value)
    const starts = await startsFrom([...located, ...own, ...guess])
    if (caseId.value !== ofCase || resultId.value !== shown) return
    const placing = own.length === 0
    const first = placing ? starts : own
    if (first[0] === undefined) return
    const resetTo = starts.filter(({ side }) => first.some((box) => box.side === side))
    const draft = createBoxDraft(first)
    session.value = { draft, starts, resetTo, placing }
    viewer.boxEditing.value = draft
    viewer.boxesVisible.value = true
    viewer.tool.value = 'navigate'
    goTo(first[0])
  }

  watch([caseId, resultId], leave)
  watch(
    current,
    (boxes) => {
      viewer.boxes.value = boxes
    },
    { immediate: true }
  )

  return {
    current,
    adjusting: computed(() => session.value !== null),
    placing: computed(() => session.value?.placing ?? false),
    canUndo: computed(() => session.value?.draft.canUndo.value ?? false),
    canReset: computed(
      () => session.value !== null && !sameBoxes(current.value, session.value.resetTo)
    ),
    start: (guess) =>
      start(guess).catch((error: unknown) => {
        toast(messageOf(error), { kind: 'problem' })
      }),
    leave,
    hold(on) {
      viewer.boxEditing.value = on ? null : (session.value?.draft ?? null)
    },
    undo: () => session.value?.draft.undo(),
    reset: () => session.value?.draft.replace(session.value.resetTo),
    leaveOut(side) {
      session.value?.draft.remove(side)
      const [other] = current.value
      if (other !== undefined) goTo(other)
    },
    bringBack(side) {
      const box = session.value?.starts.find((one) => one.side === side)
      if (box === undefined) return
      session.value?.draft.add(box)
      goTo(box)
    },
    goTo
  }
}

/** The first box of each side; null where a side has none. */
function bothSides(boxes: readonly HeadBox[]): HeadBox[] | null {
  const found = SIDES.flatMap((side) => boxes.find((box) => box.side === side) ?? [])
  return found.length === SIDES.length ? found : null
}

/** The boxes that registration has found: those of the result itself, or of the newest one before it that was located. */
function locatedBoxes(result: Result | null, results: readonly Result[]): readonly HeadBox[] {
  const found = [result, ...results].find((one) => (one?.head?.fit ?? null) !== null)
  return found?.head?.boxes ?? []
}
