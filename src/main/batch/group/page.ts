import { VERSION } from '../../../shared/version'
import { isWithinError, type Change } from '../../../core/metrics/change'
import { escaped } from '../../workspace/export/html'
import type { ResultRecord } from '../../workspace/result-record'
import type { SessionChange } from './change'
import type { Collected, Segmented } from './collect'
import { flagsOf } from './table'

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
table { border-collapse: collapse; } td, th { padding: .25rem 1.4rem .25rem 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 1px solid #d0d7de; font-weight: 600; } .text { white-space: nowrap; } .number { text-align: right; font-variant-numeric: tabular-nums; }
.scans { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1.2rem; }
article { border: 1px solid #d0d7de; border-radius: 6px; overflow: hidden; } article.flagged { border-color: #bf8700; }
article > div { padding: .5rem .8rem .7rem; } article img { display: block; width: 100%; background: #000; }
article h3 { font-size: .95rem; margin: 0; overflow-wrap: anywhere; } article p { margin: .2rem 0 0; }
.none { background: #f6f8fa; color: #57606a; padding: 3rem 1rem; text-align: center; }
.note { border-left: 3px solid #bf8700; padding-left: .6rem; font-size: .88rem; } .bad { border-left: 3px solid #cf222e; padding-left: .6rem; }
.quiet { color: #57606a; font-size: .85rem; } .wide { overflow-x: auto; }
@media print { body { margin: 0; } article, tr { break-inside: avoid; } }
`

/** What the participants have left, as one HTML page for a quick look: what failed and what is flagged come first. It holds its pictures, and no script. */
export function groupPage(
  { segmented, failed, missing }: Collected,
  changes: readonly SessionChange[]
): string {
  const flagged = segmented.filter((one) => flagsOf(one).length > 0)
  flagged.sort((a, b) => flagsOf(b).length - flagsOf(a).length)
  const clear = segmented.filter((one) => flagsOf(one).length === 0)
  const counts = [
    `${segmented.length} ${segmented.length === 1 ? 'mask' : 'masks'}`,
    `${flagged.length} to look at`,
    `${failed.length} failed`,
    ...(missing.length > 0 ? [`${missing.length} not segmented yet`] : [])
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Hippocampi of a group</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Hippocampi of a group</h1>
<p>${counts.join(', ')}.</p>
<p class="quiet">Hippospike ${escaped(VERSION)}, ${escaped(new Date().toISOString().slice(0, 16).replace('T', ' '))} UTC. For research only; not a medical device. The pictures are coronal, the
patient's right on their left. All numbers: group_hippocampus.tsv.</p>
${section(
  'Failed',
  failed.map(
    ({ entities, message }) =>
      `<p class="bad"><strong>${escaped(entities)}</strong>: ${escaped(message)}</p>`
  )
)}
${section('Not segmented yet', missing.length === 0 ? [] : [`<p>${missing.map(({ entities }) => escaped(entities)).join(', ')}</p>`])}
${section('To look at', grid(flagged))}
${section('Change between sessions', changes.length === 0 ? [] : [changeTable(changes)])}
${section('Without flags', grid(clear))}
${section('Volumes', segmented.length === 0 ? [] : [volumeTable(segmented)])}
</body>
</html>
`
}

function section(heading: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `<h2>${heading}</h2>\n${parts.join('\n')}`
}

function grid(scans: readonly Segmented[]): string[] {
  return scans.length === 0 ? [] : [`<div class="scans">\n${scans.map(card).join('\n')}\n</div>`]
}

function card(one: Segmented): string {
  const { place, record, picture } = one
  const flags = record.head?.flags ?? []
  const image =
    picture === null
      ? '<div class="none">no picture</div>'
      : `<img src="data:image/png;base64,${picture.toString('base64')}" alt="coronal plane of ${escaped(place.entities)} with the outline of its mask">`
  const notes =
    record.head === null
      ? ['a crop around one hippocampus, not a head']
      : flags.map(({ message }) => message)
  return `<article${flagsOf(one).length > 0 ? ' class="flagged"' : ''}>${image}<div>
<h3>${escaped(place.entities)}</h3>
<p class="quiet">${escaped(record.name)}${record.versions.length > 1 ? ', corrected by hand' : ''}</p>
<p>${volumesText(record)}</p>
${notes.map((text) => `<p class="note">${escaped(text)}</p>`).join('\n')}
</div></article>`
}

function volumesText({ head, volumesMm3 }: ResultRecord): string {
  if (head === null) return `${volume(volumesMm3.whole)} mm³`
  const { left, right } = head.volumesMm3
  return `left ${volume(left?.whole)} mm³, right ${volume(right?.whole)} mm³`
}

function changeTable(changes: readonly SessionChange[]): string {
  const rows = changes.map(({ participant, variant, result, from, to, left, right }) =>
    row(
      [`sub-${participant}`, variant || '–', result, `ses-${from} → ses-${to}`],
      [left, right].flatMap((change) => [millilitres(change), percent(change)])
    )
  )
  const head = ['participant', 'scan', 'model', 'sessions']
  const numbers = ['left, ml', 'left, %', 'right, ml', 'right, %']
  return `${table(head, numbers, rows)}
<p class="quiet">Whole hippocampus, from the first session to each later one. ± is the 95% interval that follows from the repeatability of both volumes, where the participants
were run with --repeatability; a change within it, marked by (≈), may be no change at all. Scanner and positioning add to it.</p>`
}

function volumeTable(segmented: readonly Segmented[]): string {
  const rows = segmented.map((one) => {
    const { place, record } = one
    const { head, confidence } = record
    const { left, right } = head?.volumesMm3 ?? { left: null, right: null }
    const numbers = [
      ...[left, right].flatMap((side) =>
        [side?.anterior, side?.posterior, side?.whole].map(volume)
      ),
      head?.intracranialMm3 ? (head.intracranialMm3 / 1000).toFixed(0) : '–',
      typeof head?.asymmetryPercent === 'number' ? signed(head.asymmetryPercent, 1) : '–',
      confidence?.toFixed(3) ?? '–'
    ]
    return row([place.entities, place.result, flagsOf(one).join(', ')], numbers)
  })
  const parts = ['anterior', 'posterior', 'whole']
  const numbers = [
    ...['left', 'right'].flatMap((side) => parts.map((part) => `${side} ${part}, mm³`)),
    'intracranial, ml',
    'asymmetry, %',
    'confidence'
  ]
  return `<div class="wide">${table(['scan', 'model', 'flags'], numbers, rows)}</div>`
}

function table(
  texts: readonly string[],
  numbers: readonly string[],
  rows: readonly string[]
): string {
  const heads = [
    ...texts.map((text) => `<th>${text}</th>`),
    ...numbers.map((text) => `<th class="number">${text}</th>`)
  ]
  return `<table><thead><tr>${heads.join('')}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody></table>`
}

function row(texts: readonly string[], numbers: readonly string[]): string {
  const cells = [
    ...texts.map((text) => `<td class="text">${escaped(text)}</td>`),
    ...numbers.map((text) => `<td class="number">${escaped(text)}</td>`)
  ]
  return `<tr>${cells.join('')}</tr>`
}

function volume(mm3: number | undefined): string {
  return mm3 === undefined ? '–' : mm3.toFixed(0)
}

function millilitres(change: Change | null): string {
  if (change === null) return '–'
  const difference = change.after - change.before
  const text = signed(difference / 1000, 3)
  if (change.interval === null) return text
  return `${text} ± ${(change.interval / 1000).toFixed(3)}${isWithinError(change) ? ' (≈)' : ''}`
}

function percent(change: Change | null): string {
  return typeof change?.percent === 'number' ? signed(change.percent, 1) : '–'
}

function signed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return value > 0 ? `+${text}` : text.replace('-', '−')
}
