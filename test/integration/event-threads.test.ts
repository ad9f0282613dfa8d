import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Triple } from '../../src/shared/geometry'
import {
  createEventNetwork,
  inThreadCrew,
  type Crew,
  type EventNetwork,
  type EventPrecision,
  type EventRun
} from '../../src/core/event'
import { createCrew } from '../../src/main/engine/inference/crew'
import { waves } from '../fixtures/cpu-backend'
import { randomCase, randomNet, type RandomNet } from '../fixtures/event-network'
import { failureOf } from '../fixtures/failure'
import { temporaryFolder } from '../fixtures/temporary-folder'

const program = resolve(import.meta.dirname, '../../out/main/event-worker.cjs')
const built = existsSync(program)
if (!built) console.warn('skipping the threads: run "npm run build" first')

const folder = temporaryFolder()
const networks: EventNetwork[] = []
afterEach(async () => {
  await Promise.all(networks.splice(0).map((network) => network.dispose()))
})

function networkOn(
  crew: Crew,
  { model }: RandomNet,
  timesteps = 4,
  precision: EventPrecision = 'float32'
): EventNetwork {
  const network = createEventNetwork(model, { timesteps, precision }, crew)
  networks.push(network)
  return network
}

function inputOf(size: Triple): { size: Triple; voxels: Float32Array } {
  return { size, voxels: waves(size[0] * size[1] * size[2], 5, 1.5) }
}

/** As `toEqual`, which takes seconds for as many numbers. */
function sameBytes(a: Float32Array | Uint8Array, b: Float32Array | Uint8Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: typeof a): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength)
  return bytes(a).equals(bytes(b))
}

/** Every bit of it: the sums of a neuron are made by one thread, in one order. */
function expectSame(run: EventRun, wanted: EventRun): void {
  expect(sameBytes(run.logits, wanted.logits)).toBe(true)
  expect(run.activity).toEqual(wanted.activity)
  expect(run.accumulates).toBe(wanted.accumulates)
  for (const { name } of wanted.record!.layers) {
    const [bits, other] = [run.record!.bits(name), wanted.record!.bits(name)]
    expect(sameBytes(bits.positive, other.positive), name).toBe(true)
    expect(bits.negative === null, name).toBe(other.negative === null)
    if (bits.negative) expect(sameBytes(bits.negative, other.negative!), name).toBe(true)
  }
}

/** Takes seconds, so that what comes in between comes in between. */
const LONG = { input: inputOf([40, 56, 40]), timesteps: 64 }

describe.skipIf(!built)('threads of the event kernel', () => {
  it.each([2, 3])('%i give exactly what the own thread gives', async (threads) => {
    for (const mode of ['binary', 'ternary-memory'] as const) {
      const net = randomNet([16, 32, 32], mode)
      const crew = createCrew(threads, program)
      expect(crew.workers).toBe(threads)
      const alone = networkOn(inThreadCrew(), net)
      const shared = networkOn(crew, net)
      // The second size needs more memory, so that the threads get another one.
      for (const size of [
        [8, 20, 4],
        [24, 20, 12],
        [8, 20, 4]
      ] as Triple[]) {
        const wanted = await alone.run(inputOf(size), { keepSpikes: true })
        const run = await shared.run(inputOf(size), { keepSpikes: true })
        expect(run.record!.bits('enc0.conv1').negative === null).toBe(mode === 'binary')
        expectSame(run, wanted)
      }
      const exit = { earlyExit: { tolerance: 0.3 } }
      const wanted = await alone.run(inputOf([8, 20, 4]), exit)
      expect(await shared.run(inputOf([8, 20, 4]), exit)).toEqual(wanted)
    }
  })

  it.each([1, 2, 3, 4, 5, 6])('give the same of what is drawn at random, seed %i', async (seed) => {
    const { net, size, timesteps, voxels } = randomCase(seed)
    const precision = seed % 2 === 0 ? 'int16' : 'float32'
    const threads = 2 + (seed % 3)
    const alone = networkOn(inThreadCrew(), net, timesteps, precision)
    const shared = networkOn(createCrew(threads, program), net, timesteps, precision)
    const wanted = await alone.run({ size, voxels }, { keepSpikes: true })
    expectSame(await shared.run({ size, voxels }, { keepSpikes: true }), wanted)
  })

  it('are cancelled in the middle, and run again', async () => {
    const net = randomNet([16, 32], 'binary')
    const network = networkOn(createCrew(2, program), net, LONG.timesteps)
    const small = inputOf([4, 4, 4])
    const before = await network.run(small)
    const abort = new AbortController()
    setTimeout(() => {
      abort.abort()
    }, 20)
    const failure = await failureOf(() => network.run(LONG.input, { signal: abort.signal }))
    expect(failure.kind).toBe('cancelled')
    expect(await network.run(small)).toEqual(before)
  })

  it('that are closed in the middle fail the run, and start again for another', async () => {
    const net = randomNet([16, 32], 'binary')
    const network = networkOn(createCrew(2, program), net, LONG.timesteps)
    const small = inputOf([4, 4, 4])
    const before = await network.run(small)
    const running = network.run(LONG.input)
    setTimeout(() => {
      void network.dispose()
    }, 20)
    await expect(running).rejects.toThrow('a thread of the event kernel ended with code 1')
    expect(await network.run(small)).toEqual(before)
  })

  it.each([
    ['dies', 'process.exit(7)', 'a thread of the event kernel ended with code 7'],
    ['fails', 'request.task = null', 'the event kernel failed: ']
  ])('fail the run when one %s, though the others wait for it', async (_, deed, message) => {
    const file = folder.write(
      'thread.cjs',
      `let worker
      require('node:worker_threads').parentPort.on('message', (request) => {
        if (request.type === 'open') worker = request.worker
        else if (worker === 1) ${deed}
      })
      require(${JSON.stringify(program)})`
    )
    const network = networkOn(createCrew(3, file), randomNet([16], 'binary'))
    await expect(network.run(inputOf([8, 8, 8]))).rejects.toThrow(message)
    // Nor does the next run find nobody to do it, and take that for done.
    await expect(network.run(inputOf([8, 8, 8]))).rejects.toThrow(message)
  })

  it('that cannot start fail the run', async () => {
    const missing = folder.file('missing.cjs')
    const network = networkOn(createCrew(2, missing), randomNet([16], 'binary'))
    await expect(network.run(inputOf([4, 4, 4]))).rejects.toThrow('Cannot find module')
  })
})
