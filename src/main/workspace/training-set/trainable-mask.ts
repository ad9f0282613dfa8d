import { stat } from 'node:fs/promises'
import type { Result } from '../../../shared/api/cases'
import type { Finding } from '../../../shared/api/training'
import { toHippospikeError } from '../../../shared/errors'
import type { Geometry } from '../../../shared/geometry'
import type { StructureVolumes } from '../../../shared/head'
import { SIDES, type Side } from '../../../shared/labels'
import type { MaskKind } from '../../../shared/training'
import { headerGeometry } from '../../imaging/nifti-file'
import { parseNiftiHeader } from '../../imaging/nifti-header'
import { readHead } from '../../imaging/packed-file'
import { checkSameGrid } from '../grid'

/** The mask of a case that would be trained on: the one approved last, else the one that a person made or changed last. */
export function trainableMask(results: readonly Result[]): Result | null {
  const approved = latest(results, ({ approved: approval }) => approval?.at ?? null)
  return (
    approved ??
    latest(results, ({ kind, versions }) =>
      kind === 'model' && versions.length === 1 ? null : versions.at(-1)!.savedAt
    )
  )
}

/** @param time null for what does not count */
function latest(results: readonly Result[], time: (one: Result) => string | null): Result | null {
  let found: { result: Result; at: string } | null = null
  for (const result of results) {
    const at = time(result)
    if (at !== null && (found === null || at > found.at)) found = { result, at }
  }
  return found?.result ?? null
}

/** The hippocampi that a result's record tells of, without a look at its voxels. */
export function recordedSides({
  head,
  volumesMm3
}: Result): { side: Side | null; mask: MaskKind }[] {
  const all: [Side | null, StructureVolumes | null][] =
    head === null
      ? [[null, volumesMm3]]
      : SIDES.map((side): [Side, StructureVolumes | null] => [side, head.volumesMm3[side]])
  return all.flatMap(([side, volumes]) => {
    if (volumes === null || volumes.whole === 0) return []
    const both = volumes.anterior > 0 && volumes.posterior > 0
    return [{ side, mask: both ? ('parts' as const) : ('whole' as const) }]
  })
}

/** What is wrong with the file of a mask, as its header alone tells. */
export async function fileFindings(path: string, image: Geometry): Promise<Finding[]> {
  if ((await stat(path).catch(() => null)) === null) {
    return [error('unreadable', `the file of its mask is missing (${path}); restore it`)]
  }
  try {
    const header = parseNiftiHeader((await readHead(path)).bytes)
    if (header === null) {
      return [error('unreadable', `the file of its mask is no NIfTI (${path}); restore it`)]
    }
    checkSameGrid('its mask', headerGeometry(header), image)
    return []
  } catch (thrown) {
    return [error('shape', toHippospikeError(thrown).message)]
  }
}

export function error(kind: Finding['kind'], message: string): Finding {
  return { level: 'error', kind, message }
}

export function warning(kind: Finding['kind'], message: string): Finding {
  return { level: 'warning', kind, message }
}
