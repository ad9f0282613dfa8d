import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPlayer } from '../../../../src/renderer/src/features/spikes/player'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const drawn = (): Promise<void> => Promise.resolve()

describe('a player of timesteps', () => {
  it('starts at the end, where the mask is final', () => {
    const player = createPlayer(drawn)
    player.load(4)
    expect([player.t.value, player.last.value, player.isAtEnd.value]).toEqual([4, 4, true])
  })

  it('stays within the timesteps', () => {
    const player = createPlayer(drawn)
    player.load(4)
    player.step(1)
    expect(player.t.value).toBe(4)
    player.goTo(-3)
    expect(player.t.value).toBe(1)
    player.step(-1)
    expect(player.t.value).toBe(1)
    player.goTo(2.6)
    expect(player.t.value).toBe(3)
    player.goTo(99)
    expect(player.t.value).toBe(4)
  })

  it('plays from the first timestep to the last, then stops', async () => {
    const player = createPlayer(drawn)
    player.load(3)
    player.toggle()
    expect([player.t.value, player.playing.value]).toEqual([1, true])
    await vi.advanceTimersByTimeAsync(999)
    expect(player.t.value).toBe(1)
    await vi.advanceTimersByTimeAsync(2)
    expect(player.t.value).toBe(2)
    await vi.advanceTimersByTimeAsync(1000)
    expect([player.t.value, player.playing.value]).toEqual([3, false])
    await vi.advanceTimersByTimeAsync(5000)
    expect(player.t.value).toBe(3)
  })

  it('plays on from where it was paused, at another speed', async () => {
    const player = createPlayer(drawn)
    player.load(9)
    player.goTo(4)
    player.toggle()
    player.toggle()
    await vi.advanceTimersByTimeAsync(5000)
    expect([player.t.value, player.playing.value]).toEqual([4, false])
    player.speed.value = 4
    player.toggle()
    await vi.advanceTimersByTimeAsync(520)
    expect(player.t.value).toBe(6)
  })

  it('waits for a timestep that is slow to draw', async () => {
    let finish = (): void => undefined
    const player = createPlayer(() => new Promise<void>((resolve) => (finish = resolve)))
    player.load(4)
    player.toggle()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(player.t.value).toBe(2)
    finish()
    await vi.advanceTimersByTimeAsync(1000)
    expect(player.t.value).toBe(3)
  })

  it('goes on where drawing fails', async () => {
    const player = createPlayer(() => Promise.reject(new Error('gone')))
    player.load(3)
    player.toggle()
    await vi.advanceTimersByTimeAsync(2100)
    expect(player.t.value).toBe(3)
  })

  it('stops when the user takes over, or another result is loaded', async () => {
    const player = createPlayer(drawn)
    player.load(8)
    player.toggle()
    player.goTo(5)
    expect(player.playing.value).toBe(false)
    player.toggle()
    player.load(2)
    await vi.advanceTimersByTimeAsync(9000)
    expect([player.t.value, player.playing.value]).toEqual([2, false])
  })

  it('has nothing to play with one timestep', () => {
    const player = createPlayer(drawn)
    player.load(1)
    player.toggle()
    expect(player.playing.value).toBe(false)
  })
})
