// One contender of event.mjs: gets ready, then answers each message with the time of one inference.
import { createRequire } from 'node:module'
import { sampleInput } from './sample-input.mjs'

const settings = JSON.parse(process.argv[2])
const parts = createRequire(import.meta.url)(settings.parts)
const model = await parts.readModel(parts.shippedModel(settings.root, settings.model))
const spikes = model.manifest.spiking !== null
const timesteps = spikes ? settings.timesteps : null

async function open() {
  if (settings.kind === 'dense') {
    const { info } = await parts.LOADERS[settings.runtime].load()
    return parts.createDensePredictor(model, timesteps, info)
  }
  const { threads, precision } = settings
  return parts.createEventPredictor(model, { timesteps, threads, precision, earlyExit: null })
}

const predictor = await open()
const input = await sampleInput(parts, model, [40, 56, 40])

async function once() {
  const start = performance.now()
  const { activity } = await predictor.infer(input)
  const milliseconds = performance.now() - start
  const sum = (key) => activity.reduce((total, layer) => total + layer[key], 0)
  return {
    milliseconds,
    // Kilobytes on Linux and macOS alike (Node documents it so).
    peakBytes: process.resourceUsage().maxRSS * 1024,
    rate: activity === null ? null : sum('spikes') / sum('opportunities')
  }
}

for (let warmUp = 0; warmUp < 3; warmUp++) await once()
process.on('message', async () => process.send(await once()))
process.send('ready')
