import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { curvesOf, previewFile, previewsOf } from '../../../../../src/main/jobs/training-run'
import { filesIn } from '../../../../../src/main/workspace/run-files'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'

const folder = temporaryFolder()

const step = (n: number, values: Record<string, number | null> = { loss: 1 / n }): string =>
  JSON.stringify({ epoch: 1, step: n, wallTime: 0, values })

function curves(name: string, ...lines: string[]) {
  const files = filesIn(folder.file(name))
  mkdirSync(files.snn, { recursive: true })
  writeFileSync(join(files.snn, 'curves.jsonl'), lines.join('\n'))
  return curvesOf(files)
}

describe('the curves of a run', () => {
  it('are its steps and validations', async () => {
    const validation = step(2, {
      'validation/anterior': 0.5,
      'validation/posterior': 0.6,
      'validation/whole': 0.7,
      'firing-rate/enc0.conv1': 0.1
    })
    expect(await curves('whole', step(1), step(2), validation, '')).toEqual([
      { stage: 'fine-tuning', epoch: 1, step: 1, loss: 1, dice: null, firingRate: null },
      { stage: 'fine-tuning', epoch: 1, step: 2, loss: 0.5, dice: null, firingRate: null },
      {
        ...{ stage: 'fine-tuning', epoch: 1, step: 2, loss: null },
        dice: { anterior: 0.5, posterior: 0.6, whole: 0.7 },
        firingRate: { 'enc0.conv1': 0.1 }
      }
    ])
  })

  it('leave out the line that is being written', async () => {
    expect(await curves('cut', step(1), '{"epoch":1,"st')).toHaveLength(1)
  })

  it('know the whole alone where the masks do', async () => {
    const [point] = await curves('whole-only', step(1, { 'validation/whole': 0.7 }))
    expect(point!.dice).toEqual({ anterior: null, posterior: null, whole: 0.7 })
  })

  it('are thinned out to what a screen can show, but for validations', async () => {
    const lines = Array.from({ length: 6000 }, (_, n) => step(n + 1))
    const all = await curves('long', ...lines, step(6000, { 'validation/whole': 0.7 }))
    expect(all.length).toBeLessThanOrEqual(2002)
    expect(all.at(-1)!.dice).not.toBeNull()
  })

  it('are none of a run that has not begun', async () => {
    expect(await curvesOf(filesIn(folder.file('none')))).toEqual([])
  })
})

describe('the pictures of a run', () => {
  const files = filesIn(folder.file('pictured'))
  for (const [stage, name] of [
    ['ann', 'tiny_1_epoch-001.png'],
    ['fine-tuning', 'tiny_1_epoch-010.png'],
    ['fine-tuning', 'tiny_1_epoch-002.png'],
    ['fine-tuning', 'notes.txt']
  ] as const) {
    mkdirSync(join(files.previews, stage), { recursive: true })
    writeFileSync(join(files.previews, stage, name), 'x')
  }

  it('are listed by stage and epoch', async () => {
    expect(await previewsOf(files)).toEqual([
      { stage: 'ann', epoch: 1, caseId: 'tiny_1' },
      { stage: 'fine-tuning', epoch: 2, caseId: 'tiny_1' },
      { stage: 'fine-tuning', epoch: 10, caseId: 'tiny_1' }
    ])
  })

  it('are found by what is asked for, and nothing else is', async () => {
    const any = { stage: null, caseId: null }
    expect(await previewFile(files, 2, any)).toMatch(/epoch-002\.png$/)
    expect(await previewFile(files, 2, { ...any, stage: 'ann' })).toBeNull()
    expect(await previewFile(files, 2, { ...any, caseId: '../../secret' })).toBeNull()
    expect(await previewFile(files, 3, any)).toBeNull()
  })
})
