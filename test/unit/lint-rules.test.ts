import { join } from 'node:path'
import { ESLint } from 'eslint'
import { beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const rule = 'hippospike/import-direction'
let eslint: ESLint

beforeAll(() => {
  eslint = new ESLint({
    cwd: root,
    ruleFilter: ({ ruleId }) => ruleId === rule,
    // The files below do not exist, so there is no project to type them with.
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } }
  })
})

async function complaints(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) })
  return (result?.messages ?? [])
    .filter(({ ruleId, fatal }) => ruleId === rule || fatal === true)
    .map(({ message }) => message)
}

describe('imports against the direction of the architecture', () => {
  const wrong: [file: string, code: string, says: string][] = [
    ['src/shared/a.ts', "import '../core/b'", 'src/shared must not import src/core/b'],
    ['src/shared/a.ts', "import 'commander'", 'only packages there are zod'],
    ['src/core/snn/a.ts', "import '../../main/engine/b'", 'must not import src/main/engine/b'],
    ['src/core/snn/a.ts', "import { readFile } from 'node:fs'", 'must not import node:fs'],
    ['src/core/snn/a.ts', "import { readFile } from 'fs'", 'must not import fs'],
    ['src/core/snn/a.ts', "import { app } from 'electron'", 'must not import electron'],
    ['src/core/snn/a.ts', "import * as tf from '@tensorflow/tfjs-node-gpu'", 'must not import'],
    ['src/core/snn/a.ts', "import { z } from 'zod'", 'must not import zod'],
    ['src/core/snn/a.ts', "export * from '../../main/jobs/b'", 'must not import src/main/jobs/b'],
    ['src/core/snn/a.ts', "const b = import('../../main/jobs/b')", 'must not import'],
    ['src/core/snn/a.ts', "type B = import('../../main/jobs/b').B", 'must not import'],
    ['src/main/engine/a.ts', "import '../api/b'", 'must not import src/main/api/b'],
    ['src/main/jobs/a.ts', "import { app } from 'electron'", 'must not import electron'],
    ['src/main/api/a.ts', "import '../hosts/cli/b'", 'must not import src/main/hosts/cli/b'],
    ['src/main/api/a.ts', "import { app } from 'electron'", 'must not import electron'],
    ['src/main/hosts/cli/a.ts', "import '../electron/b'", 'must not import'],
    ['src/main/hosts/cli/a.ts', "import { app } from 'electron'", 'must not import electron'],
    ['src/preload/a.ts', "import '../core/b'", 'must not import src/core/b'],
    ['src/preload/a.ts', "import 'node:fs'", 'only packages there are electron'],
    ['src/renderer/src/a.ts', "import '../../core/b'", 'must not import src/core/b'],
    ['src/renderer/src/a.ts', "import 'node:fs'", 'must not import node:fs'],
    ['src/renderer/src/a.ts', "import '@cornerstonejs/core'", 'src/renderer/src/cornerstone alone'],
    ['src/renderer/src/a.ts', "import './features/cases/store'", 'through its index.ts'],
    ['src/renderer/src/features/viewer/a.ts', "import '../cases/store'", 'through its index.ts'],
    ['src/main/engine/a.ts', "import 'lodash'", 'not among the dependencies'],
    ['src/main/misc/a.ts', "import './b'", 'no part of the architecture'],
    ['src/core/snn/a.ts', "import '../../../test/b'", 'must not import test/b']
  ]
  it.each(wrong)('%s: %s', async (file, code, says) => {
    const found = await complaints(file, code)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(says)
  })

  it('is reported in a component too', async () => {
    const code = `<script setup lang="ts">\nimport '../../core/b'\n</script>\n<template><p /></template>\n`
    const found = await complaints('src/renderer/src/A.vue', code)
    expect(found).toEqual([expect.stringContaining('must not import src/core/b')])
  })
})

describe('imports along it', () => {
  const right: [file: string, code: string][] = [
    ['src/shared/a.ts', "import { z } from 'zod'"],
    ['src/shared/a.ts', "import { version } from '../../package.json'"],
    ['src/core/snn/a.ts', "import '../volume/b'; import '../../shared/c'"],
    ['src/core/snn/a.ts', "import * as tf from '@tensorflow/tfjs-core'"],
    ['src/core/snn/a.ts', "import '@tensorflow/tfjs-core/dist/register_all_gradients'"],
    ['src/main/engine/a.ts', "import '../imaging/b'; import '../../core/c'; import 'node:fs'"],
    ['src/main/engine/a.ts', "const tf = import('@tensorflow/tfjs-node-gpu')"],
    ['src/main/api/a.ts', "import '../jobs/b'"],
    ['src/main/hosts/cli/a.ts', "import '../../api/b'; import './c'; import '../../engine/d'"],
    ['src/main/hosts/electron/a.ts', "import { app } from 'electron'"],
    ['src/preload/a.ts', "import { contextBridge } from 'electron'; import '../shared/b'"],
    ['src/renderer/src/a.ts', "import './features/cases'; import './features/cases/index'"],
    ['src/renderer/src/features/cases/a.ts', "import './store'; import '../../ui/b'"],
    ['src/renderer/src/cornerstone/a.ts', "import '@cornerstonejs/core'"],
    ['test/unit/a.ts', "import '../../src/main/hosts/cli/b'"]
  ]
  it.each(right)('%s: %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([])
  })
})
