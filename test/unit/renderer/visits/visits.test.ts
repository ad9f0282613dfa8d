import { describe, expect, it } from 'vitest'
import type { CaseSummary } from '../../../../src/shared/api/cases'
import type { VolumeChange } from '../../../../src/shared/api/visits'
import { bySubject, visitText } from '../../../../src/renderer/src/features/cases/subjects'
import {
  invertedLink,
  throughLink,
  turnedByLink
} from '../../../../src/renderer/src/features/visits/link'
import {
  changeSentence,
  errorNote,
  signedText,
  timeBetween
} from '../../../../src/renderer/src/features/visits/visit-words'
import { paintSlice, sampleSlice } from '../../../../src/renderer/src/volume/slice-sample'

function one(id: string, visit: CaseSummary['visit'] = null): CaseSummary {
  return {
    id,
    visit,
    side: null,
    name: id,
    importedAt: '',
    size: [1, 1, 1],
    spacing: [1, 1, 1],
    state: 'new',
    volumesMm3: null,
    wholeMm3: null
  }
}

describe('bySubject', () => {
  it('puts visits together where the first is, by date where all have one, else by name, 2 before 10', () => {
    const groups = bySubject([
      one('01_ses-10', { subject: '01', label: '10', date: null }),
      one('b', { subject: 'b', label: null, date: '2021-01-02' }),
      one('c'),
      one('d', { subject: 'c', label: 'b', date: '2021-01-02' }),
      one('01_ses-2', { subject: '01', label: '2', date: null }),
      one('x', { subject: 'b', label: null, date: '2020-01-02' }),
      one('y', { subject: 'b', label: 'a', date: '2019-01-02' })
    ])
    expect(groups.map(({ subject, cases }) => [subject, cases.map(({ id }) => id)])).toEqual([
      ['01', ['01_ses-2', '01_ses-10']],
      ['b', ['y', 'x', 'b']],
      ['c', ['d', 'c']]
    ])
  })

  it('names visits', () => {
    const visit = { subject: '01', label: '2', date: '2021-02-03' }
    expect(visitText(one('01_ses-2', visit))).toBe('visit 2 · 3 Feb 2021')
    expect(visitText(one('a', { ...visit, label: null }))).toBe('3 Feb 2021')
    expect(visitText(one('a', { ...visit, label: 'baseline', date: null }))).toBe('baseline')
    expect(visitText(one('a'))).toBe('a')
  })
})

describe('a link', () => {
  const link = [0, -1, 0, 5, 1, 0, 0, -3, 0, 0, 1, 7]

  it('leads to the other visit, and back', () => {
    expect(throughLink(link, [1, 2, 3])).toEqual([3, -2, 10])
    expect(turnedByLink(link, [1, 0, 0])).toEqual([0, 1, 0])
    throughLink(invertedLink(link), [3, -2, 10]).forEach((value, axis) => {
      expect(value).toBeCloseTo([1, 2, 3][axis]!, 9)
    })
  })
})

describe('what is said of a change', () => {
  const change: VolumeChange = {
    side: 'left',
    structure: 'whole',
    before: 3000,
    after: 2850,
    percent: -5,
    percentPerYear: null,
    interval: 90,
    basis: 'repeatability',
    isWithinError: false
  }

  it('is whether it is larger than the error', () => {
    expect(changeSentence(change)).toBe(
      'The left hippocampus lost 150 mm³ (5.0 %): more than repeated segmentation gives (± 90 mm³).'
    )
    const small = { ...change, interval: 200, isWithinError: true }
    expect(changeSentence(small)).toContain('within what repeated segmentation gives (± 200 mm³)')
    expect(changeSentence({ ...change, side: null, after: 3150 })).toMatch(
      /^The hippocampus gained/
    )
    expect(changeSentence({ ...change, after: 0 })).toContain('was not found')
  })

  it('names where the error comes from', () => {
    expect(errorNote([change])).toContain('moved boxes')
    expect(errorNote([{ ...change, basis: 'standard' }])).toContain('simulated')
  })

  it('has signs and times', () => {
    expect([12.4, -3, 0.2, -0.2].map((value) => signedText(value))).toEqual(['+12', '−3', '0', '0'])
    expect([10, 365, 1096, -365, null].map((days) => timeBetween({ days }))).toEqual([
      '10 days',
      '12 months',
      '3.0 years',
      '12 months backwards',
      null
    ])
  })
})

describe('sampleSlice', () => {
  // Stored from the patient's left to the right: x goes down as the index goes up.
  const geometry = {
    size: [4, 3, 2] as [number, number, number],
    spacing: [2, 1, 1] as [number, number, number],
    origin: [10, 0, 0] as [number, number, number],
    direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1]
  }
  const voxels = Float32Array.from({ length: 24 }, (_, n) => n % 4)
  const mask = Uint8Array.from({ length: 24 }, (_, n) => (n % 4 === 1 ? 3 : 0))
  const plane = {
    centre: [7, 1, 0.5] as const,
    right: [1, 0, 0] as const,
    up: [0, -1, 0] as const,
    pixels: 5,
    mmPerPixel: 1
  }

  it('has the values and labels of the places, and nothing outside', () => {
    const { values, labels } = sampleSlice(geometry, voxels, mask, plane)
    // x from 5 to 9 is index 2.5 down to 0.5.
    expect([...values.slice(10, 15)]).toEqual([2.5, 2, 1.5, 1, 0.5])
    expect([...labels.slice(10, 15)].slice(3, 4)).toEqual([3])
    expect([...values.slice(0, 5)].every(Number.isNaN)).toBe(true)
    expect([...labels.slice(0, 5)]).toEqual([0, 0, 0, 0, 0])
  })

  it('is painted grey, with outlines in the labels’ colours', () => {
    const slice = sampleSlice(geometry, voxels, mask, plane)
    const painted = paintSlice(slice, 5, { low: 0, high: 2.5 }, { 3: '#102030' })
    expect([...painted.slice(4 * 10, 4 * 10 + 4)]).toEqual([255, 255, 255, 255])
    expect([...painted.slice(4 * 13, 4 * 13 + 3)]).toEqual([16, 32, 48])
    expect([...painted.slice(0, 4)]).toEqual([0, 0, 0, 255])
  })
})
