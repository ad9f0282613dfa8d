import { computed, ref, type ComputedRef, type Ref } from 'vue'

/** Timesteps a second. */
export const SPEEDS = [0.5, 1, 2, 4, 8] as const
export type Speed = (typeof SPEEDS)[number]

/** Walks through the timesteps, by hand or by itself. */
export interface Player {
  /** From 1 to {@link last}. */
  readonly t: Ref<number>
  readonly last: Ref<number>
  readonly playing: Ref<boolean>
  readonly speed: Ref<Speed>
  readonly isAtEnd: ComputedRef<boolean>
  /** Starts over with so many timesteps, at the last. */
  load: (timesteps: number) => void
  /** Goes to a timestep, or to the nearest there is, and stops. */
  goTo: (t: number) => void
  step: (by: number) => void
  /** Plays on, from the first timestep where it is at the end; or stops. */
  toggle: () => void
  stop: () => void
}

/**
 * @param ready resolves once the timestep is on the screen: the next waits for it, so that slow drawing drops the pace and no picture
 */
export function createPlayer(ready: (t: number) => Promise<unknown>): Player {
  const t = ref(1)
  const last = ref(1)
  const playing = ref(false)
  const speed = ref<Speed>(1)
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Of what is played now; older ones find that it is not theirs and end. */
  let round = 0

  function stop(): void {
    round++
    clearTimeout(timer)
    playing.value = false
  }

  function moveTo(next: number): void {
    t.value = Math.min(last.value, Math.max(1, Math.round(next)))
  }

  function schedule(own: number): void {
    timer = setTimeout(() => {
      if (own !== round) return
      moveTo(t.value + 1)
      void ready(t.value)
        .catch(() => undefined)
        .then(() => {
          if (own !== round) return
          if (t.value >= last.value) stop()
          else schedule(own)
        })
    }, 1000 / speed.value)
  }

  return {
    t,
    last,
    playing,
    speed,
    isAtEnd: computed(() => t.value >= last.value),
    load(timesteps) {
      stop()
      last.value = Math.max(1, timesteps)
      t.value = last.value
    },
    goTo(next) {
      stop()
      moveTo(next)
    },
    step(by) {
      stop()
      moveTo(t.value + by)
    },
    toggle() {
      if (playing.value) {
        stop()
        return
      }
      if (last.value < 2) return
      if (t.value >= last.value) moveTo(1)
      playing.value = true
      schedule(++round)
    },
    stop
  }
}
