// What larger voxels and thick slices cost: labelled crops of 1 mm, averaged over slabs and resampled back, scored against the labels of 1 mm;
// prints a Markdown table.
import { parseArgs } from 'node:util'
import { loadParts, mean, root, table } from './support/programs.mjs'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    models: { type: 'string', default: 'snn' },
    split: { type: 'string', default: 'validation' }
  }
})
if (values.data === undefined) {
  console.error(
    'usage: node bench/coarse.mjs --data DIR [--models snn,ann|FOLDER] [--split validation|train]'
  )
  process.exit(2)
}

/** Edges of a voxel, mm, from left to right, back to front, bottom to top. */
const VOXELS = [
  [1, 1, 1],
  [1.5, 1.5, 1.5],
  [2, 2, 2],
  [3, 1, 1],
  [1, 3, 1],
  [1, 1, 3],
  [5, 1, 1],
  [1, 5, 1],
  [1, 1, 5]
]

/** A line of voxels as it comes back from voxels `edge` times as long: each sample's share of a slab counts, values between centres are linear. */
function coarseLine(line, edge) {
  const slabs = Math.floor(line.length / edge)
  if (slabs < 2) return line.map(() => mean(line))
  const first = (line.length - slabs * edge) / 2
  const means = Array.from({ length: slabs }, (_, slab) => {
    const [from, to] = [first + slab * edge, first + (slab + 1) * edge]
    let sum = 0
    for (let n = Math.floor(from); n < Math.min(Math.ceil(to), line.length); n++) {
      sum += line[n] * (Math.min(to, n + 1) - Math.max(from, n))
    }
    return sum / edge
  })
  return line.map((_, n) => {
    const place = Math.min(Math.max((n + 0.5 - first) / edge - 0.5, 0), slabs - 1)
    const slab = Math.min(Math.floor(place), slabs - 2)
    return means[slab] + (place - slab) * (means[slab + 1] - means[slab])
  })
}

function coarse({ image, size }, edges) {
  const voxels = Float32Array.from(image)
  const strides = [1, size[0], size[0] * size[1]]
  edges.forEach((edge, axis) => {
    if (edge === 1) return
    const [stride, count] = [strides[axis], size[axis]]
    for (let start = 0; start < voxels.length; start++) {
      if (Math.floor(start / stride) % count !== 0) continue
      const line = Array.from({ length: count }, (_, n) => voxels[start + n * stride])
      coarseLine(line, edge).forEach((value, n) => (voxels[start + n * stride] = value))
    }
  })
  // As the preprocessing would scale the coarse scan.
  const middle = mean([...voxels])
  const deviation = Math.sqrt(mean([...voxels].map((value) => (value - middle) ** 2)))
  return { size, image: voxels.map((value) => (value - middle) / deviation) }
}

const parts = await loadParts()
const dataset = await parts.openDataset(values.data)
const chosen = dataset.cases.filter(({ split }) => split === values.split)
const rows = []
for (const name of values.models.split(',')) {
  const folder = name.includes('/') ? name : parts.shippedModel(root, name)
  const model = await parts.readModel(folder)
  const cases = []
  for (const source of chosen) {
    cases.push(await parts.readLabelledCase(source, model.manifest.preprocessing))
  }
  const options = { timesteps: null, precision: 'float32', threads: null, earlyExit: null }
  const predictor = parts.createEventPredictor(model, options)
  for (const edges of VOXELS) {
    const scores = []
    for (const { input, mapping, labels } of cases) {
      const { logits, classes } = await predictor.infer(coarse(input, edges))
      const probabilities = parts.softmaxChannels(logits, classes)
      const { voxels } = parts.labelsFromScores(probabilities, classes, mapping)
      const volume = (mask) => mask.reduce((count, label) => count + (label > 0 ? 1 : 0), 0)
      const share = volume(voxels) / volume(labels.voxels)
      scores.push({ ...parts.diceScores(voxels, labels.voxels), share })
    }
    const of = (key) => mean(scores.map((score) => score[key]))
    const dice = ['anterior', 'posterior', 'whole'].map((key) => of(key).toFixed(3)).join(' / ')
    rows.push([`\`${name}\``, edges.join('×'), dice, of('share').toFixed(2)])
  }
  await predictor.dispose()
}
console.log(
  table(['model', 'voxel, mm', 'Dice anterior / posterior / whole', 'volume ÷ label'], rows)
)
