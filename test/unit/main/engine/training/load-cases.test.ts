import { describe, expect, it } from 'vitest'
import { loadCases } from '../../../../../src/main/engine/training/training-data'
import { PREPROCESSING } from '../../../../../src/main/engine/training/preprocessing'
import type { Dataset } from '../../../../../src/main/imaging/dataset'
import { testContext } from '../../../../fixtures/job-context'

const empty: Dataset = { dir: 'cases', cases: [], splitBy: 'dataset.json', datasetHash: '' }

describe('loadCases', () => {
  it('refuses to train on nothing, which would never end', async () => {
    await expect(loadCases(empty, 'train', PREPROCESSING, testContext())).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(
        /cases has no training cases; list some under split\.train/
      ) as string
    })
  })

  it('does without validation cases', async () => {
    expect(await loadCases(empty, 'validation', PREPROCESSING, testContext())).toEqual([])
  })
})
