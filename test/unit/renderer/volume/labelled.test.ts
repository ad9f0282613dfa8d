import { describe, expect, it } from 'vitest'
import { eachLabelled } from '../../../../src/renderer/src/volume/labelled'

function found(mask: Uint8Array): [number, number][] {
  const all: [number, number][] = []
  eachLabelled(mask, (label, n) => all.push([n, label]))
  return all
}

describe('eachLabelled', () => {
  const values = [0, 0, 0, 3, 0, 0, 0, 0, 1, 2, 0, 0, 0, 4]
  const labelled = [
    [3, 3],
    [8, 1],
    [9, 2],
    [13, 4]
  ]

  it('visits what is labelled, in order, and what does not fill a word at the end', () => {
    expect(found(Uint8Array.from(values))).toEqual(labelled)
    expect(found(new Uint8Array(9))).toEqual([])
    expect(found(new Uint8Array(0))).toEqual([])
  })

  it('takes a mask that begins in the middle of a word', () => {
    const whole = Uint8Array.from([9, ...values, 9])
    expect(found(whole.subarray(1, -1))).toEqual(labelled)
  })
})
