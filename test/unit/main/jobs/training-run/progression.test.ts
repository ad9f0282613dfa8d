import { describe, expect, it } from 'vitest'
import { legsOf, stepsOf, type Pace } from '../../../../../src/main/jobs/training-run/pace'
import { Progression } from '../../../../../src/main/jobs/training-run/progression'
import { MEASURED } from './scripted-engine'

/** A run of 100 s of training and 20 s of tests by what was measured, on a clock of the test. */
function run() {
  const clock = { now: 0 }
  const legs = [
    { state: 'fine-tuning', seconds: 100 },
    { state: 'evaluating', seconds: 20 }
  ] as const
  return { clock, progression: new Progression(legs, () => clock.now) }
}

describe('the time left', () => {
  it('is not known before anything begins', () => {
    const { progression } = run()
    expect(progression.secondsLeft).toBeNull()
    expect(progression.fraction).toBe(0)
  })

  it('is what was measured at first, and then what shows', () => {
    const { clock, progression } = run()
    progression.enter('fine-tuning')
    expect(progression.secondsLeft).toBe(120)
    progression.advance(0)
    clock.now = 60
    progression.advance(0.25)
    // A quarter took 60 s: 180 s are left of this, and the tests will be as slow: 2.4 times.
    expect(progression.secondsLeft).toBeCloseTo(180 + 48, 6)
    expect(progression.fraction).toBeCloseTo(25 / 120, 6)
  })

  it('learns for what comes from what was', () => {
    const { clock, progression } = run()
    progression.enter('fine-tuning')
    progression.advance(0)
    clock.now = 50
    progression.advance(1)
    progression.enter('evaluating')
    expect(progression.secondsLeft).toBeCloseTo(10, 6)
  })

  it('counts from where a resumed run goes on, not from its start', () => {
    const { clock, progression } = run()
    progression.enter('fine-tuning')
    clock.now = 5
    progression.advance(0.8)
    expect(progression.fraction).toBeCloseTo(80 / 120, 6)
    expect(progression.secondsLeft).toBeCloseTo(20 + 20, 6)
    clock.now = 15
    progression.advance(0.9)
    expect(progression.secondsLeft).toBeCloseTo(10 + 20, 6)
  })

  it('proves right of a run at an even pace, all along', () => {
    const { clock, progression } = run()
    progression.enter('fine-tuning')
    progression.advance(0)
    const end = 1.5 * 120
    for (clock.now = 9; clock.now < 150; clock.now += 3) {
      progression.advance(clock.now / 150)
      expect(clock.now + progression.secondsLeft!).toBeCloseTo(end, 6)
    }
    clock.now = 150
    progression.enter('evaluating')
    for (; clock.now < end; clock.now += 3) {
      progression.advance((clock.now - 150) / 30)
      expect(clock.now + progression.secondsLeft!).toBeCloseTo(end, 6)
    }
  })
})

describe('what a run should take', () => {
  const sizes = { train: 5, validation: 2, test: 3, rehearsal: 16, reference: 10 }

  it('is its steps, its validations and its tests', () => {
    const pace: Pace = { ann: null, snn: MEASURED }
    const legs = legsOf(pace, sizes)
    expect(legs.map(({ state }) => state)).toEqual(['fine-tuning', 'evaluating'])
    // Three epochs of ten steps of 2 s, each with two cases of 1 s; an engine starts in 6 s.
    expect(legs[0]!.seconds).toBe(6 + 30 * 2 + 3 * 2 * 1)
    // Four engines; 13 cases before and after.
    expect(legs[1]!.seconds).toBeCloseTo(4 * 6 + 26 * 1.4, 9)
    expect(stepsOf(pace, sizes)).toBe(30)
  })

  it('of the whole scheme is the ANN, its conversion and both', () => {
    const sampling = { batchSize: 2, stepsPerEpoch: null, rehearsalShare: 0.5 }
    const ann = { ...MEASURED, secondsPerStep: 0.5, epochs: 4, validateEvery: 2, sampling }
    const pace: Pace = { ann, snn: MEASURED }
    const legs = legsOf(pace, { ...sizes, rehearsal: 0 })
    expect(legs.map(({ state }) => state)).toEqual([
      ...['ann', 'converting', 'fine-tuning', 'evaluating']
    ])
    // Five cases by two: three steps an epoch.
    expect(legs[0]!.seconds).toBe(6 + 4 * 3 * 0.5 + 2 * 2 * 1)
    expect(stepsOf(pace, { ...sizes, rehearsal: 0 })).toBe(12 + 30)
  })

  it('has no tests of held-out cases where there are none', () => {
    const [, evaluating] = legsOf({ ann: null, snn: MEASURED }, { ...sizes, test: 0 })
    expect(evaluating!.seconds).toBeCloseTo(2 * 6 + 20 * 1.4, 9)
  })
})
