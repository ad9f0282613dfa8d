// Times `hippospike segment` on whole heads from the start of the process to its end, with its parts and its memory; prints a Markdown table.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { median, root, table } from './support/programs.mjs'

const { values, positionals } = parseArgs({
  options: { repeats: { type: 'string', default: '5' }, model: { type: 'string', default: 'snn' } },
  allowPositionals: true
})
if (positionals.length === 0) {
  console.error('usage: node bench/head.mjs HEAD.nii.gz… [--repeats 5] [--model snn]')
  process.exit(2)
}

const PARTS = ['read', 'locate', 'open', 'infer', 'total']
const folder = mkdtempSync(join(tmpdir(), 'hippospike-bench-'))
const program = join(root, 'bin', 'hippospike.mjs')

/** Megabytes that the processes of a group hold now, by Linux's account; NaN elsewhere. */
function heldBy(pid) {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    const own = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
    const others = children === '' ? [] : children.split(' ').map(heldBy)
    return own / 1000 + others.reduce((sum, megabytes) => sum + megabytes, 0)
  } catch {
    return NaN
  }
}

/** One run: wall time in seconds, what the program says of its parts, and the most that it and its engine held. */
function segment(head) {
  const out = join(folder, 'mask.nii.gz')
  const args = ['segment', head, '--out', out, '--force', '--json', '--model', values.model]
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'ignore']
    })
    let output = ''
    let memory = 0
    const watch = setInterval(() => {
      const held = heldBy(child.pid)
      if (held > memory) memory = held
    }, 20)
    child.stdout.on('data', (chunk) => (output += chunk))
    child.once('close', (code) => {
      clearInterval(watch)
      if (code !== 0) return reject(new Error(`exit code ${code}: ${output}`))
      const wall = (performance.now() - start) / 1000
      const { timings } = JSON.parse(readFileSync(join(folder, 'mask.run.json'), 'utf8'))
      resolve({ wall, memory, ...timings })
    })
  })
}

try {
  const rows = []
  for (const head of positionals) {
    const runs = []
    for (let n = 0; n < Number(values.repeats); n++) runs.push(await segment(head))
    const of = (part) => median(runs.map((run) => run[part])).toFixed(2)
    const memory = Math.max(...runs.map((run) => run.memory)).toFixed(0)
    rows.push([basename(head), of('wall'), ...PARTS.map(of), memory])
  }
  console.log(
    table(
      ['head', 'whole command, s', ...PARTS.map((part) => `${part}, s`), 'peak memory, MB'],
      rows
    )
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
