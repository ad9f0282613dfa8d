import { describe, expect, it } from 'vitest'
import { pairToCompare } from '../../../../src/renderer/src/features/compare/pair'
import {
  fileName,
  labelChoices,
  needsSide,
  obstacle
} from '../../../../src/renderer/src/features/report/export-choice'
import { problemText, timeText } from '../../../../src/renderer/src/features/segmentation/stages'
import {
  countText,
  durationText,
  energyText,
  sidesText,
  volumeText
} from '../../../../src/renderer/src/ui/format'
import type { Result } from '../../../../src/shared/api/cases'
import type { AppJob } from '../../../../src/shared/api/jobs'

function result(id: string, kind: Result['kind']): Result {
  return {
    id,
    name: id,
    kind,
    model: null,
    stage: null,
    timesteps: null,
    createdAt: '2026-01-01T00:00:00Z',
    volumesMm3: { anterior: 1, posterior: 1, whole: 2 },
    head: null,
    confidence: null,
    cost: null,
    warnings: [],
    hasSpikes: false,
    hasProbabilities: kind === 'model',
    versions: [
      { version: 1, savedAt: '2026-01-01T00:00:00Z', by: 'a', how: 'b', changedVoxels: null }
    ],
    approved: null
  }
}

const job: AppJob = {
  id: 'j',
  request: {
    kind: 'segment',
    caseId: 'c',
    model: 'snn',
    timesteps: null,
    runtime: null,
    side: 'both',
    boxes: null
  },
  state: 'running',
  stage: 'segment',
  message: null,
  fraction: 0.5,
  secondsLeft: 12.4,
  usualSeconds: null,
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
  problem: null,
  guess: null,
  resultId: null
}

describe('what to compare first', () => {
  it('takes the expert’s mask and the one on the screen', () => {
    const results = [result('new', 'model'), result('old', 'model'), result('gt', 'truth')]
    expect(pairToCompare(results, 'old')).toEqual({ a: 'gt', b: 'old' })
    expect(pairToCompare(results, 'gt')).toEqual({ a: 'gt', b: 'new' })
  })

  it('takes two others where there is none, and nothing where there is one', () => {
    const results = [result('new', 'model'), result('old', 'manual')]
    expect(pairToCompare(results, null)).toEqual({ a: 'old', b: 'new' })
    expect(pairToCompare([result('gt', 'truth')], 'gt')).toBeNull()
    expect(pairToCompare([result('new', 'model')], 'new')).toBeNull()
  })
})

describe('what can be exported', () => {
  it('asks for a side only where labels say one', () => {
    expect(needsSide('nifti', 'native', false)).toBe(false)
    expect(needsSide('nifti', 'freesurfer', false)).toBe(true)
    expect(needsSide('csv', 'freesurfer', false)).toBe(false)
    const model = result('m', 'model')
    const crop = { labels: 'sides', side: null, isHead: false } as const
    expect(obstacle(model, 'nifti', crop)).toMatch(/which hippocampus/)
    expect(obstacle(model, 'nifti', { ...crop, side: 'left' })).toBeNull()
  })

  it('asks for no side of a head, whose labels say it', () => {
    expect(labelChoices(false).map(({ value }) => value)).toEqual(['native', 'freesurfer', 'sides'])
    expect(labelChoices(true).map(({ value }) => value)).toEqual(['native', 'freesurfer'])
    expect(needsSide('nrrd-seg', 'freesurfer', true)).toBe(false)
    const head = { labels: 'freesurfer', side: null, isHead: true } as const
    expect(obstacle(result('m', 'model'), 'nifti', head)).toBeNull()
  })

  it('gives no probabilities of a mask that was drawn', () => {
    const native = { labels: 'native', side: null, isHead: false } as const
    expect(obstacle(result('m', 'manual'), 'probabilities', native)).toMatch(/by hand/)
    expect(obstacle(result('m', 'model'), 'probabilities', native)).toBeNull()
  })

  it('names files by case and result', () => {
    expect(fileName('p1', 'snnT4', 'nrrd-seg')).toBe('sub-p1_seg-snnT4.seg.nrrd')
  })
})

describe('what is said of a job', () => {
  it('tells the time run and the time left', () => {
    const now = Date.parse('2026-01-01T00:00:03Z')
    expect(timeText(job, now)).toBe('3.0 s · about 12 s left')
    expect(timeText({ ...job, startedAt: null, secondsLeft: null }, now)).toBe('')
    const slow = { ...job, secondsLeft: null, usualSeconds: 2.5 }
    expect(timeText(slow, now)).toBe('3.0 s · usually 2.5 s')
    expect(timeText({ ...slow, secondsLeft: 1 }, now)).toBe('3.0 s · about 1.0 s left')
  })

  it('does not speak as the command line does', () => {
    const problem = '--runtime cuda: no NVIDIA GPU was found'
    expect(problemText({ ...job, problem })).toBe(
      'The runtime cuda was asked for: no NVIDIA GPU was found'
    )
  })
})

describe('numbers for people', () => {
  it('keeps them short', () => {
    expect([volumeText(3567.6), countText(1.44e9), countText(999), countText(56_000_000)]).toEqual([
      '3,568',
      '1.44 G',
      '999',
      '56.0 M'
    ])
    expect(sidesText({ left: 3421.4, right: 3502 })).toBe('L 3,421 R 3,502')
    expect([energyText(1.43567), energyText(19.09), energyText(250)]).toEqual([
      '1.44 mJ',
      '19.1 mJ',
      '250 mJ'
    ])
    expect(sidesText({ left: null, right: 3502 })).toBe('R 3,502')
    expect([durationText(0.84), durationText(59.7), durationText(185)]).toEqual([
      '0.8 s',
      '1 min 00 s',
      '3 min 05 s'
    ])
  })
})
