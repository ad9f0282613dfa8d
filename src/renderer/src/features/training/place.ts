import type { Ref } from 'vue'
import { z } from 'zod'
import { stored } from '../../ui/stored'

/** What the training view shows: a run in the making, one that was started, or the models. */
export const placeSchema = z.discriminatedUnion('page', [
  z.strictObject({ page: z.literal('new') }),
  z.strictObject({ page: z.literal('run'), runId: z.string() }),
  z.strictObject({ page: z.literal('models') })
])
export type Place = z.infer<typeof placeSchema>

export interface TrainingPlace {
  /** Whether the view is on the screen, in place of the image. */
  readonly isOpen: Ref<boolean>
  readonly place: Ref<Place>
  open: (place?: Place) => void
  close: () => void
}

let shared: TrainingPlace | undefined

/** Where in the training view this window is; kept over a reload. */
export function useTrainingPlace(): TrainingPlace {
  return (shared ??= createPlace())
}

function createPlace(): TrainingPlace {
  const isOpen = stored('training-open', z.boolean(), false)
  const place: Ref<Place> = stored('training-place', placeSchema, { page: 'new' })
  return {
    isOpen,
    place,
    open(to) {
      if (to !== undefined) place.value = to
      isOpen.value = true
    },
    close() {
      isOpen.value = false
    }
  }
}
