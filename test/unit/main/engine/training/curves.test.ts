import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Curves } from '../../../../../src/main/engine/training/curves'
import { tensorboardFile } from '../../../../../src/main/engine/training/tensorboard'
import { failureOf } from '../../../../fixtures/failure'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const START = { epochsDone: 0, step: 0 }
let count = 0

function newFolder(): string {
  const dir = folder.file(`run${count++}`)
  mkdirSync(dir)
  return dir
}

interface Point {
  epoch: number
  step: number
  wallTime: number
  values: Record<string, number>
}

function pointsIn(dir: string): Point[] {
  const lines = readFileSync(join(dir, 'curves.jsonl'), 'utf8').split('\n')
  expect(lines.pop(), 'the last line is finished').toBe('')
  return lines.map((line) => JSON.parse(line) as Point)
}

const steps = (dir: string): number[] => pointsIn(dir).map(({ step }) => step)

describe('curves', () => {
  it('grow by a line a point, with the time', async () => {
    const dir = newFolder()
    const before = Date.now() / 1000
    const curves = await Curves.open(dir, START)
    expect(pointsIn(dir)).toEqual([])
    await curves.add(1, 1, { loss: 2.5, learningRate: 0.001 })
    await curves.add(1, 2, { loss: 2 })
    const points = pointsIn(dir)
    expect(points).toMatchObject([
      { epoch: 1, step: 1, values: { loss: 2.5, learningRate: 0.001 } },
      { epoch: 1, step: 2, values: { loss: 2 } }
    ])
    expect(points[0]!.wallTime).toBeGreaterThanOrEqual(before)
    expect(points[1]!.wallTime).toBeLessThanOrEqual(Date.now() / 1000)
  })

  it('drop what came after the last finished epoch, and go on from there', async () => {
    const dir = newFolder()
    const first = await Curves.open(dir, START)
    for (const [epoch, step] of [
      [1, 1],
      [1, 2],
      [2, 3]
    ] as const) {
      await first.add(epoch, step, { loss: step })
    }
    const resumed = await Curves.open(dir, { epochsDone: 1, step: 2 })
    expect(steps(dir)).toEqual([1, 2])
    await resumed.add(2, 3, { loss: 7 })
    expect(pointsIn(dir).map(({ values }) => values['loss'])).toEqual([1, 2, 7])
  })

  it('keep the steps of an epoch that a checkpoint is in the midst of, and no validation of it', async () => {
    const dir = newFolder()
    const first = await Curves.open(dir, START)
    await first.add(1, 1, { loss: 1 })
    await first.add(1, 1, { 'validation/whole': 0.5 })
    for (const step of [2, 3, 4]) await first.add(2, step, { loss: step })
    await first.add(2, 4, { 'validation/whole': 0.6 })
    await Curves.open(dir, { epochsDone: 1, step: 4 })
    expect(pointsIn(dir).map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 1],
      [1, 1],
      [2, 2],
      [2, 3],
      [2, 4]
    ])
    await Curves.open(dir, { epochsDone: 1, step: 3 })
    expect(steps(dir)).toEqual([1, 1, 2, 3])
  })

  it.each([
    '{"epoch":1,"st',
    '{"epoch":1,"step":3,"wallTime":1,"values":{"loss":1}',
    '}',
    '\0\0\0',
    '{}'
  ])('drop a line that a kill cut off: %s', async (torn) => {
    const dir = newFolder()
    await (await Curves.open(dir, START)).add(1, 1, { loss: 1 })
    appendFileSync(join(dir, 'curves.jsonl'), torn)
    await Curves.open(dir, { epochsDone: 1, step: 2 })
    expect(steps(dir)).toEqual([1])
  })

  it('put all their points, the old ones too, into the TensorBoard file', async () => {
    const dir = newFolder()
    await (await Curves.open(dir, START)).add(1, 1, { loss: 1 })
    const resumed = await Curves.open(dir, { epochsDone: 1, step: 2 })
    await resumed.add(2, 2, { loss: 0.5 })
    await resumed.flushTensorboard()
    const bytes = readFileSync(join(dir, 'tensorboard', 'events.out.tfevents.hippospike'))
    expect(bytes.equals(tensorboardFile(pointsIn(dir)))).toBe(true)
    expect(pointsIn(dir)).toHaveLength(2)
  })

  it('say where they cannot be written', async () => {
    const dir = newFolder()
    writeFileSync(join(dir, 'blocked'), '')
    const error = await failureOf(() => Curves.open(join(dir, 'blocked', 'run'), START))
    expect(error.kind).toBe('output')
    expect(error.message).toContain('blocked')
  })
})
