import type { Result } from '../../../shared/api/cases'
import { PICOJOULE_PER_ACCUMULATE, PICOJOULE_PER_MAC } from '../../../shared/energy'
import { hasOwnBoxes, type HeadReport } from '../../../shared/head'
import {
  LABEL_COLOURS,
  SIDE_OFFSET,
  STRUCTURES,
  type Side,
  type StructureName
} from '../../../shared/labels'
import { VERSION } from '../../../shared/version'
import { escaped } from './html'
import type { Picture } from './slices'
import type { Subject } from './tables'

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
table { border-collapse: collapse; } td, th { padding: .2rem 1.2rem .2rem 0; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.planes { display: flex; gap: 1rem; flex-wrap: wrap; align-items: flex-end; }
figure { margin: 0; } figcaption { font-size: .85rem; color: #57606a; display: flex; justify-content: space-between; }
img { display: block; image-rendering: pixelated; background: #000; }
.note { border-left: 3px solid #bf8700; padding-left: .8rem; } .quiet { color: #57606a; font-size: .85rem; }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .4rem; }
@media print { body { margin: 0; } h2, figure, table { break-inside: avoid; } }
`

/** Of a picture: three stand in a row, the four of a head in two. */
const WIDTH_PX = { crop: 250, head: 390 }

/** A report of a result as one HTML page, pictures and all; it prints, and holds no script. */
export function reportHtml(
  { case: { id, record }, result, side }: Subject,
  pictures: readonly Picture[]
): string {
  const { cost, warnings, versions, head } = result
  const latest = versions.at(-1)!
  const { size, spacing } = record.image.geometry
  const facts: [string, string | null][] = [
    ['Case', `${id} (${record.name})`],
    ['Side', side],
    ['Image', `${size.join(' × ')} voxels of ${spacing.map((mm) => mm.toFixed(2)).join(' × ')} mm`],
    [
      'Mask',
      `${result.name}, version ${latest.version} of ${latest.savedAt.slice(0, 16).replace('T', ' ')} UTC`
    ],
    ['Last change', `${latest.how}, by ${latest.by}`],
    [
      'Model',
      result.model === null ? 'none: drawn or imported' : `${result.model} (${result.stage ?? ''})`
    ],
    [
      'Agreement of the head with the template',
      head?.fit ? `${head.fit.correlation.toFixed(2)} (1 is perfect)` : null
    ],
    ['Boxes around the hippocampi', head !== null && hasOwnBoxes(head) ? 'placed by hand' : null],
    ['Timesteps', result.timesteps === null ? null : String(result.timesteps)],
    [
      'Mean probability of the mask',
      result.confidence === null ? null : result.confidence.toFixed(3)
    ],
    ['Computed in', cost && `${cost.seconds.toFixed(1)} s on ${cost.runtime}`],
    [
      'Mean firing rate',
      typeof cost?.meanFiringRate !== 'number'
        ? null
        : `${cost.meanFiringRate.toFixed(3)} spikes per neuron and timestep`
    ],
    [
      'Estimated energy, ANN ÷ SNN',
      typeof cost?.energyRatio !== 'number'
        ? null
        : `${cost.energyRatio.toFixed(1)} (${PICOJOULE_PER_MAC} pJ a multiply-accumulate, ${PICOJOULE_PER_ACCUMULATE} pJ an accumulate; memory traffic left out)`
    ]
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Hippocampus of ${escaped(id)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Hippocampus segmentation: ${escaped(id)}</h1>
<p class="quiet">Hippospike ${escaped(VERSION)}, ${escaped(new Date().toISOString().slice(0, 16).replace('T', ' '))} UTC. For research only; not a medical device.</p>
<h2>Volumes</h2>
${volumeTable(result)}
<h2>Planes through the middle of the mask</h2>
<div class="planes">
${pictures.map((picture) => figure(picture, head === null ? WIDTH_PX.crop : WIDTH_PX.head)).join('\n')}
</div>
<h2>How it was made</h2>
<table>
${facts
  .filter((fact): fact is [string, string] => fact[1] !== null)
  .map(
    ([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`
  )
  .join('\n')}
</table>
${warnings.length === 0 ? '' : `<h2>Warnings</h2>\n${warnings.map((text) => `<p class="note">${escaped(text)}</p>`).join('\n')}`}
<h2>Limits</h2>
<p>The networks were trained on crops around one hippocampus of T1-weighted MRI of adults (Medical Segmentation Decathlon, Task 04);
on other contrasts, ages, pathologies or fields of view their masks may be wrong without looking so. The mean probability is the
network's own and is not calibrated. Look at every mask before you use it.</p>
</body>
</html>
`
}

function figure({ plane, png, widthMm, heightMm, edges }: Picture, width: number): string {
  const height = Math.round((width * heightMm) / widthMm)
  const source = `data:image/png;base64,${png.toString('base64')}`
  return `<figure><img src="${source}" width="${width}" height="${height}" alt="${plane} plane with the mask in colour"><figcaption><span>${edges[0]}</span><span>${plane}, ${widthMm.toFixed(0)} × ${heightMm.toFixed(0)} mm</span><span>${edges[1]}</span></figcaption></figure>`
}

/** Volumes, by side where they are of a head, with what follows of them. */
function volumeTable({ volumesMm3, head }: Result): string {
  if (head === null) {
    const rows = STRUCTURES.map((name) =>
      row(`${key(name, 'left')}${name}`, [`${volumesMm3[name].toFixed(1)} mm³`])
    )
    return `<table>\n${rows.join('\n')}\n</table>`
  }
  const cell = (name: StructureName, side: Side): string => {
    const volumes = head.volumesMm3[side]
    return volumes === null ? '' : `${key(name, side)}${volumes[name].toFixed(1)}`
  }
  const rows = STRUCTURES.map((name) =>
    row(name, [cell(name, 'left'), cell(name, 'right'), volumesMm3[name].toFixed(1)])
  )
  const { left: ofLeft, right: ofRight } = head.normalisedPermille
  if (ofLeft !== null || ofRight !== null) {
    const permille = (value: number | null): string => (value === null ? '' : value.toFixed(2))
    rows.push(row('whole, ‰ of intracranial', [permille(ofLeft), permille(ofRight), '']))
  }
  const heading =
    '<tr><th>mm³</th><th class="number">left</th><th class="number">right</th><th class="number">both</th></tr>'
  return `<table>\n${[heading, ...rows].join('\n')}\n</table>\n${measures(head)}`
}

function measures({ asymmetryPercent, intracranialMm3 }: HeadReport): string {
  const lines: string[] = []
  if (asymmetryPercent !== null) {
    lines.push(`Asymmetry ${asymmetryPercent.toFixed(1)} %: left minus right, of the mean of both.`)
  }
  if (intracranialMm3 !== null) {
    lines.push(
      `Intracranial volume about ${(intracranialMm3 / 1000).toFixed(0)} cm³: an estimate, the template's times the change of volume of the registration to it.`
    )
  }
  return lines.map((line) => `<p>${line}</p>`).join('\n')
}

function row(name: string, cells: readonly string[]): string {
  return `<tr><th scope="row">${name}</th>${cells.map((text) => `<td class="number">${text}</td>`).join('')}</tr>`
}

/** A patch of a part's colour; the whole has none. A crop's colours are those of the left. */
function key(name: StructureName, side: Side): string {
  if (name === 'whole') return '<span class="key"></span>'
  const label = (name === 'anterior' ? 1 : 2) + SIDE_OFFSET[side]
  return `<span class="key" style="background: ${LABEL_COLOURS[label]!}"></span>`
}
