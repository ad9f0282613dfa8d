import { basename, dirname } from 'node:path'
import { HippospikeError } from '../../../shared/errors'
import { cutRequestSchema, type CutRequest } from '../../../shared/training-set'
import { cropRoi } from '../../../core/training-set/crop-roi'
import { trainingLabels } from '../../../core/training-set/crop-labels'
import { maskSides } from '../../../core/training-set/mask-sides'
import { crop, type Roi } from '../../../core/volume/crop'
import type { Volume } from '../../../core/volume/volume'
import { readImage, readLabels } from '../../imaging/read-image'
import { writeMask, writeScan } from '../../imaging/write-mask'
import { makeFolder } from '../../workspace/atomic-write'
import { checkSameGrid, MASK_LABELS } from '../../workspace/grid'
import { yieldToHost, type Job, type JobContext } from './job'

/** Writes the crops of a training set, one a hippocampus, on the scans' own grids: a crop whole, a head's as the window that a network looks at. */
export const cutCasesJob: Job<CutRequest, null> = {
  kind: 'cut-cases',
  request: cutRequestSchema,
  run: cutCases
}

type CutCase = CutRequest['cases'][number]

async function cutCases({ cases }: CutRequest, context: JobContext): Promise<null> {
  for (const [n, one] of cases.entries()) {
    await yieldToHost(context)
    context.progress('cut', n / cases.length, `cutting ${basename(one.image)}`)
    await cutCase(one)
  }
  return null
}

async function cutCase({ image: imagePath, mask: maskPath, crops }: CutCase): Promise<void> {
  const { volume: image } = await readImage(imagePath)
  const mask = await readLabels(maskPath, MASK_LABELS)
  checkSameGrid(maskPath, mask.geometry, image.geometry)
  const sides = maskSides(mask)
  for (const { side, mask: kind, imageOut, labelOut } of crops) {
    const found = sides.find((one) => one.side === side)
    if (found === undefined) {
      throw new HippospikeError('input', `${maskPath}: shows no ${side ?? ''} hippocampus any more`)
    }
    const roi = side === null ? null : cropRoi(image.geometry, found.extent)
    const part = partOf(image, roi)
    const labels = {
      geometry: part.geometry,
      voxels: trainingLabels(partOf(mask, roi).voxels, side, kind)
    }
    await makeFolder(dirname(imageOut))
    await makeFolder(dirname(labelOut))
    await writeScan(imageOut, part)
    await writeMask(labelOut, labels, { format: 'other' })
  }
}

function partOf<A extends Float32Array | Uint8Array>(
  volume: Volume<A>,
  roi: Roi | null
): Volume<A> {
  return roi === null ? volume : crop(volume, roi)
}
