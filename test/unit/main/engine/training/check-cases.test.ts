import { describe, expect, it } from 'vitest'
import type { TrainingCase } from '../../../../../src/core/training/augmentation'
import { checkCases } from '../../../../../src/main/engine/training/check-cases'
import { failureOf } from '../../../../fixtures/failure'
import { tinyCase } from '../../../../fixtures/tiny-case'

const CASES = [1, 2, 3].map((seed) => tinyCase(8, seed))

async function refusal(cases: TrainingCase[]): Promise<string> {
  const { kind, message } = await failureOf(() => checkCases(cases))
  expect(kind).toBe('input')
  return message
}

describe('cases to train on', () => {
  it('may be different images, and images of different shape with the same values', () => {
    checkCases(CASES)
    const flat: TrainingCase = { ...CASES[0]!, id: 'flat', size: [4, 16, 8] }
    checkCases([...CASES, flat])
  })

  it('may have the same mask on different images', () => {
    checkCases([CASES[0]!, { ...CASES[1]!, labels: CASES[0]!.labels }])
  })

  it('are refused where a mask is empty', async () => {
    const empty = { ...tinyCase(8, 4), id: 'blank', labels: new Uint8Array(8 ** 3) }
    expect(await refusal([...CASES, empty])).toBe(
      'the mask of case blank is empty: it marks no hippocampus; draw it, or take the case out, and start again'
    )
  })

  it('are refused where two are one', async () => {
    const { image, ...rest } = CASES[1]!
    const again = { ...rest, id: 'again', image: Float32Array.from(image) }
    expect(await refusal([...CASES, again])).toBe(
      'cases tiny2 and again are the same: one image, one mask; take one of them out, and start again'
    )
  })

  it('are refused where two masks of one image contradict each other', async () => {
    const labels = Uint8Array.from(CASES[1]!.labels)
    labels[0] = 2
    expect(await refusal([...CASES, { ...CASES[1]!, id: 'other', labels }])).toBe(
      'cases tiny2 and other contradict each other: one image, two masks; keep the case whose mask is right, and start again'
    )
  })
})
