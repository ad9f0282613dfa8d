import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { asInterrupted, isAbandoned } from '../../../../../src/main/jobs/training-run/abandoned'
import {
  canResume,
  isActive,
  nextRunState,
  type RunHappening
} from '../../../../../src/main/jobs/training-run/transitions'
import type { RunStatus } from '../../../../../src/main/workspace/run-store'
import { runStateSchema, type RunState } from '../../../../../src/shared/training'

const STATES = runStateSchema.options
const WORK: RunState[] = ['queued', 'preparing', 'ann', 'converting', 'fine-tuning', 'evaluating']

describe('the states of a run', () => {
  it.each([
    ['start', { queued: 'preparing' }],
    ['train', { preparing: 'ann' }],
    ['convert', { preparing: 'converting', ann: 'converting' }],
    ['tune', { preparing: 'fine-tuning', converting: 'fine-tuning' }],
    ['evaluate', { preparing: 'evaluating', 'fine-tuning': 'evaluating' }],
    ['finish', { evaluating: 'done' }],
    ['fail', Object.fromEntries(WORK.map((state) => [state, 'failed']))],
    ['lose', Object.fromEntries(WORK.map((state) => [state, 'interrupted']))],
    ['pause', Object.fromEntries(WORK.map((state) => [state, 'paused']))],
    [
      'cancel',
      Object.fromEntries([...WORK, 'paused', 'interrupted'].map((state) => [state, 'cancelled']))
    ],
    [
      'resume',
      Object.fromEntries(
        ['paused', 'failed', 'cancelled', 'interrupted'].map((state) => [state, 'queued'])
      )
    ]
  ] as [RunHappening, Record<string, RunState>][])('change by %s as they should', (what, ways) => {
    const found = STATES.flatMap((state) => {
      const next = nextRunState(state, what)
      return next === null ? [] : [[state, next]]
    })
    expect(Object.fromEntries(found)).toEqual(ways)
  })

  it('are at work, or can be resumed, or are done', () => {
    expect(STATES.filter(isActive)).toEqual(WORK)
    expect(STATES.filter((state) => !isActive(state) && !canResume(state))).toEqual(['done'])
  })
})

describe('a run that nobody works on any more', () => {
  const now = new Date('2026-11-28T12:00:00Z')
  const status = (changes: Partial<RunStatus> = {}): RunStatus => ({
    format: 'hippospike-run-state',
    version: 1,
    state: 'fine-tuning',
    baseline: 'snn',
    fraction: 0.4,
    seconds: 12,
    problem: null,
    decision: 'open',
    modelId: null,
    process: { host: 'elsewhere', pid: 1 },
    updatedAt: '2026-11-28T11:59:30Z',
    ...changes
  })
  const GONE = { host: hostname(), pid: 2 ** 22 + 1 }

  it.each([
    ['that of a program which has ended', { process: GONE }, true],
    [
      'one of this program that it does not know',
      { process: { host: hostname(), pid: process.pid } },
      true
    ],
    ['one of another machine that was heard of just now', {}, false],
    ['one that has been silent for long', { updatedAt: '2026-11-28T11:58:00Z' }, true],
    [
      'one of another program that runs',
      { process: { host: hostname(), pid: process.ppid } },
      false
    ],
    ['one that is paused', { state: 'paused', process: GONE }, false]
  ] as [string, Partial<RunStatus>, boolean][])('is %s: %o', (_, changes, expected) => {
    expect(isAbandoned(status(changes), now)).toBe(expected)
  })

  it('is interrupted, and keeps how far it was', () => {
    expect(asInterrupted(status())).toMatchObject({
      state: 'interrupted',
      fraction: 0.4,
      seconds: 12
    })
  })
})
