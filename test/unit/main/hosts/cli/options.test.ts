import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import {
  boxOption,
  realNumber,
  roiOption,
  wholeNumber
} from '../../../../../src/main/hosts/cli/options'
import { failureOf } from '../../../../fixtures/failure'

describe('numbers', () => {
  it('takes whole ones within their range', () => {
    expect(wholeNumber(1, 64)('64')).toBe(64)
    expect(wholeNumber(0)(' 7 ')).toBe(7)
  })

  it.each(['0', '65', '-1', '1.5', '1e1', '', 'four', '0x4'])('refuses %j timesteps', (text) => {
    expect(() => wholeNumber(1, 64)(text)).toThrow(InvalidArgumentError)
  })

  it('takes real ones within their range', () => {
    expect(realNumber(0, 1)('0')).toBe(0)
    expect(realNumber(0, Infinity, { above: true })('1e-3')).toBe(0.001)
  })

  it.each(['0', '-1', '', ' ', 'NaN', 'Infinity', 'x'])('refuses %j as a rate', (text) => {
    expect(() => realNumber(0, 1, { above: true })(text)).toThrow(InvalidArgumentError)
  })
})

describe('--roi', () => {
  it('is six voxel indices', () => {
    expect(roiOption('0, 1,2,10,11,12')).toEqual([0, 1, 2, 10, 11, 12])
  })

  it.each([
    ['1,2,3', /six whole numbers/],
    ['a,b,c,d,e,f', /six whole numbers/],
    ['0,0,0,1.5,2,3', /six whole numbers/],
    ['-1,0,0,5,5,5', /axis i goes from -1 to 5/],
    ['0,0,5,5,5,5', /axis k goes from 5 to 5/]
  ])('refuses %s', async (text, expected) => {
    const failure = await failureOf(() => roiOption(text))
    expect(failure.kind).toBe('usage')
    expect(failure.message).toMatch(expected)
  })
})

describe('--box', () => {
  it('is a side and the voxel in the middle of its hippocampus, once a side', () => {
    const left = boxOption('left=10, 20,30')
    expect(left).toEqual([{ side: 'left', voxel: [10, 20, 30] }])
    expect(boxOption('right=1,2,3', left)).toEqual([...left, { side: 'right', voxel: [1, 2, 3] }])
  })

  it.each(['10,20,30', 'top=1,2,3', 'left=1,2', 'left=1,2,-3', 'left=1.5,2,3', 'left', 'left='])(
    'refuses %s',
    async (text) => {
      const failure = await failureOf(() => boxOption(text))
      expect(failure.kind).toBe('usage')
      expect(failure.message).toMatch(/left=i,j,k or right=i,j,k/)
    }
  )

  it('refuses a second box of a side', async () => {
    const failure = await failureOf(() => boxOption('left=4,5,6', boxOption('left=1,2,3')))
    expect(failure.kind).toBe('usage')
    expect(failure.message).toMatch(/left=4,5,6: the left side has a box already/)
  })
})
