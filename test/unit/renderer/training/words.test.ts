import { describe, expect, it } from 'vitest'
import {
  actionsOf,
  isActive,
  stepsOf,
  waitsFor
} from '../../../../src/renderer/src/features/training/run-words'
import { problemWords } from '../../../../src/renderer/src/features/training/run/problem-words'
import { standingStill } from '../../../../src/renderer/src/features/training/run/standing-still'
import { freeName } from '../../../../src/renderer/src/features/training/setup/run-name'
import { modelFileName } from '../../../../src/renderer/src/features/training/model-file'
import { longTimeText } from '../../../../src/renderer/src/features/training/time-words'
import {
  caseChanges,
  changeText,
  chanceText,
  diceAxis,
  verdictWords
} from '../../../../src/renderer/src/features/training/verdict-words'
import { runStateSchema, type RunState, type Verdict } from '../../../../src/shared/training'

const plan = {
  kind: 'fine-tune',
  model: 'snn',
  timesteps: null,
  finetune: {},
  runtime: null
} as const
const scheme = {
  kind: 'scheme',
  model: null,
  timesteps: 4,
  mode: 'binary',
  scale: 1,
  train: {},
  finetune: {},
  runtime: null
} as const

describe('a time for who waits', () => {
  it.each([
    [0.2, '1 s'],
    [54, '54 s'],
    [55, '1 min'],
    [600, '10 min'],
    [3599, '1 h'],
    [4850, '1 h 20 min'],
    [7 * 3600 + 300, '7 h 10 min']
  ])('of %f s is %s', (seconds, text) => {
    expect(longTimeText(seconds)).toBe(text)
  })
})

describe('the steps of a run', () => {
  const marks = (
    state: RunState,
    reached: RunState | null = null,
    of: typeof plan | typeof scheme = plan
  ) => stepsOf({ state, plan: of }, reached).map(({ progress }) => progress)

  it('are done, now and ahead', () => {
    expect(marks('fine-tuning')).toEqual(['done', 'now', 'ahead'])
    expect(marks('converting', null, scheme)).toEqual(['done', 'done', 'now', 'ahead', 'ahead'])
    expect(marks('done')).toEqual(['done', 'done', 'done'])
  })

  it('of one that stands still stay where it was seen', () => {
    expect(marks('paused', 'fine-tuning')).toEqual(['done', 'now', 'ahead'])
    expect(marks('paused')).toEqual(['ahead', 'ahead', 'ahead'])
  })
})

it.each([
  ['queued', 'open', ['cancel']],
  ['fine-tuning', 'open', ['pause', 'cancel']],
  ['paused', 'open', ['resume', 'cancel']],
  ['interrupted', 'open', ['resume']],
  ['failed', 'open', ['resume']],
  ['cancelled', 'open', ['resume']],
  ['done', 'open', ['accept', 'discard']],
  ['done', 'accepted', []]
] as const)('a run that is %s (decision %s) can be asked for %j', (state, decision, actions) => {
  expect(actionsOf({ state, decision })).toEqual(actions)
})

it('a run that stands still says so, and every other does not', () => {
  for (const state of runStateSchema.options) {
    const still = standingStill({ state, problem: 'the disk is full', seconds: 60, fraction: 0.5 })
    expect(still === null, state).toBe(isActive({ state }) || state === 'done')
    if (state === 'failed' || state === 'interrupted') {
      expect(still!.text).toContain('The disk is full.')
    }
  }
})

it.each([
  [
    'fine-tune: training stopped, as its loss is NaN in epoch 2, step 5, at a learning rate of 0.1; the last good state, after epoch 1, is in /a b/checkpoint.bin; lower the learning rate and start anew in another folder',
    'Training stopped, as its loss is NaN in epoch 2, step 5, at a learning rate of 0.1; the last good state, after epoch 1, is kept: start a new run with a lower learning rate, under Settings for experts.'
  ],
  [
    'train: training stopped, as its loss is NaN in epoch 1, step 1, at a learning rate of 1; lower the learning rate and start anew in another folder',
    'Training stopped, as its loss is NaN in epoch 1, step 1, at a learning rate of 1: start a new run with a lower learning rate, under Settings for experts.'
  ],
  [
    'the checkpoint after epoch 2 could not be kept: /x/checkpoint.bin: cannot be written (ENOSPC); it takes 4.0 MB, 0.1 MB are free; the checkpoint after epoch 1 is kept: start the run again and it goes on from there',
    'The checkpoint after epoch 2 could not be kept: /x/checkpoint.bin: cannot be written (ENOSPC); it takes 4.0 MB, 0.1 MB are free; the checkpoint after epoch 1 is kept: the run goes on from there.'
  ],
  [
    'Hippospike ended before it was done; resume it to go on from its last checkpoint',
    'Hippospike ended before it was done.'
  ],
  [
    '/x/checkpoint.bin cannot be resumed: it is damaged; remove both to start anew, or choose another folder with --out',
    '/x/checkpoint.bin cannot be resumed: it is damaged; start a new run.'
  ]
])('what stops a training is said in the window’s words', (problem, text) => {
  expect(problemWords(problem)).toBe(text)
})

it('a run that waits says for what', () => {
  const other = { id: 'b', name: 'Site B', state: 'ann' } as const
  expect(waitsFor({ id: 'a' }, null, [other])).toBe('Waits until “Site B” is done')
  expect(waitsFor({ id: 'a' }, null, [{ ...other, id: 'a' }])).toBe('Waits for its turn')
})

it('a new run has a name that no other has', () => {
  expect(freeName('fine-tune', [])).toBe('Fine-tuning 1')
  expect(freeName('fine-tune', [{ name: 'Fine-tuning 1' }, { name: 'Fine-tuning 3' }])).toBe(
    'Fine-tuning 2'
  )
})

it('a model as a file is called as the command line calls it', () => {
  expect(modelFileName('site')).toBe('site.hippospike')
})

describe('a verdict in words', () => {
  const dice = (whole: number) => ({ anterior: whole, posterior: whole, whole })
  const set = (before: number, after: number, cases = 2, p: number | null = null) => ({
    cases: Array.from({ length: cases }, (_, n) => ({
      ...{ id: `c${n}`, before: dice(before), after: dice(after) }
    })),
    ...{ before: dice(before), after: dice(after), p }
  })
  const verdict = (
    says: Verdict['says'],
    site: Verdict['site'],
    reference = set(0.9, 0.898)
  ): Verdict => ({
    ...{ says, site, reference }
  })

  it('of a gain says how large it is, on what, and what it cost', () => {
    const words = verdictWords(verdict('better', set(0.7, 0.8)))
    expect(words.tone).toBe('good')
    expect(words.meaning).toContain('rose from 0.700 to 0.800 on your 2 held-out hippocampi')
    expect(words.meaning).toContain('changed by −0.002')
  })

  it('does not call a gain more than it is, where chance may have made it', () => {
    expect(verdictWords(verdict('better', set(0.7, 0.8, 1))).meaning).toMatch(/too few .* chance/i)
    expect(verdictWords(verdict('better', set(0.7, 0.8, 8, 0.2))).meaning).toMatch(/may be chance/i)
    expect(verdictWords(verdict('better', set(0.7, 0.8, 8, 0.008))).meaning).not.toMatch(
      /may be|too few/i
    )
  })

  it('says where the whole gained and its parts lost', () => {
    const site = {
      ...set(0.7, 0.8),
      before: { anterior: 0.8, posterior: 0.75, whole: 0.7 },
      after: { anterior: 0.78, posterior: 0.741, whole: 0.8 }
    }
    const words = verdictWords(verdict('better', site))
    expect(words).toMatchObject({
      tone: 'neutral',
      title: 'Better as a whole, but not in its parts'
    })
    expect(words.meaning).toContain(
      'but the anterior part lost 0.020 and the posterior part 0.009.'
    )
    const one = { ...site, before: { ...site.before, anterior: 0.78 } }
    expect(verdictWords(verdict('better', one)).meaning).toContain(
      'but the posterior part lost 0.009.'
    )
    const none = { ...one, before: { ...one.before, posterior: 0.742 } }
    expect(verdictWords(verdict('better', none)).tone).toBe('good')
  })

  it('of a network that forgets advises against it', () => {
    const words = verdictWords(verdict('forgets', set(0.7, 0.8), set(0.9, 0.85)))
    expect(words).toMatchObject({ tone: 'bad', title: 'Better on your cases, but it forgets' })
    expect(words.meaning).toContain('it lost 0.050')
    expect(verdictWords(verdict('forgets', null, set(0.9, 0.85))).advice).toMatch(/^Discard it/)
  })

  it('says where nothing was tested', () => {
    expect(verdictWords(verdict('untested', null)).title).toBe('Not tested on your cases')
  })

  it('has signs and no false digits', () => {
    expect([0.0123, -0.004, 0.0002, null].map(changeText)).toEqual([
      '+0.012',
      '−0.004',
      '±0.000',
      '–'
    ])
    expect([null, 0.2, 0.04, 0.0001].map(chanceText)).toEqual([
      'Too few cases to tell this from chance',
      'May be chance (p = 0.200)',
      'Unlikely to be chance (p = 0.040)',
      'Unlikely to be chance (p < 0.001)'
    ])
  })

  it('lists the cases by their gain', () => {
    const cases = [
      { id: 'b', before: dice(0.5), after: dice(0.6) },
      { id: 'a', before: dice(0.5), after: dice(0.6) },
      { id: 'c', before: dice(0.5), after: dice(0.9) }
    ]
    expect(caseChanges({ cases }).map(({ id }) => id)).toEqual(['c', 'a', 'b'])
  })

  it.each([[[0.71, 0.84]], [[0.9, 0.9]], [[0, 1]], [[0.999, 1]], [[]]])(
    'has an axis that holds %j',
    (values) => {
      const { low, high, ticks } = diceAxis(values)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeGreaterThan(low)
      expect(high).toBeLessThanOrEqual(1)
      for (const value of values) {
        expect(value).toBeGreaterThanOrEqual(low - 1e-9)
        expect(value).toBeLessThanOrEqual(high + 1e-9)
      }
      expect(ticks.length).toBeLessThanOrEqual(7)
    }
  )
})
