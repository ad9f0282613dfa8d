import type { DicomProblem } from '../../../shared/dicom'
import type { Geometry } from '../../../shared/geometry'
import { MAX_VOXELS } from '../image-checks'
import type { Group } from './group'
import type { Slice } from './instance'
import { stackSlices } from './stack'
import { suitabilityOf } from './suitability'

/** A volume of a study: what it consists of, and what is wrong with it. */
export interface DicomVolume {
  seriesUid: string
  part: number | null
  /** In the order of the volume where `geometry` is not null. */
  slices: Slice[]
  /** Null where the slices make no grid; sheared where the stack is tilted. */
  geometry: Geometry | null
  problems: DicomProblem[]
  score: number
}

/** Modalities of files that have voxels and are no scan. */
const NO_SCAN: ReadonlyMap<string, string> = new Map([
  ['SEG', 'a segmentation'],
  ['RTDOSE', 'a dose'],
  ['PR', 'a presentation state'],
  ['OT', 'of an unknown kind (OT)'],
  ['SC', 'a screenshot'],
  ['DOC', 'a document']
])
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7'

/** Judges a group: first whether its voxels can be read at all, then where they lie, then what it shows. */
export function judgeGroup(group: Group): DicomVolume {
  const blocking = voxelProblems(group.slices)
  const stack = stackSlices(group.slices)
  const { score, problems } = suitabilityOf(stack.slices, stack.geometry)
  return {
    seriesUid: group.seriesUid,
    part: group.part,
    slices: stack.slices,
    geometry: stack.geometry,
    // Of a screenshot nobody wants to hear that its slices have no place.
    problems: [
      ...(blocking.length > 0 ? blocking : stack.problems),
      ...group.problems,
      ...problems
    ],
    score
  }
}

function voxelProblems(slices: readonly Slice[]): DicomProblem[] {
  const { instance, imageType } = slices[0]!
  const { modality, sopClass, samples, photometric } = instance
  const foreign = slices.find((slice) => slice.instance.syntax.storage === 'unknown')
  const voxels = instance.columns * instance.rows * slices.length
  const found: (readonly [DicomProblem['code'], string | false | undefined])[] = [
    ['not-an-image', noScan(modality, sopClass)],
    ['colour', samples !== 1 && 'it is a colour image; a grey-scale scan is needed'],
    [
      'mosaic',
      imageType.some((value) => value.toUpperCase() === 'MOSAIC') &&
        'its files hold all slices side by side (a mosaic), as of functional or diffusion scans'
    ],
    [
      'packing',
      foreign !== undefined &&
        `its voxels are stored as ${foreign.instance.syntax.name}, which is not read; export it uncompressed`
    ],
    [
      'voxel-type',
      samples === 1 && !photometric.startsWith('MONOCHROME2') && photometric !== ''
        ? `its voxels are ${photometric}; MONOCHROME2 is needed`
        : voxelTypeProblem(slices)
    ],
    [
      'voxel-type',
      voxels > MAX_VOXELS && `it holds ${voxels} voxels, more than the ${MAX_VOXELS} that are read`
    ]
  ]
  return found.flatMap(([code, text]) => (text ? [{ severity: 'unreadable', code, text }] : []))
}

function noScan(modality: string, sopClass: string): string | false {
  const what = NO_SCAN.get(modality) ?? (sopClass === SECONDARY_CAPTURE ? 'a screenshot' : null)
  return what !== null && `it is ${what}, not a scan`
}

function voxelTypeProblem(slices: readonly Slice[]): string | false {
  const odd = slices.find(({ instance: { bitsAllocated, bitsStored } }) => {
    return ![8, 16, 32].includes(bitsAllocated) || bitsStored < 1 || bitsStored > bitsAllocated
  })
  if (odd === undefined) return false
  const { bitsAllocated, bitsStored } = odd.instance
  return `its voxels take ${bitsStored} of ${bitsAllocated} bits, which is not read`
}
