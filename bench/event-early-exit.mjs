// What early exit and 16-bit integers cost: Dice and timesteps on labelled cases, by number of timesteps and tolerance; prints a
// Markdown table.
import { parseArgs } from 'node:util'
import { loadParts, mean, root, table } from './support/programs.mjs'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string', default: 'snn' },
    timesteps: { type: 'string', default: '4,8' },
    tolerances: { type: 'string', default: '0,0.02,0.05,0.08,0.1' },
    split: { type: 'string', default: 'validation' },
    cases: { type: 'string', default: 'all' }
  }
})
if (values.data === undefined) {
  console.error(
    'usage: node bench/event-early-exit.mjs --data DIR [--model snn] [--timesteps 4,8] [--tolerances 0,0.02] [--split validation|all] [--cases N]'
  )
  process.exit(2)
}

const parts = await loadParts()
const model = await parts.readModel(parts.shippedModel(root, values.model))
const { preprocessing } = model.manifest
const dataset = await parts.openDataset(values.data)
const chosen = dataset.cases
  .filter(({ split }) => values.split === 'all' || split === values.split)
  .slice(0, values.cases === 'all' ? undefined : Number(values.cases))
const cases = []
for (const source of chosen) cases.push(await parts.readLabelledCase(source, preprocessing))

async function score(timesteps, precision, earlyExit) {
  const options = { timesteps, precision, threads: null, earlyExit }
  const predictor = parts.createEventPredictor(model, options)
  const runs = []
  for (const { input, mapping, labels } of cases) {
    const { logits, classes, timestepsRun, accumulates } = await predictor.infer(input)
    const { voxels } = parts.labelsFromScores(
      parts.softmaxChannels(logits, classes),
      classes,
      mapping
    )
    runs.push({ ...parts.diceScores(voxels, labels.voxels), timestepsRun, accumulates })
  }
  await predictor.dispose()
  const average = (key) => mean(runs.map((run) => run[key]))
  const dice = ['anterior', 'posterior', 'whole'].map((key) => average(key).toFixed(4)).join(' / ')
  const work = (average('accumulates') / 1e9).toFixed(3)
  const steps = average('timestepsRun').toFixed(2)
  return [timesteps, precision, earlyExit ?? 'none', dice, steps, work]
}

const rows = []
for (const timesteps of values.timesteps.split(',').map(Number)) {
  for (const earlyExit of [null, ...values.tolerances.split(',').map(Number)]) {
    rows.push(await score(timesteps, 'float32', earlyExit))
  }
  rows.push(await score(timesteps, 'int16', null))
}
console.log(`\`${model.manifest.id}\`, ${cases.length} cases:\n`)
console.log(
  table(
    [
      ...['T', 'precision', 'tolerance', 'Dice anterior / posterior / whole'],
      ...['timesteps run, mean', 'accumulates a case, 10⁹']
    ],
    rows
  )
)
