// Times the event kernel against the dense networks on TensorFlow, at 40×56×40; prints a Markdown table. Each contender is a process
// of its own; they take turns, so that other work on the machine disturbs all of them alike.
import { fork } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildParts, median, root, table } from './support/programs.mjs'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'snn' },
    timesteps: { type: 'string', default: '4' },
    repeats: { type: 'string', default: '15' },
    only: { type: 'string', default: '' }
  }
})

const event = (threads, precision) => ({ kind: 'event', model: values.model, threads, precision })
const dense = (runtime, model) => ({ kind: 'dense', runtime, model })
const contenders = {
  'event, 1 thread': event(1, 'float32'),
  'event, 2 threads': event(2, 'float32'),
  'event, 1 thread, int16': event(1, 'int16'),
  'event, 2 threads, int16': event(2, 'int16'),
  'native, dense SNN': dense('native', values.model),
  'native, dense ANN': dense('native', 'ann'),
  'wasm, dense SNN': dense('wasm', values.model),
  'wasm, dense ANN': dense('wasm', 'ann')
}

/** What is to be faster than what. */
const AIMS = [
  ['native, dense SNN', 'event, 2 threads'],
  ['wasm, dense ANN', 'event, 1 thread']
]

const parts = await buildParts()

function start(name, config) {
  const settings = { ...config, parts, timesteps: Number(values.timesteps), root }
  const child = fork(
    join(import.meta.dirname, 'support', 'contender.mjs'),
    [JSON.stringify(settings)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }
  )
  const once = () =>
    new Promise((resolve, reject) => {
      const onExit = (code) => reject(new Error(`${name} ended with code ${code}`))
      child.once('exit', onExit)
      child.once('message', (message) => {
        child.off('exit', onExit)
        resolve(message)
      })
    })
  return {
    name,
    ready: once(),
    milliseconds: [],
    ask() {
      const answer = once()
      child.send('run')
      return answer
    },
    stop: () => child.kill()
  }
}

const running = []
try {
  for (const [name, config] of Object.entries(contenders)) {
    if (!values.only.split(';').some((part) => name.includes(part))) continue
    const contender = start(name, config)
    running.push(contender)
    // One after the other, so that their starts do not disturb each other.
    await contender.ready
  }
  const last = new Map()
  for (let round = 0; round < Number(values.repeats); round++) {
    for (const contender of running) {
      const answer = await contender.ask()
      contender.milliseconds.push(answer.milliseconds)
      last.set(contender.name, answer)
    }
  }
  const medians = new Map(running.map(({ name, milliseconds }) => [name, median(milliseconds)]))
  const reference = medians.get('native, dense SNN')
  const ratio = (ms) => (reference === undefined ? '' : `${(reference / ms).toFixed(2)} ×`)
  console.log(`${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}\n`)
  console.log(
    table(
      ['', 'median, ms', 'least, ms', 'dense native SNN ÷ this', 'peak memory, MB', 'firing'],
      running.map(({ name, milliseconds }) => {
        const { peakBytes, rate } = last.get(name)
        const ms = medians.get(name)
        return [
          name,
          ms.toFixed(0),
          Math.min(...milliseconds).toFixed(0),
          ratio(ms),
          (peakBytes / 1e6).toFixed(0),
          rate === null ? '–' : rate.toFixed(3)
        ]
      })
    )
  )
  const times = new Map(running.map(({ name, milliseconds }) => [name, milliseconds]))
  for (const [slow, fast] of AIMS) {
    if (!times.has(slow) || !times.has(fast)) continue
    // Of the same round: what else the machine did then slowed both.
    const rounds = times.get(slow).map((ms, round) => ms / times.get(fast)[round])
    rounds.sort((a, b) => a - b)
    const [least, middle, most] = [rounds[0], median(rounds), rounds.at(-1)]
    console.log(
      `\n${slow} ÷ ${fast}, by rounds: median ${middle.toFixed(2)}, ${least.toFixed(2)} to ${most.toFixed(2)}`
    )
  }
} finally {
  for (const { stop } of running) stop()
}
