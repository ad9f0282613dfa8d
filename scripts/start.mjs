// `npm start`: prepares what is missing, segments the sample case, then opens the app on it. Each part can be interrupted and run again.
import { mkdirSync } from 'node:fs'
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

say('Step 1 of 4: the TensorFlow engine (fetched once; Hippospike also works without it, slower)')
await step('scripts/setup-engine.mjs')

if (isBuilt()) {
  say('Step 2 of 4: the program is built already')
} else {
  say('Step 2 of 4: building the program (some seconds)')
  await step('scripts/build.mjs')
}

const image = 'resources/sample/imagesTr/hippocampus_023.nii.gz'
const mask = 'out/sample/hippocampus_023_dseg.nii.gz'
mkdirSync(join(root, 'out', 'sample'), { recursive: true })
say('Step 3 of 4: segmenting the sample case on the command line, with')
console.log(`  npx hippospike segment ${image} --out ${mask} --force\n`)
await step('bin/hippospike.mjs', ['segment', image, '--out', mask, '--force'])

const workspace = join('out', 'sample-workspace')
const electron = findElectron()
// Wayland or X: without either no window can be opened.
const screen =
  process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
    ? null
    : 'there is no screen'
const obstacle = electron.missing ?? screen
if (obstacle === null) {
  say('Step 4 of 4: opening the app on the sample case')
  const code = await runProgram(electron.path, [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    root,
    `--workspace=${join(root, workspace)}`,
    '--sample'
  ])
  process.exitCode = code
} else {
  say(`Step 4 of 4: the window cannot be opened (${obstacle}), so the app is served to a browser`)
  process.exitCode = await runNode(join(root, 'bin/hippospike.mjs'), [
    'serve',
    '--workspace',
    workspace,
    '--sample'
  ])
}
