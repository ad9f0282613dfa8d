import type { HeadReport, StructureVolumes } from '../../shared/head'
import { isHeadMask, SIDES, type Side } from '../../shared/labels'
import { sideMeasures } from '../../core/head/measures'
import { asymmetryFlags, isVolumeFlag, volumeFlags } from '../../core/head/volume-flags'
import { sideVolumesMm3 } from '../../core/metrics/volumes'
import type { Volume } from '../../core/volume/volume'

/**
 * What is known of a head, with the volumes of a mask that is not as the network left it.
 *
 * @param known of the mask that it was made of; null where it was drawn or imported
 * @returns null for a crop's mask
 */
export function headOfMask(mask: Volume<Uint8Array>, known: HeadReport | null): HeadReport | null {
  if (known === null && !isHeadMask(mask.geometry, mask.voxels)) return null
  const all = sideVolumesMm3(mask)
  // A side that was not asked for stays out until something is drawn in it.
  const of = (side: Side): StructureVolumes | null =>
    known !== null && known.volumesMm3[side] === null && all[side].whole === 0 ? null : all[side]
  const volumes = { left: of('left'), right: of('right') }
  const measures = sideMeasures(volumes, known?.intracranialMm3 ?? null)
  const head: HeadReport = {
    fit: known?.fit ?? null,
    boxes: known?.boxes ?? [],
    ...measures,
    repeatabilityMm3: null,
    flags: []
  }
  // Of a mask that no network made nothing was expected.
  if (known === null) return head
  const flags = [
    ...known.flags.filter((flag) => !isVolumeFlag(flag)),
    ...SIDES.flatMap((side) => {
      const found = volumes[side]
      return found === null ? [] : volumeFlags(side, found.whole)
    }),
    ...asymmetryFlags(measures.asymmetryPercent)
  ]
  return { ...head, flags }
}

/** Warnings in which what is flagged now takes the place of what was. */
export function warningsOf(
  warnings: readonly string[],
  before: HeadReport | null,
  after: HeadReport | null
): string[] {
  const old = before?.flags.map(({ message }) => message) ?? []
  return [
    ...warnings.filter((warning) => !old.includes(warning)),
    ...(after?.flags.map(({ message }) => message) ?? [])
  ]
}
