// Compares the event kernel with the dense graph on TensorFlow's native runtime, case by case; prints Markdown tables. With --int16,
// the kernel's 16-bit integers with its 32-bit floats.
import { parseArgs } from 'node:util'
import { loadParts, mean, root, table } from './support/programs.mjs'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    models: { type: 'string', default: 'snn:4,snn:2,snn-ternary:4' },
    split: { type: 'string', default: 'validation' },
    cases: { type: 'string', default: 'all' },
    int16: { type: 'boolean', default: false }
  }
})
if (values.data === undefined) {
  console.error(
    'usage: node bench/event-equality.mjs --data DIR [--models snn:4,snn:2,snn-ternary:4] [--split validation|all] [--cases N] [--int16]'
  )
  process.exit(2)
}

/** What the issue asks for. */
const MOST_VOXELS = 20
const MOST_DISTANCE = 1e-4
const MOST_DICE = 0.0005

const parts = await loadParts()
const dataset = await parts.openDataset(values.data)
const cases = dataset.cases
  .filter(({ split }) => values.split === 'all' || split === values.split)
  .slice(0, values.cases === 'all' ? undefined : Number(values.cases))
if (!values.int16) await parts.LOADERS.native.load()

/** Labels on the case's own grid, and their Dice. */
function scored(logits, { classes, padded, labelled }) {
  const cropped = parts.cropBack(logits, padded.size, padded.offset, labelled.input.size, classes)
  const { voxels } = parts.labelsFromScores(
    parts.softmaxChannels(cropped, classes),
    classes,
    labelled.mapping
  )
  return { voxels, dice: parts.diceScores(voxels, labelled.labels.voxels) }
}

async function compare(model, timesteps) {
  const { preprocessing, architecture } = model.manifest
  const classes = architecture.outputChannels
  const plan = parts.planModel(model, timesteps, 'float32')
  const network = (precision) =>
    parts.createEventNetwork(model, { timesteps, precision }, parts.createCrew(1))
  const event = network('float32')
  const other = values.int16 ? network('int16') : parts.createDenseNetwork(model, timesteps)
  const rows = []
  for (const source of cases) {
    const labelled = await parts.readLabelledCase(source, preprocessing)
    const { size, image } = labelled.input
    const padded = parts.padToMultiple(image, size, preprocessing.padMultiple)
    const run = await event.run(padded, { keepSpikes: true })
    const otherRun = await other.run(padded, {})
    const here = { classes, padded, labelled }
    const a = scored(run.logits, here)
    const b = scored(otherRun.logits, here)
    const voxels = a.voxels.reduce((sum, label, i) => sum + (label === b.voxels[i] ? 0 : 1), 0)
    let logits = 0
    run.logits.forEach((v, i) => (logits = Math.max(logits, Math.abs(v - otherRun.logits[i]))))
    const traced = { ...padded, timesteps, bits: run.record.bits }
    const why = values.int16 ? null : parts.findDifferences(plan, traced, otherRun.bits)
    rows.push({ id: source.id, of: a.voxels.length, voxels, logits, why, a: a.dice, b: b.dice })
    process.stderr.write(
      `${source.id}: ${voxels} of ${a.voxels.length}${why ? `, ${JSON.stringify(why)}` : ''}\n`
    )
  }
  await event.dispose()
  await other.dispose()
  return rows
}

const dice = (rows, run) =>
  ['anterior', 'posterior', 'whole'].map((key) => mean(rows.map((row) => row[run][key])))
const written = (numbers) => numbers.map((n) => n.toFixed(4)).join(' / ')
const overview = []
let holds = true
for (const entry of values.models.split(',')) {
  const [name, steps] = entry.split(':')
  const model = await parts.readModel(parts.shippedModel(root, name))
  const timesteps = Number(steps ?? model.manifest.spiking.defaultTimesteps)
  const rows = await compare(model, timesteps)
  const most = Math.max(...rows.map(({ voxels }) => voxels))
  const [a, b] = [dice(rows, 'a'), dice(rows, 'b')]
  const cells = [
    `\`${model.manifest.id}\``,
    timesteps,
    rows.length,
    rows.filter(({ voxels }) => voxels === 0).length,
    `${mean(rows.map(({ voxels }) => voxels)).toFixed(1)} / ${most}`,
    mean(rows.map(({ of }) => of)).toFixed(0),
    written(a),
    written(b)
  ]
  const off = Math.max(...a.map((value, i) => Math.abs(value - b[i])))
  if (!values.int16) {
    const distance = Math.max(...rows.map(({ why }) => why.largestDistance))
    const roots = rows.reduce((sum, { why }) => sum + why.roots, 0)
    cells.push(roots, distance.toExponential(1))
    // A mask that differs though no neuron does would be a tie of two logits.
    const unexplained = rows.filter(
      ({ voxels, why, logits }) => voxels > 0 && why.roots === 0 && logits > MOST_DISTANCE
    )
    if (most > MOST_VOXELS || distance > MOST_DISTANCE || unexplained.length > 0) holds = false
    if (off > MOST_DICE) holds = false
  }
  overview.push(cells)
}
const names = values.int16 ? ['float32', 'int16'] : ['event', 'dense']
console.log(
  table(
    [
      ...['model', 'T', 'cases', 'equal', 'voxels that differ, mean / most', 'of'],
      ...names.map((name) => `Dice anterior / posterior / whole, ${name}`),
      ...(values.int16 ? [] : ['ties', 'farthest from a threshold'])
    ],
    overview
  )
)
if (!holds) {
  console.error('they differ more than they may')
  process.exitCode = 1
}
// Threads and TensorFlow may keep the process.
process.exit()
