import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { toHippospikeError } from '../../../shared/errors'
import {
  inspectRequestSchema,
  type CaseFacts,
  type InspectRequest,
  type InspectResult
} from '../../../shared/training-set'
import { cropRoi } from '../../../core/training-set/crop-roi'
import { intensityShape } from '../../../core/training-set/intensity-shape'
import { maskSides } from '../../../core/training-set/mask-sides'
import { crop } from '../../../core/volume/crop'
import { nearestAxisOrder, reorder } from '../../../core/volume/orientation'
import type { Volume } from '../../../core/volume/volume'
import { readImage, readLabels } from '../../imaging/read-image'
import { checkSameGrid, MASK_LABELS } from '../../workspace/grid'
import { networkInput } from '../cases'
import { PREPROCESSING } from '../training/preprocessing'
import { yieldToHost, type Job, type JobContext } from './job'

/** Looks at the voxels of cases that are to be trained on. What goes wrong with one is its answer and stops none of the others. */
export const inspectCasesJob: Job<InspectRequest, InspectResult> = {
  kind: 'inspect-cases',
  request: inspectRequestSchema,
  run: inspectCases
}

/** Every number that a mask's voxel may hold in memory. */
const ANY_LABEL = Array.from({ length: 256 }, (_, label) => label)

async function inspectCases(
  { cases }: InspectRequest,
  context: JobContext
): Promise<InspectResult> {
  const found: InspectResult = []
  for (const [n, { image, mask }] of cases.entries()) {
    await yieldToHost(context)
    context.progress('inspect', n / cases.length, `looking at ${basename(image)}`)
    found.push(
      await inspectCase(image, mask).catch((thrown: unknown) => ({
        problem: toHippospikeError(thrown).message
      }))
    )
  }
  return found
}

/** @throws HippospikeError (input) where a file cannot be read */
export async function inspectCase(imagePath: string, maskPath: string): Promise<CaseFacts> {
  const { volume: image } = await readImage(imagePath)
  const mask = await readLabels(maskPath, ANY_LABEL)
  const grid = gridProblem(mask, image)
  const strangeLabels = strangeIn(mask.voxels)
  return {
    imageSha256: hashOf(image),
    maskSha256: hashOf(mask),
    foregroundSha256: hashOf({ ...mask, voxels: mask.voxels.map((label) => Math.min(label, 1)) }),
    grid,
    strangeLabels,
    sides: grid !== null || strangeLabels.length > 0 ? [] : sidesOf(image, mask)
  }
}

function sidesOf(image: Volume, mask: Volume<Uint8Array>): CaseFacts['sides'] {
  return maskSides(mask).map(({ extent, ...side }) => {
    const part = side.side === null ? image : crop(image, cropRoi(image.geometry, extent))
    const { input } = networkInput(part, PREPROCESSING)
    return { ...side, intensity: intensityShape(input.image, input.size) }
  })
}

function gridProblem(mask: Volume<Uint8Array>, image: Volume): string | null {
  try {
    checkSameGrid('the mask', mask.geometry, image.geometry)
    return null
  } catch (thrown) {
    return toHippospikeError(thrown).message
  }
}

function strangeIn(voxels: Uint8Array): number[] {
  const present = new Uint8Array(256)
  for (const label of voxels) present[label] = 1
  return ANY_LABEL.filter((label) => present[label] === 1 && !MASK_LABELS.includes(label))
}

/** Of the voxels with their axes to the right, the front and the top as nearly as they come, so that the order of storing makes no difference. */
function hashOf<A extends Float32Array | Uint8Array>(volume: Volume<A>): string {
  const { geometry, voxels } = reorder(volume, nearestAxisOrder(volume.geometry.direction))
  const bytes = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength)
  return createHash('sha256').update(geometry.size.join()).update(bytes).digest('hex')
}
