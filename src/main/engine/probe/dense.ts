import type { DenseRuntime } from '../../../shared/runtime'
import { LOADERS } from '../runtimes/loaders'
import { runChecks } from './checks'
import { convolutionSpeed } from './speed'
import type { Trial } from './trial'

/** Loads one of TensorFlow's runtimes and checks its convolutions and gradients. @throws RuntimeUnavailable */
export async function tryDense(runtime: DenseRuntime): Promise<Trial> {
  const { info, software } = await LOADERS[runtime].load()
  return {
    info,
    software,
    checks: await runChecks(),
    measureSpeed: async () => ({
      gmacsPerSecond: await convolutionSpeed(),
      gaccsPerSecond: null
    })
  }
}
