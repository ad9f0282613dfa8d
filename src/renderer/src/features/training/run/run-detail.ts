import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import {
  curveListSchema,
  previewListSchema,
  type CurvePoint,
  type PreviewInfo,
  type TrainingRun
} from '../../../../../shared/api/training'
import { ApiError, api, messageOf, onReconnect, path } from '../../../api'
import { isActive } from '../run-words'

export interface RunDetail {
  readonly points: ShallowRef<readonly CurvePoint[]>
  readonly previews: ShallowRef<readonly PreviewInfo[]>
  readonly problem: Ref<string | null>
  load: () => Promise<void>
}

/** Milliseconds between two readings of the curves of a run that is at work: no one sees more, and it is to be quick. */
const PAUSE = 2_000

/** Curves and previews of a run, read again as it goes on. */
export function useRunDetail(run: Ref<TrainingRun>): RunDetail {
  const points = shallowRef<readonly CurvePoint[]>([])
  const previews = shallowRef<readonly PreviewInfo[]>([])
  const problem = ref<string | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  const reading = { now: false, again: false }
  const isStale = (): boolean => reading.again
  let isGone = false

  async function load(): Promise<void> {
    if (reading.now) {
      reading.again = true
      return
    }
    reading.now = true
    reading.again = false
    const { id } = run.value
    try {
      const [curves, pictures] = await Promise.all([
        api.get(path`/api/training/runs/${id}/curves`, curveListSchema),
        api.get(path`/api/training/runs/${id}/previews`, previewListSchema)
      ])
      // A list that did not grow is not drawn again.
      if (curves.length !== points.value.length) points.value = curves
      if (pictures.length !== previews.value.length) previews.value = pictures
      problem.value = null
    } catch (error) {
      // A host that is starting, or a run that was just removed, has its own word elsewhere.
      if (!(error instanceof ApiError && error.status === 404)) problem.value = messageOf(error)
    } finally {
      reading.now = false
      if (isStale()) request()
    }
  }

  function request(): void {
    if (isGone) return
    timer ??= setTimeout(() => {
      timer = undefined
      void load()
    }, PAUSE)
  }

  watch(
    () => [run.value.state, run.value.fraction, run.value.message] as const,
    ([state], [before]) => {
      if (isActive({ state })) request()
      else if (state !== before) void load()
    }
  )
  const stop = onReconnect(() => void load())
  onBeforeUnmount(() => {
    isGone = true
    clearTimeout(timer)
    stop()
  })
  void load()
  return { points, previews, problem, load }
}
