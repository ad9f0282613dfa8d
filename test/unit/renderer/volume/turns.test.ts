import { expect, it } from 'vitest'
import { turns } from '../../../../src/renderer/src/volume/turns'

it('lets the window have a turn after long work, and not before', async () => {
  let clock = 0
  const turn = turns(() => clock)
  const order: string[] = []
  const other = (name: string): void => void setTimeout(() => order.push(name))
  other('waiting')
  clock = 10
  await turn()
  expect(order).toEqual([])
  clock = 45
  await turn()
  expect(order).toEqual(['waiting'])
  other('next')
  clock = 50
  await turn()
  expect(order).toEqual(['waiting'])
})
