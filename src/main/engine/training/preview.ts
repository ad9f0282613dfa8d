import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Geometry, Triple } from '../../../shared/geometry'
import type { TrainingCase } from '../../../core/training/augmentation'
import type { TrainableNetwork } from '../../../core/training/network'
import { validate, type Validation } from '../../../core/training/train'
import { makeFolder, writeFileAtomic } from '../../workspace/atomic-write'
import { coronalPicture } from '../segmentation/picture'

/** A crop fills the picture. */
const VIEW = { pixelMm: 0.25, marginMm: 8, leastMm: [40, 40] } as const

/** Name of the picture of a case after an epoch; epoch 0 is before training. */
export function previewName(caseId: string, epoch: number): string {
  return `${caseId}_epoch-${String(epoch).padStart(3, '0')}.png`
}

/**
 * Writes a PNG of one case with the outline of what the network made of it, in the plane that shows most of its true mask: the same one each time.
 *
 * @throws HippospikeError (output)
 */
export async function writePreview(
  dir: string,
  epoch: number,
  { case: source, mask }: Validation['example']
): Promise<void> {
  const geometry = rasGeometry(source.size)
  const picture = coronalPicture(
    { geometry, voxels: source.image },
    { geometry, voxels: mask },
    { ...VIEW, centredOn: { geometry, voxels: source.labels } }
  )
  await makeFolder(dir)
  await writeFileAtomic(join(dir, previewName(source.id, epoch)), picture)
}

/** The picture before training, where there is a case to show and no picture yet. */
export async function previewStart(
  dir: string,
  network: TrainableNetwork,
  validation: readonly TrainingCase[]
): Promise<void> {
  const [first] = validation
  if (!first || existsSync(join(dir, previewName(first.id, 0)))) return
  const { example } = await validate(network, network.parameters.values, [first])
  await writePreview(dir, 0, example)
}

/** Training cases lie on a grid of 1 mm whose axes run to the right, the front and the top. */
function rasGeometry(size: Triple): Geometry {
  return { size, spacing: [1, 1, 1], origin: [0, 0, 0], direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] }
}
