// `npm test`: every check in order, up to the first that fails. The last line counts the tests of all projects.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isBuilt } from './support/build-state.mjs'
import { packageScript, root, runNode, wasStopped } from './support/run.mjs'
import { countTests } from './support/vitest-count.mjs'

const reports = join(root, 'out', 'test-results')
const total = { passed: 0, failed: 0, skipped: 0 }

const tool =
  (path, ...args) =>
  () =>
    runNode(packageScript(path), args)

async function vitest(project) {
  const report = join(reports, `${project}.json`)
  mkdirSync(reports, { recursive: true })
  rmSync(report, { force: true })
  const code = await runNode(packageScript('vitest/vitest.mjs'), [
    'run',
    `--project=${project}`,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`
  ])
  const counts = countTests(report, code)
  for (const kind of Object.keys(total)) total[kind] += counts[kind]
  return code
}

const setupEngine = () => runNode(join(root, 'scripts', 'setup-engine.mjs'))

const steps = [
  { name: 'setup:engine', run: setupEngine },
  { name: 'build', run: () => (isBuilt() ? 0 : runNode(join(root, 'scripts', 'build.mjs'))) },
  { name: 'type check', run: tool('typescript/bin/tsc') },
  { name: 'type check of the renderer', run: tool('vue-tsc/bin/vue-tsc.js', '-p', 'src/renderer') },
  { name: 'eslint', run: tool('eslint/bin/eslint.js', '.', '--max-warnings', '0') },
  { name: 'prettier', run: tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.') },
  { name: 'unit tests', run: () => vitest('unit'), counted: true },
  { name: 'integration tests', run: () => vitest('integration'), counted: true },
  { name: 'end-to-end tests', run: () => vitest('e2e'), counted: true }
]

for (const [index, step] of steps.entries()) {
  console.log(`\n> ${index + 1}/${steps.length} ${step.name}`)
  const started = performance.now()
  let code
  try {
    code = await step.run()
  } catch (error) {
    console.error(error.message)
    code = 1
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`> ${step.name}: ${code === 0 ? 'ok' : `failed (exit code ${code})`}, ${seconds} s`)
  if (code === 0) continue

  if (!step.counted) total.failed += 1
  const rest = steps.slice(index + 1).map(({ name }) => name)
  if (rest.length > 0) console.log(`> not run after that: ${rest.join(', ')}`)
  process.exitCode = wasStopped(code) ? code : 1
  break
}

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
