import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readModel, writeModel } from '../../../../../src/main/workspace/model-folder'
import { runCli, type CliRun } from '../../../../fixtures/cli-host'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'
import { twoVariants } from '../../../../fixtures/tiny-model'

const folder = temporaryFolder()
const modelsDir = folder.file('models')
const workspace = folder.file('study')
const models = (...args: string[]): Promise<CliRun> => runCli(['models', ...args], { modelsDir })

beforeAll(async () => {
  const { head, tensors } = twoVariants()
  await writeModel(join(modelsDir, 'snn'), { ...head, id: 'snn' }, tensors, 'card')
})

describe('models export and import', () => {
  it('hand a model on as one file', async () => {
    const file = folder.file('handed.hippospike')
    const exported = await models('export', 'snn', '--out', file, '--json')
    expect(exported.code).toBe(0)
    expect(JSON.parse(exported.stdout)).toEqual({
      model: join(modelsDir, 'snn'),
      out: file,
      bytes: readFileSync(file).length
    })
    const imported = await models('import', file, '--workspace', workspace, '--json')
    expect(imported.code).toBe(0)
    const { id, dir } = JSON.parse(imported.stdout) as { id: string; dir: string }
    expect(id).not.toBe('snn')
    const [before, after] = await Promise.all([join(modelsDir, 'snn'), dir].map(readModel))
    expect([...after!.weights]).toEqual([...before!.weights])
    expect(after!.manifest).toEqual({ ...before!.manifest, id })
  })

  it('replace no file unless they are told to', async () => {
    const file = folder.write('taken.hippospike', 'mine')
    const refused = await models('export', 'snn', '--out', file)
    expect(refused.code).toBe(4)
    expect(refused.stderr).toMatch(/exists already.*--force/)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await models('export', 'snn', '--out', file, '--force')).code).toBe(0)
  })

  it('refuse a model that is not there, and a file that is damaged or none', async () => {
    const file = folder.file('whole.hippospike')
    await models('export', 'snn', '--out', file)
    const unknown = await models('export', 'other', '--out', folder.file('x'))
    expect([unknown.code, unknown.stderr]).toEqual([
      3,
      expect.stringMatching(/models export other: is neither a folder nor one of the models/)
    ])
    const bytes = readFileSync(file)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(file, bytes)
    const target = folder.file('other-study')
    const damaged = await models('import', file, '--workspace', target)
    expect(damaged.code).toBe(3)
    expect(damaged.stderr).toContain('whole.hippospike')
    const text = folder.write('text.hippospike', 'no archive')
    expect((await models('import', text, '--workspace', target)).code).toBe(3)
    expect(existsSync(join(target, 'derivatives', 'hippospike', 'models', 'snn'))).toBe(false)
  })

  it('still list the models without a word more', async () => {
    const { code, stdout } = await models('--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ models: [{ id: 'snn' }] })
  })

  it.each(['export', 'import'])('help with %s', async (command) => {
    const { code, stdout } = await models(command, '--help')
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: hippospike models ${command}`)
    expect(stdout).toMatch(/Examples:\n {2}hippospike models /)
  })
})
