import { median } from './programs.mjs'

const WIDTH = 640
const HEIGHT = 380
const PLOT = { left: 62, right: 20, top: 22, bottom: 48 }
const SERIES = [
  { key: 'one', label: 'event, 1 thread', colour: '#b3541e' },
  { key: 'two', label: 'event, 2 threads', colour: '#1e5fb3' }
]
const DENSE = { label: 'dense SNN, native, 2 threads', colour: '#555' }

/** Time against density as an SVG, and where each line of the kernel meets that of the dense network (null where it does not). */
export function densityChart(points) {
  const dense = median(points.map((point) => point.dense))
  const highest = Math.max(dense, ...points.flatMap(({ one, two }) => [one, two]))
  const step = niceStep(highest / 5)
  const top = Math.ceil((highest * 1.05) / step) * step
  const right = WIDTH - PLOT.right
  const bottom = HEIGHT - PLOT.bottom
  const x = (density) => round(PLOT.left + (density / 0.5) * (right - PLOT.left))
  const y = (ms) => round(bottom - (ms / top) * (bottom - PLOT.top))
  const parts = []
  for (let ms = 0; ms <= top; ms += step) {
    parts.push(
      line(PLOT.left, y(ms), right, y(ms), '#ddd'),
      text(PLOT.left - 8, y(ms) + 4, ms, 'end')
    )
  }
  for (let tenth = 0; tenth <= 5; tenth++) {
    parts.push(text(x(tenth / 10), bottom + 18, (tenth / 10).toFixed(1), 'middle'))
  }
  parts.push(
    text(
      (PLOT.left + right) / 2,
      HEIGHT - 8,
      'firing density (spikes per neuron and timestep)',
      'middle'
    ),
    text(8, 14, 'ms, 40×56×40, T = 4', 'start'),
    line(PLOT.left, y(dense), right, y(dense), DENSE.colour, '6 4')
  )
  const breakEven = {}
  for (const { key, label, colour } of SERIES) {
    const path = points.map((point) => `${x(Math.min(point.density, 0.5))},${y(point[key])}`)
    parts.push(
      `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`
    )
    for (const at of path) {
      const [cx, cy] = at.split(',')
      parts.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`)
    }
    const meets = crossing(points, key, dense)
    breakEven[label] = meets
    if (meets !== null) {
      parts.push(
        `<circle cx="${x(meets)}" cy="${y(dense)}" r="6" fill="none" stroke="${colour}" stroke-width="2"/>`,
        text(round(x(meets) - 6), y(dense) - 12, `break-even ${meets.toFixed(2)}`, 'end')
      )
    }
  }
  const legend = [...SERIES, DENSE]
  legend.forEach(({ label, colour }, i) => {
    const at = PLOT.top + 14 + 18 * i
    const dashes = i === SERIES.length ? '6 4' : undefined
    parts.push(line(PLOT.left + 12, at - 4, PLOT.left + 40, at - 4, colour, dashes))
    parts.push(text(PLOT.left + 46, at, label, 'start'))
  })
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">\n` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`
  return { svg, breakEven }
}

/** The first density at which the line reaches the level, between two points. */
function crossing(points, key, level) {
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]]
    if (a[key] >= level || b[key] < level) continue
    return a.density + ((level - a[key]) / (b[key] - a[key])) * (b.density - a.density)
  }
  return null
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least)
}

const round = (n) => Math.round(n * 10) / 10

function line(x1, y1, x2, y2, colour, dashes) {
  const dashed = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}" stroke-width="1.5"${dashed}/>`
}

function text(x, y, words, anchor) {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`
}
