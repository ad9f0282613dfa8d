// Whether both hippocampi are located: in real heads that are turned, shifted, stored otherwise, sampled coarsely, that look otherwise; and
// whether what is no T1-weighted head is refused. Prints Markdown tables; ends with 1 where a box misses a part of its hippocampus.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { IMPOSTORS, T1_LOOKS, withTissues } from './support/disguises.mjs'
import {
  HEADS,
  movedByHeader,
  movedByVoxels,
  openHead,
  randomMotion,
  storedOtherwise
} from './support/heads.mjs'
import { loadParts, root, table } from './support/programs.mjs'

const { values } = parseArgs({
  options: {
    heads: { type: 'string' },
    trials: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    names: { type: 'string', default: HEADS.join() },
    only: { type: 'string', default: 'motions,looks,impostors' }
  }
})
if (values.heads === undefined) {
  console.error(
    'usage: node bench/locate.mjs --heads DIR [--trials 6] [--seed 1] [--names t1_head_lia,icbm152_t1] [--only motions,looks,impostors]'
  )
  process.exit(2)
}

const VOXELS = {
  'its own voxels': null,
  '2×2×2 mm': [2, 2, 2],
  '1×1×5 mm': [1, 1, 5],
  '7×1×1 mm': [7, 1, 1]
}

const parts = await loadParts()
const template = await parts.readTemplate(join(root, 'resources', 'template'))
const random = parts.createRandom(Number(values.seed))
const { signal } = new AbortController()
let missed = 0

/** Registers a scan of a head that was moved, and says how it went. */
async function locate(head, scan, by) {
  const fit = await parts.registerHead(scan, template.volume, signal)
  const problem = parts.headProblem(fit) ?? (fit && parts.lateralityProblem(fit.transform))
  if (fit === null) return { problem, correlation: NaN, coverage: NaN, inside: 0, error: NaN }
  const sides = ['left', 'right'].map((side) => {
    const centre = parts.transformPoint(fit.transform, template.hippocampi[side].centre)
    const grid = parts.boxGrid(fit.transform, centre)
    const points = head.points[side].map((point) => parts.transformPoint(by, point))
    const margins = points.map((point) =>
      Math.min(
        ...parts
          .physicalToIndex(grid, point)
          .map((at, axis) => Math.min(at, grid.size[axis] - 1 - at))
      )
    )
    const inside = margins.filter((margin) => margin >= -0.5).length / points.length
    return { inside, margin: margins.reduce((least, margin) => Math.min(least, margin), Infinity) }
  })
  return {
    problem,
    correlation: fit.correlation,
    coverage: fit.coverage,
    inside: Math.min(...sides.map(({ inside }) => inside)),
    margin: Math.min(...sides.map(({ margin }) => margin))
  }
}

/** A row of the trials of one kind: how many were refused, and of the others how far the boxes held what they should. */
function row(name, kind, results) {
  const accepted = results.filter(({ problem }) => problem === null)
  missed += accepted.filter(({ inside }) => inside < 1).length
  const of = (key, digits) => {
    const all = (key === 'margin' ? accepted : results).map((result) => result[key])
    return all.length === 0 ? '–' : Math.min(...all).toFixed(digits)
  }
  const whole = accepted.filter(({ inside }) => inside === 1).length
  return told([
    name,
    kind,
    `${whole} of ${results.length}`,
    String(results.length - accepted.length),
    of('margin', 1),
    of('correlation', 2),
    of('coverage', 2)
  ])
}

/** Says a row as soon as there is one. */
function told(cells) {
  console.error(cells.join('  '))
  return cells
}

const HEADINGS = [
  'head',
  'scan',
  'both boxes whole',
  'refused',
  'least margin, mm',
  'least agreement',
  'least coverage'
]
const rows = { motions: [], looks: [], impostors: [] }
for (const name of values.names.split(',')) {
  const head = await openHead(parts, values.heads, name)
  if (head === null) continue
  if (values.only.includes('motions')) {
    for (const [kind, spacing] of Object.entries(VOXELS)) {
      const results = []
      for (let trial = 0; trial < Number(values.trials); trial++) {
        const by = randomMotion(parts, head.volume, random, 30, 40)
        const move = trial % 2 === 0 ? movedByHeader : movedByVoxels
        const ordered = parts.reorder(
          head.volume,
          parts.nearestAxisOrder(head.volume.geometry.direction)
        )
        const moved = move(parts, ordered, by)
        const scan = spacing === null ? moved : parts.rescale(moved, spacing)
        results.push(await locate(head, storedOtherwise(parts, scan, random), by))
      }
      rows.motions.push(row(name, kind, results))
    }
  }
  const still = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
  const fit = await parts.registerHead(head.volume, template.volume, signal)
  const known = withTissues(parts, head, template, fit)
  for (const [part, disguises] of [
    ['looks', T1_LOOKS],
    ['impostors', IMPOSTORS]
  ]) {
    if (!values.only.includes(part)) continue
    for (const [kind, disguise] of Object.entries(disguises)) {
      const result = await locate(head, disguise(known, random), still)
      if (part === 'looks') rows.looks.push(row(name, kind, [result]))
      else {
        const { problem, correlation, coverage } = result
        rows.impostors.push(
          told([
            name,
            kind,
            problem === null ? '**no**' : 'yes',
            correlation.toFixed(2),
            coverage.toFixed(2),
            problem ?? ''
          ])
        )
      }
    }
  }
}
if (rows.motions.length > 0)
  console.log(`Turned, shifted, stored otherwise:\n\n${table(HEADINGS, rows.motions)}\n`)
if (rows.looks.length > 0) console.log(`Looking otherwise:\n\n${table(HEADINGS, rows.looks)}\n`)
if (rows.impostors.length > 0) {
  console.log(
    `No T1-weighted heads:\n\n${table(['made of', 'as', 'refused', 'agreement', 'coverage', 'why'], rows.impostors)}`
  )
}
process.exitCode = missed > 0 ? 1 : 0
