import {
  caseImageSchema,
  resultListSchema,
  type CaseImage,
  type Result
} from '../../../../shared/api/cases'
import { caseViewSchema, type CaseView } from '../../../../shared/api/workspace'
import { api, ApiError, isCancelled, path } from '../../api'
import { floatsOf } from '../../volume/narrow-voxels'

/** All that is needed to show a case, read before anything of the case on the screen is let go. */
export interface LoadedCase {
  id: string
  image: CaseImage
  /** On the image's grid, x fastest. */
  voxels: Float32Array<ArrayBuffer>
  results: Result[]
  /** Null where it was never looked at. */
  view: CaseView | null
  /** Which result to show, and its labels on the image's grid. */
  shown: { result: Result; mask: Uint8Array<ArrayBuffer> } | null
}

export async function loadCase(id: string, signal: AbortSignal): Promise<LoadedCase> {
  const facts = Promise.all([
    api.get(path`/api/cases/${id}/image`, caseImageSchema, { signal }),
    loadResults(id, signal),
    loadView(id, signal)
  ])
  // Image and mask take long, and need not wait for each other.
  const [[image, results, view], voxels, shown] = await Promise.all([
    facts,
    loadVoxels(
      id,
      facts.then(([image]) => image),
      signal
    ),
    facts.then(([image, results, view]) => loadShown(id, { image, results, view }, signal))
  ])
  return { id, image, voxels, results, view, shown }
}

async function loadVoxels(
  id: string,
  image: Promise<CaseImage>,
  signal: AbortSignal
): Promise<Float32Array<ArrayBuffer>> {
  const [bytes, { geometry }] = await Promise.all([
    api.bytes(path`/api/cases/${id}/image/voxels` + '?narrow=true', { signal }),
    image
  ])
  const voxels = await floatsOf(bytes, voxelCountOf({ geometry }))
  if (voxels !== null) return voxels
  throw new ApiError(
    'answer',
    `the image of ${id} came with ${String(bytes.byteLength)} bytes, which does not fit its ${geometry.size.join('×')} voxels: open it again`
  )
}

/** The result that was shown last, or else the one to begin with. */
async function loadShown(
  id: string,
  { image, results, view }: Pick<LoadedCase, 'image' | 'results' | 'view'>,
  signal: AbortSignal
): Promise<LoadedCase['shown']> {
  const result = results.find((one) => one.id === view?.resultId) ?? resultToShow(results)
  if (result === undefined) return null
  return { result, mask: await loadMask(id, result.id, voxelCountOf(image), { signal }) }
}

/** The newest result, but for the expert's mask: it would be taken for what the program found. */
export function resultToShow(results: readonly Result[]): Result | undefined {
  return results.find(({ kind }) => kind !== 'truth')
}

export function loadResults(id: string, signal?: AbortSignal): Promise<Result[]> {
  return api.get(path`/api/cases/${id}/results`, resultListSchema, signal ? { signal } : {})
}

/**
 * The labels of a result on the image's grid.
 *
 * @param voxels how many the grid has
 * @param version the newest where it is left out
 */
export async function loadMask(
  id: string,
  resultId: string,
  voxels: number,
  { version, signal }: { version?: number; signal?: AbortSignal } = {}
): Promise<Uint8Array<ArrayBuffer>> {
  const query = version === undefined ? '' : `?version=${String(version)}`
  const mask = await api.bytes(
    path`/api/cases/${id}/results/${resultId}/mask` + query,
    signal ? { signal } : {}
  )
  if (mask.length === voxels) return mask
  throw new ApiError(
    'answer',
    `the mask ${resultId} came with ${String(mask.length)} voxels, the image has ${String(voxels)}: open the case again`
  )
}

export function voxelCountOf({ geometry }: Pick<CaseImage, 'geometry'>): number {
  const [x, y, z] = geometry.size
  return x * y * z
}

/** How a case was left is a convenience: without it, it is shown as if it were new. */
async function loadView(id: string, signal: AbortSignal): Promise<CaseView | null> {
  try {
    return await api.get(path`/api/cases/${id}/view`, caseViewSchema, { signal })
  } catch (error) {
    if (isCancelled(error)) throw error
    return null
  }
}
