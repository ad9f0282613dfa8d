// `npm start`: prepares what is missing, then segments the sample case. Each part can be interrupted and run again.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isBuilt } from './support/build-state.mjs'
import { root, runNode } from './support/run.mjs'

const SAMPLES = 'resources/sample/imagesTr'

const say = (text) => console.log(`\n> ${text}`)

async function step(script, args = []) {
  const code = await runNode(join(root, script), args)
  if (code !== 0) process.exit(code)
}

function firstSample() {
  const folder = join(root, SAMPLES)
  if (!existsSync(folder)) return undefined
  return readdirSync(folder)
    .filter((name) => /\.nii(\.gz)?$/.test(name))
    .sort()[0]
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

const sample = firstSample()
if (sample === undefined) {
  console.error(`start: there is no image in ${SAMPLES}: get a whole copy of the repository`)
  process.exit(1)
}
const image = `${SAMPLES}/${sample}`
const mask = `out/sample/${sample.replace(/(_T1w)?\.nii(\.gz)?$/, '')}_dseg.nii.gz`
mkdirSync(join(root, 'out', 'sample'), { recursive: true })

say('Step 3 of 3: segmenting the sample case with')
console.log(`  npx hippospike segment ${image} --out ${mask} --force\n`)
await step('bin/hippospike.mjs', ['segment', image, '--out', mask, '--force'])

say(`Done. The mask: ${join(root, mask)}`)
console.log('  Your own images: npx hippospike segment IMAGE --out MASK.nii.gz')
console.log('  Everything else: npx hippospike --help')
