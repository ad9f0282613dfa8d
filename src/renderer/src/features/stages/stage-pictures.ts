import { shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { CaseImage } from '../../../../shared/api/cases'
import type { StagesReport } from '../../../../shared/api/stages'
import { perStage, STAGES, type StageName } from '../../../../shared/stages'
import { isCancelled } from '../../api'
import { loadMask, voxelCountOf } from '../cases'
import type { OpenImage } from '../viewer'
import { frameAround, fullestSlice, type Frame } from './outline'
import { outlinedSlice, type OutlinedSlice } from './slice-outline'

/** The masks of the stages on the slice that shows most of them. */
export interface StagePictures {
  /** Null for a stage whose mask is gone. */
  slices: Record<StageName, OutlinedSlice | null>
  frame: Frame
}

/** Pixels around the masks of a head; a crop is shown whole. */
const MARGIN = 8

/** What the pictures are made of. */
export interface PictureSource {
  caseId: string
  image: CaseImage
  open: OpenImage
  results: StagesReport['results']
}

/** Makes the pictures anew whenever what they show changes. */
export function useStagePictures(
  source: Ref<PictureSource | null>,
  key: Ref<string>
): { pictures: ShallowRef<StagePictures | null>; stop: () => void } {
  const pictures = shallowRef<StagePictures | null>(null)
  let current = new AbortController()

  async function load(): Promise<void> {
    current.abort()
    current = new AbortController()
    const { signal } = current
    if (source.value === null) {
      pictures.value = null
      return
    }
    try {
      const made = await picturesOf(source.value, signal)
      if (!signal.aborted) pictures.value = made
    } catch (error) {
      // A mask that cannot be read says why when it is put on the image.
      if (!signal.aborted && !isCancelled(error)) pictures.value = null
    }
  }

  watch(key, () => void load(), { immediate: true })
  return {
    pictures,
    stop: () => {
      current.abort()
    }
  }
}

async function picturesOf(
  { caseId, image, open, results }: PictureSource,
  signal: AbortSignal
): Promise<StagePictures> {
  const voxels = voxelCountOf(image)
  const masks = new Map<StageName, Uint8Array>()
  for (const stage of STAGES) {
    const id = results[stage]
    if (id !== null) masks.set(stage, await loadMask(caseId, id, voxels, { signal }))
  }
  const slice = fullestSlice([...masks.values()], image.geometry.size)
  const slices = perStage((stage) => {
    const mask = masks.get(stage)
    return mask === undefined ? null : outlinedSlice(image, open.voxels, mask, slice)
  })
  const drawn = STAGES.map((stage) => slices[stage]).filter((one) => one !== null)
  const first = drawn[0]?.picture ?? { width: 1, height: 1 }
  const labels = drawn.map((one) => one.labels)
  return { slices, frame: frameAround(labels, first, MARGIN) }
}
