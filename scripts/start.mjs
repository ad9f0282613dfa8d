// `npm start`: prepares what is missing, then opens the app on the sample case. Each part can be interrupted and run again.
import { join } from 'node:path'
import { isBuilt } from './support/build-state.mjs'
import { findElectron } from './support/electron.mjs'
import { root, runNode, runProgram } from './support/run.mjs'

const say = (text) => console.log(`\n> ${text}`)

async function step(script, args = []) {
  const code = await runNode(join(root, script), args)
  if (code !== 0) process.exit(code)
}

say('Hippospike: hippocampus segmentation with spiking neural networks')

say('Step 1 of 3: the TensorFlow engine (fetched once; Hippospike also works without it, slower)')
await step('scripts/setup-engine.mjs')

if (isBuilt()) {
  say('Step 2 of 3: the program is built already')
} else {
  say('Step 2 of 3: building the program (some seconds)')
  await step('scripts/build.mjs')
}

const workspace = join('out', 'sample-workspace')
const electron = findElectron()
// Wayland or X: without either no window can be opened.
const screen =
  process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
    ? null
    : 'there is no screen'
const obstacle = electron.missing ?? screen
if (obstacle === null) {
  say('Step 3 of 3: opening the app on the sample case')
  const code = await runProgram(electron.path, [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    root,
    `--workspace=${join(root, workspace)}`,
    '--sample'
  ])
  process.exitCode = code
} else {
  say(`Step 3 of 3: the window cannot be opened (${obstacle}), so the app is served to a browser`)
  process.exitCode = await runNode(join(root, 'bin/hippospike.mjs'), [
    'serve',
    '--workspace',
    workspace,
    '--sample'
  ])
}
