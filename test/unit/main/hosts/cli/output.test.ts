import { describe, expect, it } from 'vitest'
import { decimals, fields, table } from '../../../../../src/main/hosts/cli/output'

describe('text for people', () => {
  it('aligns tables', () => {
    expect(table([['structure', 'mm³'], ['whole', '1234.5'], ['none']])).toBe(
      'structure     mm³\nwhole      1234.5\nnone'
    )
  })

  it('puts values below each other and leaves out those that are not', () => {
    expect(
      fields([
        ['mask', 'a.nii.gz'],
        ['spikes', null],
        ['provenance', 'a.run.json']
      ])
    ).toBe('mask        a.nii.gz\nprovenance  a.run.json')
  })

  it('shows a dash for a number that is not there', () => {
    expect(decimals(1.25, 1)).toBe('1.3')
    expect(decimals(null, 1)).toBe('–')
  })
})
