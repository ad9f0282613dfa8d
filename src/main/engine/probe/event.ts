import type { NumericCheck } from '../../../shared/doctor'
import type { Triple } from '../../../shared/geometry'
import type { SpikeMode } from '../../../shared/model'
import { createEventNetwork, type EventNetwork } from '../../../core/event'
import { median } from '../../../core/metrics/statistics'
import { createCrew } from '../inference/crew'
import { defaultThreads, eventRuntimeInfo } from '../runtimes/event'
import { sixtyFourths, smallModel } from './small-model'
import { inferByLoops } from './spiking-oracle'
import { relativeError, type Trial } from './trial'

/** Three different edges, so that exchanged axes show. */
const SMALL: Triple = [8, 4, 6]
const CROP: Triple = [40, 56, 40]
/** All sums are exact but for the division by T at the end. */
const TOLERANCE = 1e-6
const voxelsOf = ([nx, ny, nz]: Triple): number => nx * ny * nz
const TIME_LIMIT_MS = 700
const MAX_REPEATS = 30

/** Checks the event-driven kernel on a small network, spike by spike. */
export async function tryEvent(): Promise<Trial> {
  const threads = defaultThreads()
  return {
    info: eventRuntimeInfo(threads),
    software: false,
    checks: [
      await checkNetwork('binary', threads),
      await checkNetwork('ternary', threads),
      await checkNetwork('ternary-memory', threads)
    ],
    measureSpeed: async () => ({
      gmacsPerSecond: null,
      gaccsPerSecond: await accumulateSpeed(threads)
    })
  }
}

async function checkNetwork(mode: SpikeMode, threads: number): Promise<NumericCheck> {
  const model = smallModel({ channels: [16, 16], mode, timesteps: 3, bias: 0 })
  const voxels = sixtyFourths(voxelsOf(SMALL), 11, 2)
  const network = open(model, threads)
  try {
    const { logits } = await network.run({ size: SMALL, voxels })
    const expected = inferByLoops(model, SMALL, voxels)
    return {
      name: `spiking network, ${mode}`,
      error: relativeError([...logits], expected),
      tolerance: TOLERANCE
    }
  } finally {
    await network.dispose()
  }
}

/** Accumulates a second, in 10⁹, of a whole network at the size of a crop. */
async function accumulateSpeed(threads: number): Promise<number> {
  const model = smallModel({ channels: [16, 32], mode: 'binary', timesteps: 4, bias: -0.4 })
  const voxels = sixtyFourths(voxelsOf(CROP), 12, 2)
  const network = open(model, threads)
  try {
    const speeds: number[] = []
    const begun = performance.now()
    // The first run compiles and makes room, and is dropped.
    for (let run = 0; run <= MAX_REPEATS; run++) {
      const start = performance.now()
      const { accumulates } = await network.run({ size: CROP, voxels })
      if (run > 0) speeds.push(accumulates / (performance.now() - start) / 1e6)
      if (run > 0 && performance.now() - begun > TIME_LIMIT_MS) break
    }
    return median(speeds)
  } finally {
    await network.dispose()
  }
}

function open(model: ReturnType<typeof smallModel>, threads: number): EventNetwork {
  return createEventNetwork(model, { timesteps: null, precision: 'float32' }, createCrew(threads))
}
