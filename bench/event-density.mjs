// Time of the event kernel against firing density, and the dense SNN on TensorFlow's native runtime beside it; prints a Markdown table
// and writes docs/images/event-density.svg.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { densityChart } from './support/density-chart.mjs'
import { loadParts, median, root, table } from './support/programs.mjs'
import { sampleInput } from './support/sample-input.mjs'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'snn' },
    repeats: { type: 'string', default: '9' },
    chart: { type: 'string', default: join(root, 'docs', 'images', 'event-density.svg') }
  }
})
const DENSITIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
const TIMESTEPS = 4
const ROUNDS = 14

const parts = await loadParts()
const shipped = await parts.readModel(parts.shippedModel(root, values.model))
const { info } = await parts.LOADERS.native.load()
const input = await sampleInput(parts, shipped, [40, 56, 40])
const dense = parts.createDensePredictor(shipped, TIMESTEPS, info)
const settings = (threads) => ({
  timesteps: TIMESTEPS,
  threads,
  precision: 'float32',
  earlyExit: null
})

/** The model with each layer's bias shifted by so many thresholds. */
function shifted(model, shifts) {
  const { weightsPrefix, thresholds } = parts.variantFor(model.manifest, TIMESTEPS)
  const weights = new Map(model.weights)
  for (const [layer, shift] of shifts) {
    const name = `${weightsPrefix}${layer}.bias`
    const { shape, values: bias } = weights.get(name)
    const threshold = [thresholds[layer]].flat()
    const moved = bias.map((b, c) => b + shift * threshold[threshold.length === 1 ? 0 : c])
    weights.set(name, { shape, values: moved })
  }
  return { ...model, weights }
}

const rateOf = ({ spikes, opportunities }) => spikes / opportunities

/** Every layer fires at about this rate: its bias is moved until it does, since a neuron's rate follows its mean current. */
async function modelFiringAt(density) {
  const shifts = new Map()
  for (let round = 0; ; round++) {
    const model = shifted(shipped, shifts)
    const predictor = parts.createEventPredictor(model, settings(2))
    const { activity } = await predictor.infer(input)
    await predictor.dispose()
    if (round === ROUNDS) return model
    for (const layer of activity) {
      const move = 1.2 * (density - rateOf(layer))
      shifts.set(layer.layer, (shifts.get(layer.layer) ?? 0) + move)
    }
  }
}

async function timed(predictor) {
  const start = performance.now()
  const inference = await predictor.infer(input)
  return { milliseconds: performance.now() - start, inference }
}

const points = []
for (const density of DENSITIES) {
  const model = await modelFiringAt(density)
  const contenders = {
    one: parts.createEventPredictor(model, settings(1)),
    two: parts.createEventPredictor(model, settings(2)),
    // A dense kernel takes its time whatever fires.
    dense
  }
  const taken = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  let activity, accumulates
  for (let round = -2; round < Number(values.repeats); round++) {
    for (const [name, predictor] of Object.entries(contenders)) {
      const { milliseconds, inference } = await timed(predictor)
      if (round >= 0) taken[name].push(milliseconds)
      if (name === 'one') ({ activity, accumulates } = inference)
    }
  }
  await contenders.one.dispose()
  await contenders.two.dispose()
  const rates = activity.map(rateOf)
  const sum = (key) => activity.reduce((total, layer) => total + layer[key], 0)
  const milliseconds = Object.fromEntries(
    Object.entries(taken).map(([name, list]) => [name, median(list)])
  )
  points.push({
    density: sum('spikes') / sum('opportunities'),
    least: Math.min(...rates),
    most: Math.max(...rates),
    accumulates,
    ...milliseconds
  })
  process.stderr.write(`${JSON.stringify(points.at(-1))}\n`)
}

const number = (n, digits) => n.toFixed(digits)
console.log(
  table(
    [
      ...['firing density', 'of single layers', 'accumulates, 10⁹', 'event, 1 thread, ms'],
      ...['event, 2 threads, ms', 'native dense SNN, ms', 'dense ÷ event, 2 threads']
    ],
    points.map(({ density, least, most, accumulates, one, two, dense: other }) => [
      number(density, 3),
      `${number(least, 3)}–${number(most, 3)}`,
      number(accumulates / 1e9, 2),
      number(one, 0),
      number(two, 0),
      number(other, 0),
      number(other / two, 2)
    ])
  )
)
const { svg, breakEven } = densityChart(points)
await writeFile(values.chart, svg)
for (const [name, density] of Object.entries(breakEven)) {
  const where = density === null ? 'above the densities measured' : density.toFixed(2)
  console.log(`\nBreak-even with the native dense SNN, ${name}: ${where}`)
}
// TensorFlow keeps threads that would hold the process.
process.exit()
