// What fine-tuning on five cases of another scanner brings, and what it forgets; prints a Markdown table. The other scanner is made up: see
// support/other-scanner.ts.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildParts, mean, root, table } from './support/programs.mjs'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string', default: 'snn' },
    preset: { type: 'string', default: 'standard' },
    config: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    cases: { type: 'string', default: '5' },
    rehearsal: { type: 'string', default: join(root, 'resources', 'rehearsal') }
  }
})
if (values.data === undefined) {
  console.error(
    'usage: node bench/adapt.mjs --data DIR [--model snn] [--preset standard] [--config settings.json] [--seeds 1,2,3] [--cases 5] [--rehearsal DIR|none]'
  )
  process.exit(2)
}

const path = await buildParts()
const parts = createRequire(import.meta.url)(path)
const model = parts.shippedModel(root, values.model)
const settings = {
  ...parts.SITE_PRESETS[values.preset].finetune,
  ...(values.config === undefined ? {} : JSON.parse(readFileSync(values.config, 'utf8')))
}
const rehearsal = values.rehearsal === 'none' ? null : values.rehearsal

/** A number of 32 bits from a text. */
const numberOf = (text) => createHash('sha256').update(text).digest().readUInt32LE()

/** One job of the engine in a process of its own. */
function engineJob(kind, request) {
  const program = join(import.meta.dirname, 'support', 'engine-job.mjs')
  return new Promise((resolve, reject) => {
    const child = fork(program, [JSON.stringify({ parts: path, kind, request })])
    let done = null
    child.on('message', (message) => {
      if (message.progress && process.stderr.isTTY) {
        process.stderr.write(`\r\u001b[K${message.progress.message}`)
      }
      done = message.done ?? done
    })
    child.once('exit', (code) =>
      done ? resolve(done) : reject(new Error(`${kind} ended with code ${code}`))
    )
  })
}

/** A data set of these cases, all of one part. */
function writeSet(folder, part, cases, image) {
  for (const files of ['imagesTr', 'labelsTr']) mkdirSync(join(folder, files), { recursive: true })
  for (const source of cases) {
    copyFileSync(image(source), join(folder, 'imagesTr', `${source.id}.nii.gz`))
    copyFileSync(source.labelPath, join(folder, 'labelsTr', basename(source.labelPath)))
  }
  const split = { train: [], validation: [], test: [], [part]: cases.map(({ id }) => id) }
  writeFileSync(join(folder, 'dataset.json'), JSON.stringify({ name: 'adapt', split }))
  return folder
}

const folder = mkdtempSync(join(tmpdir(), 'hippospike-adapt-'))
const rows = []
try {
  const dataset = await parts.openDataset(values.data)
  const all = dataset.cases.filter(({ split }) => split === 'validation')
  const shifted = join(folder, 'shifted')
  mkdirSync(shifted)
  for (const { id, imagePath } of all) {
    const { volume } = await parts.readImage(imagePath)
    const { geometry, voxels } = volume
    const seen = parts.otherScanner(voxels, geometry.size, numberOf(id))
    await parts.writeScan(join(shifted, `${id}.nii.gz`), { geometry, voxels: seen })
  }
  const shiftedImage = ({ id }) => join(shifted, `${id}.nii.gz`)
  for (const seed of values.seeds.split(',').map(Number)) {
    const place = ({ id }) => createHash('sha256').update(`${seed} ${id}`).digest('hex')
    const order = [...all].sort((a, b) => (place(a) < place(b) ? -1 : 1))
    const [own, others] = [order.slice(0, Number(values.cases)), order.slice(Number(values.cases))]
    const at = (name) => join(folder, `${seed}-${name}`)
    const site = writeSet(at('site'), 'train', own, shiftedImage)
    const test = writeSet(at('test'), 'test', others, shiftedImage)
    const plain = writeSet(at('plain'), 'test', others, ({ imagePath }) => imagePath)
    const score = async (data, scored) => {
      const request = { data, split: 'test', model: scored }
      const options = { timesteps: null, precision: null, earlyExit: null, threads: null }
      const { result } = await engineJob('evaluate', { ...request, ...options })
      return { dice: result.mean.diceWhole, energy: result.energyRatio }
    }
    const scoresOf = async (scored) => {
      const [seen, unseen] = [await score(plain, scored), await score(test, scored)]
      return { plain: seen.dice, test: unseen.dice, energy: seen.energy }
    }
    const before = await scoresOf(model)
    const tuned = await engineJob('finetune', {
      data: site,
      out: at('model'),
      model,
      teacher: null,
      rehearsal,
      settings: { ...settings, seed }
    })
    const after = await scoresOf(at('model'))
    const won = (after.test - before.test) / (before.plain - before.test)
    rows.push({ before, after, won, tuned })
    console.error(
      `seed ${seed}: shifted ${before.test.toFixed(4)} to ${after.test.toFixed(4)} (${(100 * won).toFixed(0)}%), plain ${before.plain.toFixed(4)} to ${after.plain.toFixed(4)}, ${tuned.seconds.toFixed(0)} s`
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const cells = ({ before, after, won, seconds, peakBytes }) => [
  ...[before.plain, before.test, after.test].map((dice) => dice.toFixed(4)),
  `${(100 * won).toFixed(0)}%`,
  after.plain.toFixed(4),
  (after.plain - before.plain).toFixed(4),
  `${before.energy.toFixed(1)} to ${after.energy.toFixed(1)}`,
  seconds.toFixed(0),
  (peakBytes / 1e9).toFixed(2)
]
const average = (of) => mean(rows.map(of))
const flat = rows.map(({ tuned, ...row }) => ({ ...row, ...tuned }))
const both = (when) => ({
  plain: average((row) => row[when].plain),
  test: average((row) => row[when].test),
  energy: average((row) => row[when].energy)
})
const overall = {
  before: both('before'),
  after: both('after'),
  won: average(({ won }) => won),
  seconds: average(({ tuned }) => tuned.seconds),
  peakBytes: Math.max(...flat.map(({ peakBytes }) => peakBytes))
}
console.log(`\`${values.model}\`, ${JSON.stringify(settings)}\n`)
console.log(
  table(
    [
      'seed',
      'before: plain',
      'before: shifted',
      'after: shifted',
      'won back',
      'after: plain',
      'change',
      'energy, ANN ÷ SNN',
      'seconds',
      'peak GB'
    ],
    [
      ...flat.map((row, n) => [values.seeds.split(',')[n], ...cells(row)]),
      ['mean', ...cells(overall)]
    ]
  )
)
