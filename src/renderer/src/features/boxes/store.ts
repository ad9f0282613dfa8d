import { computed, effectScope, shallowRef, watch, type ComputedRef } from 'vue'
import type { Result } from '../../../../shared/api/cases'
import type { HeadBox } from '../../../../shared/head'
import { centreOf, mmToIndex } from '../../volume/grid'
import { useCases } from '../cases'
import { useViewer } from '../viewer'
import { createBoxDraft, sameBoxes, type BoxDraft } from './box-draft'

/** The boxes of the head on the screen, and the user's changes to them. One for the whole window. */
export interface Boxes {
  /** As they are on the screen; none where the result is no head's. */
  readonly current: ComputedRef<readonly HeadBox[]>
  readonly adjusting: ComputedRef<boolean>
  readonly canUndo: ComputedRef<boolean>
  /** Whether they differ from the located ones. */
  readonly canReset: ComputedRef<boolean>
  start: () => void
  /** Back to the boxes of the result. */
  leave: () => void
  /** While it is on, as while a job runs, nothing can be moved: what was moved meanwhile would be lost with its result. */
  hold: (on: boolean) => void
  undo: () => void
  /** To where they were located. */
  reset: () => void
  /** Chooses a box and puts the crosshair into its middle. */
  goTo: (box: HeadBox) => void
}

let shared: Boxes | undefined

export function useBoxes(): Boxes {
  // Whichever component asks first, the boxes are followed for as long as the window lives.
  return (shared ??= effectScope(true).run(createBoxes)!)
}

function createBoxes(): Boxes {
  const viewer = useViewer()
  const { caseId, resultId, result, results } = useCases()
  const draft = shallowRef<BoxDraft | null>(null)
  const ofResult = computed(() => result.value?.head?.boxes ?? [])
  const located = computed(() => locatedBoxes(result.value, results.value))
  const current = computed(() => draft.value?.boxes.value ?? ofResult.value)

  function leave(): void {
    draft.value = null
    viewer.boxEditing.value = null
    viewer.selectedBox.value = null
  }

  function goTo({ side, grid }: HeadBox): void {
    const geometry = viewer.image.value?.geometry
    if (geometry === undefined) return
    viewer.selectedBox.value = side
    viewer.goToVoxel(mmToIndex(geometry, centreOf(grid)))
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
    adjusting: computed(() => draft.value !== null),
    canUndo: computed(() => draft.value?.canUndo.value ?? false),
    canReset: computed(() => !sameBoxes(current.value, located.value)),
    start() {
      const [first] = ofResult.value
      if (first === undefined) return
      const started = createBoxDraft(ofResult.value)
      draft.value = started
      viewer.boxEditing.value = started
      viewer.boxesVisible.value = true
      viewer.tool.value = 'navigate'
      goTo(first)
    },
    leave,
    hold(on) {
      viewer.boxEditing.value = on ? null : draft.value
    },
    undo: () => draft.value?.undo(),
    reset: () => draft.value?.replace(located.value),
    goTo
  }
}

/** Where the boxes of a result's sides were found by registration: in the result itself, or in the newest one before it that was located. */
function locatedBoxes(result: Result | null, results: readonly Result[]): readonly HeadBox[] {
  const own = result?.head?.boxes ?? []
  const found = [result, ...results].find((one) => (one?.head?.fit ?? null) !== null)?.head?.boxes
  return own.map((box) => found?.find(({ side }) => side === box.side) ?? box)
}
