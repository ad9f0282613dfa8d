import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeModel } from '../../../../../src/main/workspace/model-folder'
import { SITE_PRESETS } from '../../../../../src/shared/training-presets'
import { runCli, type CliRun } from '../../../../fixtures/cli-host'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'
import { twoVariants } from '../../../../fixtures/tiny-model'

const folder = temporaryFolder()
const modelsDir = folder.file('models')
const out = folder.file('out')

/** The command line with an engine that says it is done and writes nothing. */
const run = (...args: string[]): Promise<CliRun> =>
  runCli([...args, '--data', 'cases', '--out', out], {
    modelsDir,
    job: () => ({
      model: 'm',
      out,
      stage: 'fine-tuned',
      seconds: 1,
      runtime: 'native',
      validation: null,
      warnings: []
    })
  })

beforeAll(async () => {
  const { head, tensors } = twoVariants()
  await writeModel(join(modelsDir, 'snn'), { ...head, id: 'snn' }, tensors, 'card')
})

describe('finetune', () => {
  it('takes a preset, which a file and options override', async () => {
    const config = folder.write('c.json', '{ "learningRate": 0.01 }')
    const { calls } = await run(
      ...['finetune', '--model', 'snn', '--preset', 'thorough'],
      ...['--config', config, '--epochs', '2']
    )
    expect(calls[0]!.request).toMatchObject({
      settings: { ...SITE_PRESETS.thorough.finetune, learningRate: 0.01, epochs: 2 },
      rehearsal: null
    })
  })

  it('rehearses the cases that come with the program, or others', async () => {
    const missing = await run('finetune', '--model', 'snn', '--rehearsal', 'shipped')
    expect(missing.code).toBe(3)
    expect(missing.stderr).toMatch(/--rehearsal shipped: there is no folder/)
    expect(missing.calls).toEqual([])
    mkdirSync(folder.file('rehearsal'))
    const shipped = await run('finetune', '--model', 'snn', '--rehearsal', 'shipped')
    expect(shipped.calls[0]!.request).toMatchObject({ rehearsal: folder.file('rehearsal') })
    const other = await run('finetune', '--model', 'snn', '--rehearsal', folder.path)
    expect(other.calls[0]!.request).toMatchObject({ rehearsal: folder.path })
  })

  it('warns where no run.json can be written, and is not in vain', async () => {
    const { code, stderr } = await run('finetune', '--model', 'snn')
    expect(code).toBe(0)
    expect(stderr).toMatch(/^hippospike: warning: there is no run\.json: model folder .*\n$/)
  })

  it('refuses an unknown preset', async () => {
    const { code, stderr } = await run('finetune', '--model', 'snn', '--preset', 'best')
    expect(code).toBe(2)
    expect(stderr).toMatch(/quick, standard, thorough/)
  })
})

describe('pipeline', () => {
  it('goes on from an ANN, rehearses in both trainings and takes a preset', async () => {
    const { calls } = await run(
      ...['pipeline', '--from-ann', 'snn', '--preset', 'quick', '--rehearsal', folder.path]
    )
    const [ann, , snn] = calls.map(({ request }) => request)
    expect(ann).toMatchObject({
      model: join(modelsDir, 'snn'),
      rehearsal: folder.path,
      settings: { epochs: 10 }
    })
    expect(snn).toMatchObject({ rehearsal: folder.path, settings: { epochs: 4 } })
  })

  it('starts from random weights without', async () => {
    const { calls } = await run('pipeline')
    expect(calls[0]!.request).toMatchObject({ model: null, rehearsal: null, settings: {} })
  })
})
