import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hippospike-scripts-'))
})

afterEach(() => rm(folder, { recursive: true }))

describe('counting the tests of a run', () => {
  async function count(report: string | undefined, exitCode: number): Promise<unknown> {
    const file = join(folder, 'report.json')
    await rm(file, { force: true })
    if (report !== undefined) await writeFile(file, report)
    const module = pathToFileURL(join(root, 'scripts/support/vitest-count.mjs')).href
    const { countTests } = (await import(module)) as {
      countTests: (file: string, exitCode: number) => unknown
    }
    return countTests(file, exitCode)
  }

  it('takes them from the report', async () => {
    const report = JSON.stringify({
      numPassedTests: 5,
      numFailedTests: 2,
      numPendingTests: 3,
      numTodoTests: 1
    })
    expect(await count(report, 1)).toEqual({ passed: 5, failed: 2, skipped: 4 })
  })

  it('never hides a run that failed without a failing test', async () => {
    expect(await count(JSON.stringify({ numPassedTests: 5 }), 1)).toMatchObject({ failed: 1 })
    expect(await count(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
    expect(await count('{"numPassed', 137)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('is nothing where there are no tests', async () => {
    expect(await count(undefined, 0)).toEqual({ passed: 0, failed: 0, skipped: 0 })
  })
})

describe('the command before the build', () => {
  it('says what is missing and what to run', async () => {
    await mkdir(join(folder, 'bin'))
    await cp(join(root, 'bin/hippospike.mjs'), join(folder, 'bin/hippospike.mjs'))
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, 'bin/hippospike.mjs'), '--version'],
      { encoding: 'utf8' }
    )
    expect(status).toBe(1)
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('npm run build')
  })
})

describe('the state of the build', () => {
  function state(expression: string): string {
    const code = `import * as state from './scripts/support/build-state.mjs'; console.log(${expression})`
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: folder,
      encoding: 'utf8'
    })
    expect(run.stderr).toBe('')
    return run.stdout.trim()
  }

  beforeEach(async () => {
    await cp(join(root, 'scripts/support'), join(folder, 'scripts/support'), { recursive: true })
    await mkdir(join(folder, 'src/deep'), { recursive: true })
    await mkdir(join(folder, 'out'))
    await writeFile(join(folder, 'src/deep/a.ts'), 'a')
    for (const file of ['electron.vite.config.ts', 'package.json', 'package-lock.json']) {
      await writeFile(join(folder, file), '{}')
    }
    await writeFile(join(folder, 'tsconfig.json'), '{}')
  })

  it('is whole only between its mark and the next change of a source', async () => {
    expect(state('state.isBuilt()')).toBe('false')
    expect(state('(state.markBuilt(state.fingerprint()), state.isBuilt())')).toBe('true')
    await writeFile(join(folder, 'src/deep/a.ts'), 'b')
    expect(state('state.isBuilt()')).toBe('false')
    await writeFile(join(folder, 'src/deep/a.ts'), 'a')
    expect(state('state.isBuilt()')).toBe('true')
    await writeFile(join(folder, 'src/b.ts'), '')
    expect(state('state.isBuilt()')).toBe('false')
  })

  it('is missing while a build runs', () => {
    expect(
      state('(state.markBuilt(state.fingerprint()), state.unmarkBuilt(), state.isBuilt())')
    ).toBe('false')
  })
})
