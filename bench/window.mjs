// Times the window as a user feels it, in Electron and in Chromium on `hippospike serve`; prints a Markdown table.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { headMask, writeHead } from './support/head-image.mjs'
import { median, root, table } from './support/programs.mjs'
import { hosts } from './support/window-host.mjs'
import { firstImage, installProbe, strokeDrawn, timestepDrawn } from './support/window-probe.mjs'

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '5' },
    switches: { type: 'string', default: '50' },
    head: { type: 'string' },
    host: { type: 'string' },
    gpu: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false }
  }
})
const repeats = Number(values.repeats)
const switches = Number(values.switches)
const CROPS = ['hippocampus_023', 'hippocampus_033']
const CROP_IDS = ['hippocampus023', 'hippocampus033']
/** As long as a user looks before the first click: the window prepares what comes next meanwhile. */
const LOOK_MS = 2000
/** Longer than the window waits before it keeps which case is open. */
const KEPT_MS = 1000
const say = (text) => process.stderr.write(`${text}\n`)

const folder = mkdtempSync(join(tmpdir(), 'hippospike-bench-'))
const home = join(folder, 'home')
mkdirSync(home)
const head = values.head === undefined ? join(folder, 'head.nii') : resolve(values.head)
if (values.head === undefined) writeHead(head)

/** What was measured: name to values, in the order in which it was first asked. */
class Figures {
  entries = new Map()

  add(name, unit, goal, value) {
    const entry = this.entries.get(name) ?? { name, unit, goal, values: [] }
    if (value !== null) entry.values.push(value)
    this.entries.set(name, entry)
  }

  /** Runs a part and notes for how long the UI thread stood still in it. */
  async standstill(page, name, part) {
    await page.evaluate(() => globalThis.probe.longest())
    const outcome = await part()
    // What the part left for later, such as the surface, belongs to it.
    await page.waitForTimeout(800)
    const longest = await page.evaluate(() => globalThis.probe.longest())
    this.add(`standstill: ${name}`, 'ms', 200, longest)
    return outcome
  }
}

/** Imports the head and two crops and gives the head a mask, by the window's own API; answers with the head's id. */
async function fill(open, workspace) {
  const { page, close } = await open(workspace, home)
  try {
    await page.locator('nav').waitFor()
    const paths = [
      head,
      ...CROPS.map((name) => join(root, 'resources', 'sample', 'imagesTr', `${name}.nii.gz`))
    ]
    const outcomes = await page.evaluate(
      async (files) =>
        (
          await fetch('/api/cases', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ paths: files })
          })
        ).json(),
      paths
    )
    const failed = outcomes.find(({ caseId }) => caseId === null)
    if (failed) throw new Error(`${failed.name} was not imported: ${failed.problem}`)
    const id = outcomes[0].caseId
    const size = await page.evaluate(
      async (one) => (await (await fetch(`/api/cases/${one}/image`)).json()).geometry.size,
      id
    )
    writeFileSync(join(folder, 'mask'), headMask(size))
    // Through a file input: a body of 16 million numbers would be slow to hand over.
    await page.evaluate(() => {
      const input = document.createElement('input')
      input.type = 'file'
      input.id = 'bench-mask'
      document.body.append(input)
    })
    await page.setInputFiles('#bench-mask', join(folder, 'mask'))
    await page.evaluate(async (one) => {
      const made = await fetch(`/api/cases/${one}/results`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ from: null, name: 'Manual' })
      })
      const { id: result } = await made.json()
      const [file] = document.querySelector('#bench-mask').files
      const saved = await fetch(`/api/cases/${one}/results/${result}/mask?how=bench`, {
        method: 'PUT',
        body: await file.arrayBuffer()
      })
      if (!saved.ok) throw new Error(await saved.text())
    }, id)
    // The case that the next launch finds open.
    await show(page, CROP_IDS[0])
    await page.waitForTimeout(KEPT_MS)
    return { id, slices: size }
  } finally {
    await close()
  }
}

const panel = (page, name) => page.getByRole('tab', { name, exact: true }).click()
const button = (page, name) => page.getByRole('button', { name, exact: true }).click()
const row = (page, id) => page.locator('nav button.open', { hasText: id })

async function launch(open, workspace, figures) {
  const window = await open(workspace, home)
  const { page, startedAt } = window
  await row(page, CROP_IDS[0]).waitFor()
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)))
  figures.add('launch to usable window', 'ms', 3000, performance.now() - startedAt)
  await page.locator('.panes[data-drawn=true]').waitFor()
  figures.add(
    'launch to the image of the case that was open',
    'ms',
    null,
    performance.now() - startedAt
  )
  await page.waitForTimeout(LOOK_MS)
  await page.evaluate(installProbe)
  return window
}

/** The crop: the network, its spikes. */
async function measureCrop({ page }, figures, isFirst) {
  await show(page, CROP_IDS[0])
  await panel(page, 'Segment')
  if (isFirst) {
    await figures.standstill(page, 'segment, to the result', async () => {
      await button(page, 'Segment')
      await page.getByRole('region', { name: 'Result', exact: true }).waitFor({ timeout: 120_000 })
    })
  }
  await figures.standstill(page, 'Spikes opened', async () => {
    await panel(page, 'Spikes')
    await page.locator('[data-testid=spikes-panel][data-drawn="4"]').waitFor()
  })
  await page.evaluate(timestepDrawn, { key: 'Home', t: 1 })
  for (const t of [2, 3, 4]) {
    const ms = await page.evaluate(timestepDrawn, { key: 'ArrowRight', t })
    figures.add('timestep change drawn', 'ms', 500, ms)
  }
  await panel(page, 'Segment')
}

/** The head: loading, painting, and what works on the whole mask. */
async function measureHead({ page }, figures, { id, slices }) {
  const ms = await figures.standstill(page, '256³ opened, with mask and surface', () =>
    page.evaluate(firstImage, { name: id, slices: slices[2] })
  )
  figures.add('case click to first image, 256³', 'ms', 2000, ms)
  await panel(page, 'Edit')
  await page.getByRole('tabpanel').getByRole('button', { name: 'Brush' }).click()
  for (const x of [0.3, 0.38, 0.46]) {
    const stroke = await page.evaluate(strokeDrawn, { x, y: 0.3 })
    figures.add('brush pressed to stroke drawn, 256³', 'ms', 100, stroke)
  }
  await figures.standstill(page, 'painting, and its surface', () =>
    page.evaluate(strokeDrawn, { x: 0.54, y: 0.3 })
  )
  const operations = [
    ['Interpolate', /^Interpolate/],
    ['Smooth', /^Smooth/],
    ['Keep largest', /^Keep largest/]
  ]
  for (const [name, pattern] of operations) {
    const undo = page.getByRole('tabpanel').getByRole('button', { name: 'Undo' })
    await figures.standstill(page, name, async () => {
      const before = await undo.getAttribute('title')
      const start = performance.now()
      await page.getByRole('tabpanel').getByRole('button', { name: pattern }).click()
      await page.waitForFunction(
        (title) =>
          [...document.querySelectorAll('button')].some(
            (one) => one.textContent.trim() === 'Undo' && one.title !== title
          ),
        before,
        { timeout: 60_000 }
      )
      figures.add(`${name} done`, 'ms', null, performance.now() - start)
    })
  }
  await figures.standstill(page, 'undo, three times', async () => {
    for (let n = 0; n < 3; n++) await page.keyboard.press('Control+z')
  })
  for (let n = 0; n < 5; n++) await page.keyboard.press('Control+z')
  await page.keyboard.press('Escape')
  await panel(page, 'Segment')
}

async function show(page, id) {
  await row(page, id).click()
  await page.waitForFunction((name) => document.title.startsWith(name), id)
  await page.waitForFunction(() => document.querySelector('.panes')?.dataset.drawn === 'true')
}

/** JavaScript's heap and array buffers after a collection, and what the page's process holds. */
async function memory({ cdp, rendererBytes }) {
  for (let n = 0; n < 2; n++) await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize = 0 } = await cdp.send('Runtime.getHeapUsage')
  return { heap: usedSize, buffers: backingStorageSize, process: rendererBytes() }
}

async function measureMemory(window, figures) {
  const walk = async (times) => {
    for (let n = 0; n < times; n++) {
      await show(window.page, CROP_IDS[n % 2])
      // As long as the surface takes to follow.
      await window.page.waitForTimeout(400)
    }
  }
  await walk(6)
  const before = await memory(window)
  await walk(switches)
  const after = await memory(window)
  for (const [part, name] of [
    ['heap', 'JavaScript heap'],
    ['buffers', 'array buffers'],
    ['process', 'page process']
  ]) {
    if (after[part] === null) continue
    figures.add(
      `growth over ${switches} case switches: ${name}`,
      'MB',
      null,
      (after[part] - before[part]) / 1e6
    )
  }
  figures.add('JavaScript heap after them', 'MB', null, after.heap / 1e6)
}

async function measure(name, open) {
  const figures = new Figures()
  const workspace = join(folder, name)
  mkdirSync(workspace)
  say(`${name}: preparing a workspace`)
  const made = await fill(open, workspace)
  for (let n = 0; n < repeats; n++) {
    say(`${name}: ${n + 1} of ${repeats}`)
    const window = await launch(open, workspace, figures)
    try {
      await measureCrop(window, figures, n === 0)
      await measureHead(window, figures, made)
      await show(window.page, CROP_IDS[0])
      if (n === repeats - 1 && switches > 0) {
        say(`${name}: ${switches} case switches`)
        await measureMemory(window, figures)
      }
      await window.page.waitForTimeout(KEPT_MS)
    } finally {
      await window.close()
    }
  }
  return [...figures.entries.values()]
}

try {
  const all = hosts({ gpu: values.gpu })
  const chosen = Object.entries(all).filter(([name]) => name === (values.host ?? name))
  if (chosen.length === 0)
    throw new Error('there is neither an Electron nor a Chromium to measure in')
  const results = {}
  for (const [name, open] of chosen) results[name] = await measure(name, open)
  if (values.json) {
    console.log(JSON.stringify(results, null, 2))
  } else {
    const names = Object.keys(results)
    const rows = results[names[0]].map(({ name, unit, goal }) => [
      name,
      goal === null ? '–' : `< ${goal} ${unit}`,
      ...names.map((host) => {
        const found = results[host].find((one) => one.name === name)
        if (found === undefined || found.values.length === 0) return '–'
        return `${median(found.values).toFixed(unit === 'MB' ? 1 : 0)} ${unit}`
      })
    ])
    console.log(`${cpus()[0].model}, ${availableParallelism()} cores, medians of ${repeats}\n`)
    console.log(table(['', 'goal', ...names], rows))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
