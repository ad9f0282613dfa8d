// Times `hippospike segment` from the start of the process to its end, by model and runtime; prints a Markdown table.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { repeats: { type: 'string', default: '5' } } })
const repeats = Number(values.repeats)
const models = ['ann', 'snn', 'snn-ternary']
/** Only spiking models run on `event`. */
const runtimesOf = (model) => [...(model === 'ann' ? [] : ['event']), 'native', 'wasm']

const images = join(root, 'resources', 'sample', 'imagesTr')
const image = join(images, readdirSync(images).filter((name) => name.endsWith('.nii.gz'))[0])
const folder = mkdtempSync(join(tmpdir(), 'hippospike-bench-'))

/** One run: wall time in seconds, and what the program says it took itself. */
function segment(model, runtime) {
  const args = ['segment', image, '--out', join(folder, 'mask.nii.gz'), '--force', '--json']
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(root, 'bin', 'hippospike.mjs'), ...args, '--model', model, '--runtime', runtime],
      { stdio: ['ignore', 'pipe', 'ignore'] }
    )
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.once('close', (code) => {
      if (code !== 0) return reject(new Error(`exit code ${code}: ${output}`))
      const wall = (performance.now() - start) / 1000
      resolve({ wall, own: JSON.parse(output).seconds })
    })
  })
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

try {
  console.log('| model | runtime | whole command, s | of it reading to writing, s |')
  console.log('| --- | --- | --- | --- |')
  for (const model of models) {
    for (const runtime of runtimesOf(model)) {
      const runs = []
      for (let i = 0; i < repeats; i++) runs.push(await segment(model, runtime))
      const wall = median(runs.map((run) => run.wall)).toFixed(2)
      const own = median(runs.map((run) => run.own)).toFixed(2)
      console.log(`| ${model} | ${runtime} | ${wall} | ${own} |`)
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
