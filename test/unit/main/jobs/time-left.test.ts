import { describe, expect, it } from 'vitest'
import { secondsLeft, type Pace } from '../../../../src/main/jobs/time-left'

const usual = { start: 0.5, read: 1, locate: 4, segment: 6, write: 0.5 }
/** 1 s into the location, of which 4 s are usual. */
const pace: Pace = {
  stage: 'locate',
  seconds: 1,
  fraction: null,
  toldAtSeconds: 0,
  passed: { start: 0.5, read: 1 },
  usual
}

describe('the time left of a job', () => {
  it('is the rest of its stage and what usually follows', () => {
    // 3 of the location, 6, 0.5.
    expect(secondsLeft(pace)).toBe(9.5)
    expect(secondsLeft({ ...pace, stage: 'write', seconds: 0.25 })).toBe(0.25)
  })

  it('follows the pace of the stage where that is told', () => {
    const quarter = { ...pace, stage: 'segment', fraction: 0.25, toldAtSeconds: 5 }
    // A quarter in 5 s: 20 s in all, and the writing.
    expect(secondsLeft({ ...quarter, seconds: 5 })).toBe(15.5)
    expect(secondsLeft({ ...quarter, seconds: 8 })).toBe(12.5)
    expect(secondsLeft({ ...quarter, seconds: 8, usual: null })).toBe(12)
    expect(secondsLeft({ ...quarter, seconds: 8, fraction: 1 })).toBe(0.5)
  })

  it('does not take the beginning of a stage for its pace', () => {
    expect(secondsLeft({ ...pace, fraction: 0.01, toldAtSeconds: 1 })).toBe(9.5)
  })

  it('is not told where the stage takes longer than was to be expected', () => {
    expect(secondsLeft({ ...pace, seconds: 4 })).toBeNull()
    const half = { ...pace, stage: 'segment', fraction: 0.5, toldAtSeconds: 2 }
    expect(secondsLeft({ ...half, seconds: 4 })).toBeNull()
  })

  it('is not told where nothing is known', () => {
    expect(secondsLeft({ ...pace, usual: null })).toBeNull()
    expect(secondsLeft({ ...pace, stage: 'other' })).toBeNull()
  })

  it('counts a stage that comes twice once', () => {
    // 3 of 4 s of the location passed before: 1 is left, less the half second that it runs again.
    const again = { ...pace, seconds: 0.5, passed: { read: 1, locate: 3, segment: 1 } }
    expect(secondsLeft(again)).toBe(1)
  })
})
