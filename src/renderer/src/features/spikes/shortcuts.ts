import { onScopeDispose, watch, type ComputedRef } from 'vue'
import type { Side } from '../../../../shared/labels'
import { listShortcuts, registerShortcut, type ListedKey } from '../../ui/shortcuts'
import type { SpikeSession } from './spike-session'

const group = 'Spike activity'
const KEYS = {
  play: ['Space', 'Play or pause the timesteps'],
  before: ['ArrowLeft', 'Go to the timestep before'],
  next: ['ArrowRight', 'Go to the next timestep'],
  first: ['Home', 'Go to the first timestep'],
  last: ['End', 'Go to the last timestep']
} as const satisfies Record<string, ListedKey>
/** Of a head alone. */
const OTHER_SIDE: ListedKey = ['s', 'Look at the other hippocampus']

listShortcuts({
  group,
  where: 'in the panel Spikes',
  keys: [...Object.values(KEYS), OTHER_SIDE]
})

/**
 * The keys of the spikes, for as long as the component that calls this lives.
 *
 * @param sides that there are spikes of
 */
export function registerSpikeShortcuts(session: SpikeSession, sides: ComputedRef<Side[]>): void {
  const { info, player } = session
  const add = ([keys, description]: ListedKey, run: () => void): (() => void) =>
    registerShortcut({
      keys,
      description,
      group,
      run: () => {
        if (info.value === null) return false
        run()
        return true
      }
    })
  const stops = [
    add(KEYS.play, () => player.toggle()),
    add(KEYS.before, () => player.step(-1)),
    add(KEYS.next, () => player.step(1)),
    add(KEYS.first, () => player.goTo(1)),
    add(KEYS.last, () => player.goTo(player.last.value))
  ]
  onScopeDispose(() => stops.forEach((stop) => stop()))
  watch(
    () => sides.value.length > 1,
    (both, _, onCleanup) => {
      if (!both) return
      const other = (): void => {
        const side = sides.value.find((one) => one !== info.value?.side)
        if (side) void session.chooseSide(side)
      }
      onCleanup(add(OTHER_SIDE, other))
    },
    { immediate: true }
  )
}
