// What thick slices cost in whole heads: copies of heads whose voxels are means over larger ones, segmented as `hippospike segment` does, against the
// masks of the heads themselves; prints a Markdown table.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { HEADS, openHead } from './support/heads.mjs'
import { loadParts, root, table } from './support/programs.mjs'

const { values } = parseArgs({
  options: {
    heads: { type: 'string' },
    model: { type: 'string', default: 'snn' },
    names: { type: 'string', default: HEADS.join() }
  }
})
if (values.heads === undefined) {
  console.error(
    'usage: node bench/thick.mjs --heads DIR [--model snn|FOLDER] [--names t1_head_lia,…]'
  )
  process.exit(2)
}

/** Voxels that are averaged into one, from left to right, back to front, bottom to top. */
const VOXELS = [
  [2, 2, 2],
  [1, 1, 3],
  [1, 1, 5],
  [1, 5, 1],
  [5, 1, 1]
]

const parts = await loadParts()
const template = await parts.readTemplate(join(root, 'resources', 'template'))
const { model: name } = values
const model = await parts.readModel(name.includes('/') ? name : parts.shippedModel(root, name))
const { preprocessing } = model.manifest
const predictor = parts.createEventPredictor(model, {
  timesteps: null,
  precision: 'float32',
  threads: null,
  earlyExit: null
})
const context = { signal: new AbortController().signal, progress: () => undefined }

/** The hippocampi of a scan: of each side the region with its mask. */
async function segment(scan) {
  const fit = await parts.registerHead(scan, template.volume, context.signal)
  const found = {}
  for (const side of ['left', 'right']) {
    const centre = parts.transformPoint(fit.transform, template.hippocampi[side].centre)
    const regionAt = (grid) => parts.boxRegion(scan, side, grid, preprocessing)
    const box = parts.boxGrid(fit.transform, centre)
    found[side] = await parts.inferBox(predictor, box, regionAt, false, context)
  }
  return found
}

/** Means over boxes of voxels; what is left over at the ends is left out. */
function averaged({ geometry, voxels }, edges) {
  const size = geometry.size.map((n, axis) => Math.floor(n / edges[axis]))
  const [nx, ny] = geometry.size
  const out = new Float32Array(size[0] * size[1] * size[2])
  const [ex, ey, ez] = edges
  for (let k = 0; k < size[2] * ez; k++) {
    for (let j = 0; j < size[1] * ey; j++) {
      const row = size[0] * (Math.floor(j / ey) + size[1] * Math.floor(k / ez))
      const from = nx * (j + ny * k)
      for (let i = 0; i < size[0] * ex; i++) out[row + Math.floor(i / ex)] += voxels[from + i]
    }
  }
  return {
    voxels: out.map((sum) => sum / (ex * ey * ez)),
    geometry: {
      ...geometry,
      size,
      spacing: geometry.spacing.map((step, axis) => step * edges[axis]),
      origin: parts.indexToPhysical(
        geometry,
        edges.map((edge) => (edge - 1) / 2)
      )
    }
  }
}

/** Dice and the ratio of the volumes of a coarse mask and a fine one, of which each coarse voxel holds a share. */
function against(coarse, fine) {
  const { source } = coarse.region.mapping
  const voxel = volumeOf(source)
  const shares = new Float64Array(coarse.labels.length)
  let whole = 0
  eachOf(fine, (point) => {
    whole += volumeOf(fine.region.mapping.source)
    const at = parts.physicalToIndex(source, point).map(Math.round)
    if (at.some((n, axis) => n < 0 || n >= source.size[axis])) return
    shares[at[0] + source.size[0] * (at[1] + source.size[1] * at[2])] += volumeOf(
      fine.region.mapping.source
    )
  })
  let [own, both] = [0, 0]
  coarse.labels.forEach((label, n) => {
    if (label === 0) return
    own += voxel
    both += Math.min(voxel, shares[n])
  })
  return { dice: (2 * both) / (own + whole), ratio: own / whole }
}

function volumeOf({ spacing }) {
  return spacing[0] * spacing[1] * spacing[2]
}

function eachOf({ labels, region }, visit) {
  const { source } = region.mapping
  const [nx, ny] = source.size
  labels.forEach((label, n) => {
    if (label === 0) return
    visit(
      parts.indexToPhysical(source, [n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))])
    )
  })
}

const results = VOXELS.map(() => [])
for (const one of values.names.split(',')) {
  const head = await openHead(parts, values.heads, one)
  if (head === null) continue
  const order = parts.nearestAxisOrder(head.volume.geometry.direction)
  const ordered = parts.reorder(head.volume, order)
  const isFine = ordered.geometry.spacing.some((step) => Math.abs(step - 1) > 0.01)
  const scan = isFine ? parts.rescale(ordered, [1, 1, 1]) : ordered
  const fine = await segment(scan)
  for (const [n, edges] of VOXELS.entries()) {
    const coarse = await segment(averaged(scan, edges))
    for (const side of ['left', 'right']) {
      const { dice, ratio } = against(coarse[side], fine[side])
      console.error(`${one} ${edges.join('×')} ${side}: ${dice.toFixed(2)}, ${ratio.toFixed(2)}`)
      results[n].push({ dice, ratio })
    }
  }
}
await predictor.dispose()

const range = (all, key) => {
  const numbers = all.map((one) => one[key])
  return `${Math.min(...numbers).toFixed(2)}–${Math.max(...numbers).toFixed(2)}`
}
const rows = VOXELS.map((edges, n) => [
  edges.join('×'),
  range(results[n], 'dice'),
  range(results[n], 'ratio')
])
console.log(table(['voxels, mm', 'Dice, least to most', 'volume ÷ that of 1 mm'], rows))
