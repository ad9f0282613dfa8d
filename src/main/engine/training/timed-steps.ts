import type { Triple } from '../../../shared/geometry'
import type { TrainingCase } from '../../../core/training/augmentation'
import type { TrainableNetwork } from '../../../core/training/network'
import { createRandom } from '../../../core/training/random'
import { train, type TrainingOptions } from '../../../core/training/train'

/** Smooth shapes and noise: what is in it does not change the time a dense kernel takes. */
export function syntheticCase(seed: number, size: Triple): TrainingCase {
  const random = createRandom(seed)
  const [nx, ny, nz] = size
  const image = Float32Array.from({ length: nx * ny * nz }, () => random.gaussian())
  const labels = Uint8Array.from(image, (value) => (value > 2 ? 2 : value > 1 ? 1 : 0))
  return { id: String(seed), size, image, labels }
}

/** Milliseconds of each step of one epoch of the training loop: augmentation, forward, backward, optimiser. */
export async function* timedSteps(
  network: TrainableNetwork,
  cases: TrainingCase[],
  options: TrainingOptions
): AsyncGenerator<number> {
  for await (const event of train(network, cases, [], { ...options, epochs: 1 }, null)) {
    if (event.type === 'step') yield event.seconds * 1000
  }
}
