import {
  computed,
  effectScope,
  reactive,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
  type ShallowRef
} from 'vue'
import type { Geometry } from '../../../../shared/geometry'
import { resultSchema } from '../../../../shared/api/cases'
import { api, messageOf, path } from '../../api'
import { toast } from '../../ui/toasts'
import { WorkCancelled } from '../../volume/background'
import { loadMask, useCases } from '../cases'
import { useViewer, type IntensityWindow } from '../viewer'
import { History } from './history'
import { deleteJournal, JournalWriter, readJournal, type Target } from './journal'
import { labelIntensities } from './label-intensities'
import {
  boxOf,
  createWholeMaskEditor,
  editBetween,
  type Edit,
  type WholeMaskOperation
} from './operations'
import { createPainting } from './painting'
import { createVersionNews } from './version-news'

/** Edits of a mask that were found in the journal. */
export interface Recovery {
  readonly target: Target
  readonly labels: Uint8Array
  readonly changedVoxels: number
}

export interface Editor {
  /** Whether there is a mask to edit. */
  readonly ready: ComputedRef<boolean>
  /** Label that tools paint. */
  readonly label: Ref<number>
  /** Intensities that the threshold brush paints. */
  readonly range: IntensityWindow
  /** Sets {@link range} around the intensities under the label that is painted. */
  rangeFromLabel: () => void

  readonly dirty: ComputedRef<boolean>
  /** Why what is drawn would not survive a crash; null where it would. */
  readonly unkept: Ref<string | null>
  readonly canUndo: ComputedRef<boolean>
  readonly canRedo: ComputedRef<boolean>
  readonly undoName: ComputedRef<string | null>
  readonly redoName: ComputedRef<string | null>
  undo: () => void
  redo: () => void

  /** Each resolves when it is done, or has given way to another edit. */
  smooth: () => Promise<void>
  keepLargest: () => Promise<void>
  /** @param axis stored axis across the slices */
  interpolate: (axis: number) => Promise<void>
  /** Name of what works on the whole mask; null while nothing does. */
  readonly working: ComputedRef<string | null>
  cancelWork: () => void
  /** Takes over another result's mask, as one step. */
  copyFrom: (resultId: string) => Promise<void>

  readonly saving: Ref<boolean>
  /** A new version of the result. False where it failed; nothing is lost then. */
  save: () => Promise<boolean>
  /** A manual result without labels, to draw on. */
  startEmpty: () => Promise<boolean>
  readonly recovery: ShallowRef<Recovery | null>
  recover: () => void
  discardRecovery: () => Promise<void>
  /** For the panel: what went wrong, or why nothing happened. */
  readonly notice: Ref<string | null>
}

interface Session {
  readonly target: Target
  readonly history: History
}

let shared: Editor | undefined

/** The one editor of this window; from its first use on, unsaved edits are kept. */
export function useEditor(): Editor {
  // Its watches must outlive the panel that asks first.
  return (shared ??= effectScope(true).run(createEditor)!)
}

function createEditor(): Editor {
  const viewer = useViewer()
  const cases = useCases()
  const label = ref(1)
  const range = reactive<IntensityWindow>({ low: 0, high: 1 })
  const notice = ref<string | null>(null)
  const saving = ref(false)
  const recovery = shallowRef<Recovery | null>(null)
  /** By mask: what is shown for a moment in its place, such as a timestep's, has no history and takes none away. */
  const histories = new WeakMap<Uint8Array, History>()
  const session = shallowRef<Session | null>(null)
  /** Counts edits, for what follows the history. */
  const edits = ref(0)
  /** Why what is drawn is not written down; null where it is. */
  const unkept = ref<string | null>(null)
  const journal = new JournalWriter((problem) => {
    unkept.value = problem
    notice.value = problem === null ? null : `Unsaved edits would not survive a crash: ${problem}`
  })
  /** Edits that the user goes away from though they are neither saved nor written down. */
  let givenUp: History | null = null
  const news = createVersionNews()
  const wholeMask = createWholeMaskEditor()
  const current = shallowRef<{ name: string; stop: () => void } | null>(null)

  const target = computed<Target | null>(() => {
    const [caseId, resultId] = [cases.caseId.value, cases.resultId.value]
    return caseId === null || resultId === null ? null : { caseId, resultId }
  })
  const follow = <T>(read: (history: History) => T, otherwise: T): ComputedRef<T> =>
    computed(() => {
      // The history is no reactive object: this is how its changes are heard of.
      const heard = edits.value >= 0
      return !heard || session.value === null ? otherwise : read(session.value.history)
    })

  /** The session of the mask on the screen, or null with a notice why it cannot be edited now. */
  function begin(): Session | null {
    const mask = viewer.mask.value
    if (target.value === null || mask === null) {
      notice.value = 'There is no mask to edit: segment the case, or start with an empty mask'
      return null
    }
    if (recovery.value !== null) {
      notice.value = 'Restore or discard the unsaved edits first'
      return null
    }
    // Its outcome would be that of a mask that is no more.
    wholeMask.cancel()
    notice.value = null
    const now = session.value
    if (now !== null && now.history.mask === mask) return now
    const history = histories.get(mask) ?? new History(mask)
    histories.set(mask, history)
    session.value = { target: target.value, history }
    return session.value
  }

  function edited({ target, history }: Session, offsets: Uint32Array): void {
    edits.value += 1
    const size = viewer.image.value?.geometry.size
    if (size !== undefined && viewer.mask.value === history.mask) {
      const box = boxOf(size, offsets)
      if (box !== null) viewer.maskChanged(box)
    }
    journal.later(target, () => (history.dirty ? history.mask.slice() : null))
  }

  function apply(name: string, make: (mask: Uint8Array) => Edit): void {
    const now = begin()
    if (now === null) return
    const edit = make(now.history.mask)
    if (now.history.apply(name, edit)) edited(now, edit.offsets)
    else notice.value = `${name}: there is nothing to change`
  }

  async function applyToWhole(name: string, operation: WholeMaskOperation): Promise<void> {
    const now = begin()
    if (now === null) return
    const stop = new AbortController()
    const work = { name, stop: () => stop.abort() }
    current.value = work
    try {
      const mask = now.history.mask.slice()
      const edit = await wholeMask.run({ operation, mask }, [mask.buffer], stop.signal)
      if (session.value !== now || viewer.mask.value !== now.history.mask) return
      if (now.history.apply(name, edit)) edited(now, edit.offsets)
      else notice.value = `${name}: there is nothing to change`
    } catch (error) {
      if (!(error instanceof WorkCancelled)) notice.value = `${name}: ${messageOf(error)}`
      else if (!stop.signal.aborted && session.value === now) {
        notice.value = `${name} was stopped, because the mask was edited meanwhile`
      }
    } finally {
      if (current.value === work) current.value = null
    }
  }

  function step(move: (history: History) => Uint32Array | null): void {
    const now = session.value
    // Of a mask that another is shown in place of, nothing would be seen.
    if (now === null || painting.busy || viewer.mask.value !== now.history.mask) return
    wholeMask.cancel()
    const offsets = move(now.history)
    if (offsets === null) return
    edited(now, offsets)
    // A version that was saved elsewhere waits for this.
    if (!now.history.dirty) void cases.refreshResults()
  }

  const painting = createPainting({
    viewer,
    label,
    range,
    notice,
    begin,
    session: () => session.value,
    edited
  })

  async function save(): Promise<boolean> {
    const now = session.value
    if (now === null || saving.value) return false
    const { target: owner, history } = now
    const { caseId, resultId } = owner
    saving.value = true
    const base = cases.resultId.value === resultId ? cases.shownVersion.value : null
    try {
      const [mark, how] = [history.mark(), history.summary()]
      const url = path`/api/cases/${caseId}/results/${resultId}/mask?how=${how}`
      // A write of the journal that came in later would offer what is saved.
      await journal.drop()
      const result = await api.put(url, resultSchema, history.mask.slice())
      history.markSaved(mark)
      edits.value += 1
      if (history.dirty) journal.later(owner, () => (history.dirty ? history.mask.slice() : null))
      if (cases.caseId.value === caseId && cases.resultId.value === resultId) cases.adopt(result)
      notice.value = null
      news.saved(base, result.versions)
      return true
    } catch (error) {
      notice.value = `Not saved: ${messageOf(error)}`
      journal.later(owner, () => (history.dirty ? history.mask.slice() : null))
      return false
    } finally {
      saving.value = false
    }
  }

  async function startEmpty(): Promise<boolean> {
    const caseId = cases.caseId.value
    if (caseId === null) return false
    try {
      const result = await api.post(path`/api/cases/${caseId}/results`, resultSchema, {
        from: null,
        name: 'Manual'
      })
      await cases.refreshResults()
      return await cases.selectResult(result.id)
    } catch (error) {
      notice.value = messageOf(error)
      return false
    }
  }

  async function copyFrom(resultId: string): Promise<void> {
    const now = begin()
    if (now === null) return
    try {
      const labels = await loadMask(now.target.caseId, resultId, now.history.mask.length)
      if (session.value !== now) return
      apply('Copy from another mask', (mask) => editBetween(mask, labels))
    } catch (error) {
      notice.value = messageOf(error)
    }
  }

  async function lookForUnsaved(wanted: Target): Promise<void> {
    const current = (): boolean =>
      target.value?.caseId === wanted.caseId && target.value.resultId === wanted.resultId
    try {
      // What was undone a moment ago may still be in the journal.
      await journal.flush()
      const labels = await readJournal(wanted)
      const mask = viewer.mask.value
      if (labels === null || mask === null || !current() || session.value !== null) return
      const { offsets } = editBetween(mask, labels)
      if (offsets.length === 0) await deleteJournal(wanted)
      else recovery.value = { target: wanted, labels, changedVoxels: offsets.length }
    } catch (error) {
      if (current())
        notice.value = `Whether there are unsaved edits is unknown: ${messageOf(error)}`
    }
  }

  /** Edits keep the place of a version that was saved elsewhere: it would be shown in place of them, and they would be gone. */
  function mayReplace(): boolean {
    const now = session.value
    if (now === null || (!painting.busy && !now.history.dirty)) return true
    // Whoever saves it takes the journal away.
    journal.later(now.target, () => (now.history.dirty ? now.history.mask.slice() : null))
    const { caseId, resultId } = now.target
    const newest = cases.result.value?.versions.at(-1)
    if (newest !== undefined && newest.version !== cases.shownVersion.value) {
      news.tell(`${caseId}/${resultId}`, newest)
    }
    return false
  }

  /** Writes down what is drawn. Where that fails the user decides whether to leave it. */
  async function keepEdits(): Promise<boolean> {
    const now = session.value
    const isUnsaved = (): boolean => now !== null && now.history.dirty
    // What failed before may succeed by now.
    if (now !== null && unkept.value !== null) {
      journal.later(now.target, () => (isUnsaved() ? now.history.mask.slice() : null))
    }
    await journal.flush()
    const why = unkept.value
    if (why === null || now === null || !isUnsaved() || givenUp === now.history) return true
    toast(`The edits of ${now.target.caseId} are not saved, and cannot be kept: ${why}`, {
      kind: 'problem',
      action: {
        label: 'Give the edits up',
        run: () => {
          givenUp = now.history
          toast('They are no longer in the way: go on')
        }
      }
    })
    return false
  }

  viewer.onGesture(painting.onGesture)
  cases.beforeLeaving(async (reason) => {
    if (reason === 'replace') return mayReplace()
    painting.finish(false)
    return keepEdits()
  })
  watch(cases.caseId, (id) => {
    // Another workspace may be open by now, which has nothing to do with what waits.
    if (id === null) void journal.drop()
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void journal.flush()
  })
  watch(
    () => {
      const version = cases.shownVersion.value ?? 0
      return target.value === null
        ? null
        : `${target.value.caseId}/${target.value.resultId}/${version}`
    },
    (now) => {
      const mask = viewer.mask.value
      // A version that was saved from here leaves the mask and its history as they are.
      if (session.value !== null && session.value.history.mask === mask) return
      session.value = null
      recovery.value = null
      notice.value = null
      if (now !== null && target.value !== null) void lookForUnsaved(target.value)
    },
    { immediate: true }
  )
  // Another mask may be shown by now.
  viewer.onMaskChange((box) => {
    if (box === null) wholeMask.cancel()
  })
  watch(
    viewer.image,
    (image) => {
      if (image !== null) Object.assign(range, image.window)
    },
    { immediate: true }
  )
  // Another case may know fewer labels.
  watch(viewer.labels, (labels) => {
    if (!labels.some(({ index }) => index === label.value)) label.value = 1
  })

  return {
    ready: computed(() => target.value !== null && viewer.mask.value !== null),
    label,
    range,
    rangeFromLabel() {
      const [image, mask] = [viewer.image.value, viewer.mask.value]
      const found =
        image === null || mask === null ? null : labelIntensities(image.voxels, mask, label.value)
      if (found === null) notice.value = 'No voxel has this label yet'
      else Object.assign(range, found)
    },
    dirty: follow((history) => history.dirty, false),
    unkept,
    canUndo: follow((history) => history.canUndo, false),
    canRedo: follow((history) => history.canRedo, false),
    undoName: follow((history) => history.undoName, null),
    redoName: follow((history) => history.redoName, null),
    undo: () => step((history) => history.undo()),
    redo: () => step((history) => history.redo()),
    smooth: () => withGrid(({ size }) => applyToWhole('Smooth', { kind: 'smooth', size })),
    keepLargest: () =>
      withGrid(({ size }) => {
        const bySide = viewer.isHead.value
        const name = bySide ? 'Keep the largest bodies' : 'Keep the largest body'
        return applyToWhole(name, { kind: 'largest', size, bySide })
      }),
    interpolate: (axis) =>
      withGrid(({ size, spacing }) =>
        applyToWhole('Interpolate', {
          kind: 'interpolate',
          size,
          spacing,
          label: label.value,
          axis
        })
      ),
    working: computed(() => current.value?.name ?? null),
    cancelWork: () => current.value?.stop(),
    copyFrom,
    saving,
    save,
    startEmpty,
    recovery,
    recover() {
      const found = recovery.value
      recovery.value = null
      if (found !== null) {
        apply('Restore unsaved edits', (mask) => editBetween(mask, found.labels))
      }
    },
    async discardRecovery() {
      const found = recovery.value
      if (found === null) return
      try {
        await deleteJournal(found.target)
        recovery.value = null
      } catch (error) {
        notice.value = messageOf(error)
      }
    },
    notice
  }

  function withGrid(run: (geometry: Geometry) => Promise<void>): Promise<void> {
    const geometry = viewer.image.value?.geometry
    return geometry === undefined ? Promise.resolve() : run(geometry)
  }
}
