/** A label of a mask: the part of a table that a segment needs. */
export interface MaskLabel {
  index: number
  name: string
  /** Red, green, blue, 0 to 255; by its name where there is none. */
  colour?: readonly [number, number, number]
}

/** A coded term (PS3.3 8.8): SNOMED CT (SCT) or DICOM's own (DCM). */
export interface Code {
  value: string
  scheme: 'SCT' | 'DCM'
  meaning: string
}

const sct = (value: string, meaning: string): Code => ({ value, scheme: 'SCT', meaning })
const dcm = (value: string, meaning: string): Code => ({ value, scheme: 'DCM', meaning })

/** From CID 7150, Segmentation Property Category. */
export const ANATOMICAL_STRUCTURE = sct('91723000', 'Anatomical Structure')
/** From CID 7140, Brain Structure for Volumetric Measurement. */
export const HIPPOCAMPUS = sct('5366008', 'Hippocampus')
/** From CID 7203, Image Derivation. */
export const SEGMENTATION = dcm('113076', 'Segmentation')
/** From CID 7202, Source Image Purposes of Reference. */
export const SOURCE_IMAGE = dcm('121322', 'Source image for image processing operation')

/** From CID 2, Anatomic Modifier; a segment has those that its name says. */
const MODIFIERS: readonly (readonly [RegExp, Code])[] = [
  [/\bleft\b/i, sct('7771000', 'Left')],
  [/\bright\b/i, sct('24028007', 'Right')],
  [/\banterior\b/i, sct('255549009', 'Anterior')],
  [/\bposterior\b/i, sct('255551008', 'Posterior')]
]

/** What a label's name says of side and part: "left anterior" is Left and Anterior. */
export function modifiersOf(name: string): Code[] {
  // A name in one word, as of a table ("left_anterior"), is read like several.
  const words = name.replaceAll(/[_-]/g, ' ')
  return MODIFIERS.flatMap(([pattern, code]) => (pattern.test(words) ? [code] : []))
}

/** The colour that a label has in the viewer. */
export function colourOf({ name, colour }: MaskLabel): readonly [number, number, number] {
  if (colour !== undefined) return colour
  if (/anterior/i.test(name)) return [232, 135, 91]
  return /posterior/i.test(name) ? [74, 168, 201] : [220, 216, 20]
}
