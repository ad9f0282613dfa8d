import type { QcFlag } from '../../shared/head'
import type { Side } from '../../shared/labels'

/** Volumes of one adult hippocampus, mm³, outside of which a mask is looked at: the training cases lie from 2200 to 4800. */
const USUAL_VOLUME = { least: 1500, most: 5500 }
/** Difference of the sides in percent of their mean. */
const MOST_ASYMMETRY = 25

const VOLUME_CODES: readonly QcFlag['code'][] = ['empty', 'small', 'large', 'asymmetry']

/** Whether a flag follows from volumes alone, so that it is another once a mask is edited. */
export function isVolumeFlag({ code }: QcFlag): boolean {
  return VOLUME_CODES.includes(code)
}

/** @param whole mm³ of a side's hippocampus */
export function volumeFlags(side: Side, whole: number): QcFlag[] {
  const flag = (code: QcFlag['code'], message: string): QcFlag[] => [{ code, side, message }]
  if (whole === 0) {
    return flag('empty', `no ${side} hippocampus was found in its box; check where the box lies`)
  }
  const volume = `the ${side} hippocampus has ${whole.toFixed(0)} mm³`
  if (whole < USUAL_VOLUME.least) {
    return flag('small', `${volume}, unusually little; check the mask`)
  }
  if (whole > USUAL_VOLUME.most) return flag('large', `${volume}, unusually much; check the mask`)
  return []
}

/** @param asymmetry in percent; null where only one side is known */
export function asymmetryFlags(asymmetry: number | null): QcFlag[] {
  if (asymmetry === null || Math.abs(asymmetry) <= MOST_ASYMMETRY) return []
  const larger = asymmetry > 0 ? 'left' : 'right'
  return [
    {
      code: 'asymmetry',
      side: null,
      message: `the ${larger} hippocampus is larger by ${Math.abs(asymmetry).toFixed(0)}% of their mean; check both masks`
    }
  ]
}
