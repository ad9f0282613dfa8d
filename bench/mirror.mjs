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

/** What a mirror shows: the same grid, its voxels from left to right changed. */
function mirrorImage({ geometry, voxels }) {
  const axis = parts.nearestAxisOrder(geometry.direction).axes[0]
  const stride = geometry.size.slice(0, axis).reduce((product, n) => product * n, 1)
  const last = geometry.size[axis] - 1
  const other = (n) => n + stride * (last - 2 * (Math.floor(n / stride) % (last + 1)))
  return { geometry, voxels: voxels.map((_, n) => voxels[other(n)]) }
}

async function maskOf(predictor, volume, { preprocessing }) {
  const { input, mapping } = parts.networkInput(volume, preprocessing)
  const { logits, classes } = await predictor.infer(input)
  return parts.labelsFromScores(parts.softmaxChannels(logits, classes), classes, mapping)
}

const rows = []
for (const name of values.models.split(',')) {
  const folder = name.includes('/') ? name : parts.shippedModel(root, name)
  const model = await parts.readModel(folder)
  const options = { timesteps: null, precision: 'float32', threads: null, earlyExit: null }
  const predictor = parts.createEventPredictor(model, options)
  const scores = []
  for (const source of chosen) {
    const { volume } = await parts.readImage(source.imagePath)
    const here = await maskOf(predictor, volume, model.manifest)
    const there = await maskOf(predictor, mirrorImage(volume), model.manifest)
    const dice = parts.diceScores(mirrorImage(there).voxels, here.voxels)
    scores.push(dice)
    if (values.cases)
      console.log(`${source.id} ${volume.geometry.size.join('×')} ${dice.whole.toFixed(4)}`)
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
