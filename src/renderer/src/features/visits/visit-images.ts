import { shallowRef, type ShallowRef } from 'vue'
import { caseImageSchema } from '../../../../shared/api/cases'
import type { Geometry } from '../../../../shared/geometry'
import { api, path } from '../../api'
import { loadMask, voxelCountOf } from '../cases'
import { useViewer } from '../viewer'

/** A visit's image and mask, to be drawn. */
export interface VisitImage {
  readonly caseId: string
  readonly geometry: Geometry
  readonly voxels: Float32Array
  readonly window: { low: number; high: number }
  /** On the image's grid; null where the visit has none. */
  readonly mask: Uint8Array | null
}

export interface VisitImages {
  /** By case. */
  readonly loaded: ShallowRef<ReadonlyMap<string, VisitImage>>
  /** Reads the visits that are not there yet, and lets go of all others. */
  show: (
    visits: readonly { caseId: string; resultId: string | null; stamp: string }[],
    signal: AbortSignal
  ) => Promise<void>
}

/** The images of the visits that are compared; that of the case on the screen is not read again. */
export function createVisitImages(): VisitImages {
  const viewer = useViewer()
  const loaded = shallowRef<ReadonlyMap<string, VisitImage>>(new Map())
  /** What each was read for: another result, or a new version, has another mask. */
  const stamps = new Map<string, string>()

  async function read(
    caseId: string,
    resultId: string | null,
    signal: AbortSignal
  ): Promise<VisitImage> {
    const before = loaded.value.get(caseId) ?? (await readImage(caseId, signal))
    const voxels = voxelCountOf(before)
    const mask = resultId === null ? null : await loadMask(caseId, resultId, voxels, { signal })
    return { ...before, mask }
  }

  async function readImage(caseId: string, signal: AbortSignal): Promise<VisitImage> {
    const open = viewer.image.value
    if (open?.caseId === caseId) {
      const { geometry, voxels, window } = open
      return { caseId, geometry, voxels, window, mask: null }
    }
    const [image, bytes] = await Promise.all([
      api.get(path`/api/cases/${caseId}/image`, caseImageSchema, { signal }),
      api.bytes(path`/api/cases/${caseId}/image/voxels`, { signal })
    ])
    const voxels = new Float32Array(bytes.buffer)
    if (voxels.length !== voxelCountOf(image)) {
      throw new Error(`the image of ${caseId} is not whole: try again`)
    }
    return { caseId, geometry: image.geometry, voxels, window: image.window, mask: null }
  }

  return {
    loaded,
    async show(visits, signal) {
      const next = new Map<string, VisitImage>()
      for (const { caseId, resultId, stamp } of visits) {
        const known = loaded.value.get(caseId)
        const isCurrent = known !== undefined && stamps.get(caseId) === stamp
        next.set(caseId, isCurrent ? known : await read(caseId, resultId, signal))
        if (signal.aborted) return
        stamps.set(caseId, stamp)
      }
      loaded.value = next
    }
  }
}
