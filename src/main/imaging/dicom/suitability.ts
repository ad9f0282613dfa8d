import type { DicomProblem } from '../../../shared/dicom'
import type { Geometry } from '../../../shared/geometry'
import type { Slice } from './instance'
import { millimetres } from './stack'

/** How well a volume suits the hippocampus in a T1-weighted scan, and what speaks against it. */
export interface Suitability {
  score: number
  problems: DicomProblem[]
}

const T1_NAMES =
  /(^|[^a-z0-9])t1|mprage|mp-?rage|mp2rage|spgr|bravo|(^|[^a-z])(ir-?)?fspgr|tfl3d|(^|[^a-z])3d[ _-]?tfe|turbo ?field|vibe|mpr(?!ange)/i
const OTHER_NAMES =
  /(^|[^a-z0-9])t2|flair|dwi|diff|dti|(^|[^a-z])adc|swi|tof|angio|bold|fmri|asl|perf|(^|[^a-z])pd(w|[^a-z]|$)|stir|fieldmap|field_map|(^|[^a-z])b0|b1map|survey/i
const LOCALIZER_NAMES =
  /locali[sz]er|scout|survey|(^|[^a-z])(3-?)?plane|smartbrain|(^|[^a-z])loc($|[^a-z])/i
const CONTRAST_NAMES =
  /(^|[^a-z])(gad|gd|post|contrast|ce|km)($|[^a-z])|\+ ?(c|gd)($|[^a-z])|t1post|postgad/i

/** Slices farther apart than this many times the voxels within a slice blur the hippocampus along one axis. */
const THICK_RATIO = 2.5
const THICK_MM = 2.5

/** Judges a volume by its tags and its grid. Points are a rule of thumb; what each is for is said beside it. */
export function suitabilityOf(slices: readonly Slice[], geometry: Geometry | null): Suitability {
  const slice = slices[Math.floor(slices.length / 2)]!
  const { instance, imageType } = slice
  const name = `${instance.description} ${instance.protocol} ${instance.sequenceName}`
  const types = imageType.map((value) => value.toUpperCase())
  const problems: DicomProblem[] = []
  let score = 0
  const against = (points: number, code: DicomProblem['code'], text: string): void => {
    score -= points
    problems.push({ severity: 'warning', code, text })
  }

  if (instance.modality !== 'MR') {
    const kind =
      instance.modality === '' ? 'names no kind of scanner' : `is ${instance.modality}, not MR`
    against(200, 'not-mr', `it ${kind}; the network knows T1-weighted MRI alone`)
  }
  if (types.includes('LOCALIZER') || LOCALIZER_NAMES.test(name)) {
    against(100, 'localizer', 'it is a localizer, taken to plan the others')
  }
  if (types[0] === 'DERIVED' && !/mp2rage|uni/i.test(`${name} ${types.join(' ')}`)) {
    against(40, 'derived', 'it was computed from other images (DERIVED), not scanned')
  }
  const byName = T1_NAMES.test(instance.description) || T1_NAMES.test(name)
  if (byName && !OTHER_NAMES.test(instance.description)) score += 30
  const weighting = weightingOf(slice)
  if (weighting === 't1') score += 15
  if ((OTHER_NAMES.test(name) && !byName) || weighting === 'other') {
    against(50, 'not-t1', notT1Text(slice, OTHER_NAMES.test(name) && !byName))
  }
  if (instance.contrastAgent !== '' || CONTRAST_NAMES.test(name)) {
    against(5, 'contrast-agent', 'it was taken with a contrast agent, as its tags or its name say')
  }
  if (instance.burnedIn) {
    against(40, 'identity', 'its files say that the patient may be named within the image')
  }
  if (instance.acquisitionType === '3D') score += 20
  if (instance.acquisitionType === '2D') score -= 10
  if (geometry !== null) {
    const [x, y, z] = geometry.spacing
    const inPlane = Math.max(x, y)
    if (z <= 1.6) score += 20
    else if (z <= 2.5) score += 8
    if (z > THICK_MM && z > THICK_RATIO * inPlane) {
      const ratio = (z / inPlane).toFixed(0)
      against(
        15,
        'thick-slices',
        `its slices are ${millimetres(z)} apart, ${ratio} times the ${millimetres(inPlane)} between voxels within one: the mask will be coarse along them`
      )
    }
    if (inPlane <= 1.6) score += 5
    // The whole head rather than a slab or a handful of planes.
    if (geometry.size[2] * z >= 100) score += 10
    score += Math.min(10, geometry.size[2] / 20)
  }
  return { score: Math.round(score * 10) / 10, problems }
}

/** What the times of a sequence make of the contrast; null where they do not tell. */
function weightingOf({ echoTime, repetitionTime, inversionTime }: Slice): 't1' | 'other' | null {
  if (echoTime === null) return null
  if (echoTime >= 40) return 'other'
  if (echoTime > 15 || repetitionTime === null) return null
  const prepared = inversionTime !== null && inversionTime >= 300 && inversionTime <= 1500
  return repetitionTime <= 800 || prepared ? 't1' : null
}

function notT1Text({ echoTime }: Slice, named: boolean): string {
  const why = named ? 'by its name' : `by its echo time of ${Math.round(echoTime ?? 0)} ms`
  return `it is no T1-weighted scan, ${why}`
}
