import { describe, expect, it } from 'vitest'
import { headProblem } from '../../../../src/main/imaging/registration/register-head'
import { windowWords } from '../../../../src/renderer/src/ui/window-words'

const ADVICE =
  'give a T1-weighted scan of a whole head, or say where the hippocampi lie by --box left=i,j,k --box right=i,j,k (the voxels in their middles), ' +
  'or which crop around one to take by --roi i0,j0,k0,i1,j1,k1 (end exclusive), in 0-based voxel indices in stored axis order'
const fit = { transform: [], scale: 1, correlation: 0.8, coverage: 1 }

describe('a head that could not be located', () => {
  it.each([
    ['no fit', null],
    ['little of a brain', { ...fit, coverage: 0.1 }],
    ['a giant', { ...fit, scale: 3 }],
    ['another contrast', { ...fit, correlation: 0.26 }]
  ])('is told of in the window’s words: %s', (_, found) => {
    const problem = headProblem(found)!
    const text = `/data/a b: c/sub-1_T1w.nii.gz: ${problem}, so the hippocampi cannot be located; ${ADVICE}`
    expect(windowWords(text)).toBe(
      `This scan ${problem}, so the hippocampi cannot be located; place the boxes around them by hand, or open a T1-weighted scan of a whole head`
    )
  })

  it('leaves what it knows nothing of', () => {
    const text = 'sub-1_T1w.nii.gz: is damaged; export it again'
    expect(windowWords(text)).toBe(text)
  })
})
