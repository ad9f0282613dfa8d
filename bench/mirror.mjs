// Whether a model knows the side of a crop: the mask of each case against the un-flipped mask of its mirror image; prints a Markdown table.
import { parseArgs } from 'node:util'
import { loadParts, mean, median, root, table } from './support/programs.mjs'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    models: { type: 'string', default: 'snn,snn-ternary' },
    split: { type: 'string', default: 'validation' },
    cases: { type: 'boolean', default: false }
  }
})
if (values.data === undefined) {
  console.error(
    'usage: node bench/mirror.mjs --data DIR [--models snn,snn-ternary|FOLDER] [--split validation|train] [--cases]'
  )
  process.exit(2)
}

const parts = await loadParts()
const dataset = await parts.openDataset(values.data)
const chosen = dataset.cases.filter(({ split }) => split === values.split)

/** A volume, x fastest, with left and right changed. */
function mirrored(voxels, nx) {
  return voxels.map((_, n) => voxels[n - (n % nx) + nx - 1 - (n % nx)])
}

async function labelsOf(predictor, { image, size }) {
  const { logits, classes } = await predictor.infer({ image, size })
  return parts.argmaxChannels(logits, classes)
}

const rows = []
for (const name of values.models.split(',')) {
  const folder = name.includes('/') ? name : parts.shippedModel(root, name)
  const model = await parts.readModel(folder)
  const options = { timesteps: null, precision: 'float32', threads: null, earlyExit: null }
  const predictor = parts.createEventPredictor(model, options)
  const scores = []
  for (const source of chosen) {
    const { input } = await parts.readLabelledCase(source, model.manifest.preprocessing)
    const nx = input.size[0]
    const here = await labelsOf(predictor, input)
    const flipped = await labelsOf(predictor, { ...input, image: mirrored(input.image, nx) })
    const dice = parts.diceScores(mirrored(flipped, nx), here)
    scores.push(dice)
    if (values.cases) console.log(`${source.id} ${input.size.join('×')} ${dice.whole.toFixed(4)}`)
  }
  await predictor.dispose()
  const of = (key) => scores.map((score) => score[key])
  const text = (key) => {
    const least = Math.min(...of(key))
    return [mean(of(key)), median(of(key)), least].map((dice) => dice.toFixed(4)).join(' / ')
  }
  rows.push([`\`${name}\``, scores.length, text('whole'), text('anterior'), text('posterior')])
}
const heads = ['whole', 'anterior', 'posterior'].map((part) => `${part}: mean / median / least`)
console.log(table(['model', 'cases', ...heads], rows))
