import type { Instance, Slice } from './instance'
import type { Tags } from './tags'

/**
 * The slices of a file: of an enhanced (multi-frame) one by its functional groups, a frame's own before those that all
 * frames share (PS3.3 C.7.6.16); of any other by its tags.
 */
export function slicesOf(instance: Instance, tags: Tags, perFrame: readonly Tags[]): Slice[] {
  const shared = tags.item('x52009229')
  if (shared === null && perFrame.length === 0) {
    const one = classicSlice(instance, tags)
    // Frames without a word on where they lie: all at one place, which the checks will refuse.
    return Array.from({ length: instance.frames }, (_, frame) => ({ ...one, frame }))
  }
  return Array.from({ length: instance.frames }, (_, frame) =>
    enhancedSlice(instance, tags, frame, perFrame[frame] ?? null, shared)
  )
}

function classicSlice(instance: Instance, tags: Tags): Slice {
  const inversionTime = tags.decimal('x00180082')
  const imageType = tags.texts('x00080008')
  return {
    instance,
    frame: 0,
    position: tags.triple('x00200032'),
    orientation: orientationOf(tags),
    pixelSpacing: spacingOf(tags),
    thickness: tags.decimal('x00180050'),
    slope: slopeOf(tags),
    intercept: tags.decimal('x00281052') ?? 0,
    echoTime: tags.decimal('x00180081'),
    repetitionTime: tags.decimal('x00180080'),
    inversionTime,
    imageType,
    marks: {
      'image type': imageType.slice(2).join('\\'),
      'echo number': tags.decimal('x00180086'),
      acquisition: tags.decimal('x00200012'),
      'time point': tags.decimal('x00200100'),
      'b-value': tags.double('x00189087'),
      'trigger time': tags.decimal('x00181060'),
      'inversion time': inversionTime,
      stack: null
    }
  }
}

function enhancedSlice(
  instance: Instance,
  tags: Tags,
  frame: number,
  own: Tags | null,
  shared: Tags | null
): Slice {
  const group = (tag: string): Tags | null => own?.item(tag) ?? shared?.item(tag) ?? null
  const plane = group('x00209116')
  const measures = group('x00289110')
  const values = group('x00289145')
  const timing = group('x00189112')
  const content = group('x00209111')
  const frameType = group('x00189226')?.texts('x00089007') ?? []
  const imageType = frameType.length > 0 ? frameType : tags.texts('x00080008')
  const inversionTime = group('x00189115')?.double('x00189079') ?? null
  return {
    instance,
    frame,
    position: group('x00209113')?.triple('x00200032') ?? null,
    orientation: plane && orientationOf(plane),
    pixelSpacing: measures && spacingOf(measures),
    thickness: measures?.decimal('x00180050') ?? null,
    slope: values ? slopeOf(values) : 1,
    intercept: values?.decimal('x00281052') ?? 0,
    echoTime: group('x00189114')?.double('x00189082') ?? null,
    repetitionTime: timing?.decimal('x00180080') ?? null,
    inversionTime,
    imageType,
    marks: {
      'image type': imageType.slice(2).join('\\'),
      'echo number': null,
      acquisition: content?.short('x00209156') ?? null,
      'time point': content?.long('x00209128') ?? null,
      'b-value': group('x00189117')?.double('x00189087') ?? null,
      'trigger time': null,
      'inversion time': inversionTime,
      stack: content?.text('x00209056') ?? null
    }
  }
}

/** Unit vectors along a row and down a column; null where they are missing, no directions, or not at right angles. */
function orientationOf(tags: Tags): number[] | null {
  const values = tags.decimals('x00200037')
  if (values.length !== 6 || !values.every(Number.isFinite)) return null
  const [row, column] = [values.slice(0, 3), values.slice(3)]
  const lengths = [Math.hypot(...row), Math.hypot(...column)]
  if (lengths.some((length) => length < 0.5 || length > 2)) return null
  const unit = values.map((value, n) => value / lengths[n < 3 ? 0 : 1]!)
  const cosine = unit[0]! * unit[3]! + unit[1]! * unit[4]! + unit[2]! * unit[5]!
  return Math.abs(cosine) < 0.01 ? unit : null
}

function spacingOf(tags: Tags): [number, number] | null {
  const [down, along] = tags.decimals('x00280030')
  if (down === undefined || along === undefined) return null
  return down > 0 && along > 0 && Number.isFinite(down * along) ? [down, along] : null
}

/** A slope of 0 would make every voxel the same, and stands for "not scaled" in files that carry it. */
function slopeOf(tags: Tags): number {
  const slope = tags.decimal('x00281053')
  return slope === null || slope === 0 ? 1 : slope
}
