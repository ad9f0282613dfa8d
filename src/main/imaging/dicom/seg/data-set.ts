import type { Volume } from '../../../../core/volume/volume'
import { VERSION } from '../../../../shared/version'
import type { Element } from '../encode'
import type { Instance, Slice } from '../instance'
import type { DicomVolume } from '../volumes'
import { cieLab } from './colour'
import { packFrames, segFrames, type SegFrame } from './frames'
import {
  ANATOMICAL_STRUCTURE,
  colourOf,
  HIPPOCAMPUS,
  modifiersOf,
  SEGMENTATION,
  SOURCE_IMAGE,
  type Code,
  type MaskLabel
} from './terms'
import { newUid } from './uid'

export const SEGMENTATION_CLASS = '1.2.840.10008.5.1.4.1.1.66.4'

export interface SegContent {
  mask: Volume<Uint8Array>
  /** The segments, in their order; background is none. */
  labels: readonly MaskLabel[]
  source: DicomVolume
  /** Copy the patient and the study's particulars from the source. */
  keepIdentity: boolean
  /** What made the mask, a name and a version. */
  algorithm: string
  now: Date
}

/** The elements of a DICOM SEG (PS3.3 A.51): binary, a segment a label, in the frame of reference of its source. */
export function segElements(content: SegContent, sopInstance: string): Element[] {
  const { mask, labels, source, now } = content
  const { instance } = source.slices[0]!
  const numbers = labels.map(({ index }) => index)
  const frames = segFrames(mask, numbers)
  const dimensions = newUid()
  const [date, time] = dateAndTime(now)
  return [
    [0x00080005, 'CS', 'ISO_IR 192'],
    [0x00080008, 'CS', ['DERIVED', 'PRIMARY']],
    [0x00080016, 'UI', SEGMENTATION_CLASS],
    [0x00080018, 'UI', sopInstance],
    ...studyElements(content, instance, date, time),
    [0x0020000d, 'UI', instance.studyUid],
    [0x0020000e, 'UI', newUid()],
    [0x00200010, 'SH', content.keepIdentity ? instance.study.id : ''],
    // Apart from the scanner's own numbers, which rarely reach a thousand.
    [0x00200011, 'IS', String(1000 + (instance.seriesNumber ?? 0))],
    [0x00200013, 'IS', '1'],
    [0x00200052, 'UI', instance.frameOfReference || newUid()],
    [0x00201040, 'LO', ''],
    [0x00209221, 'SQ', [[[0x00209164, 'UI', dimensions]]]],
    [0x00209222, 'SQ', dimensionIndices(dimensions)],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280008, 'IS', String(frames.length)],
    [0x00280010, 'US', instance.rows],
    [0x00280011, 'US', instance.columns],
    [0x00280100, 'US', 1],
    [0x00280101, 'US', 1],
    [0x00280102, 'US', 0],
    [0x00280103, 'US', 0],
    [0x00282110, 'CS', '00'],
    [0x00620001, 'CS', 'BINARY'],
    [0x00620002, 'SQ', labels.map((label, n) => segment(label, n + 1, content.algorithm))],
    [0x00620013, 'CS', 'NO'],
    [0x00700080, 'CS', 'SEGMENTATION'],
    [0x00700081, 'LO', 'Hippocampus, for research only'],
    [0x00700084, 'PN', ''],
    [0x52009229, 'SQ', [sharedGroups(content)]],
    [0x52009230, 'SQ', frames.map((frame) => frameGroups(frame, source.slices))],
    [0x7fe00010, 'OB', packFrames(mask, numbers, frames)]
  ]
}

/** Patient, study, series and equipment, up to group 0018. */
function studyElements(
  { keepIdentity, source }: SegContent,
  { study, patient }: Instance,
  date: string,
  time: string
): Element[] {
  const kept = (text: string): string => (keepIdentity ? text : '')
  const removed: Element[] = keepIdentity
    ? []
    : [
        [0x00120062, 'CS', 'YES'],
        [0x00120063, 'LO', 'Patient and study left blank; UIDs are those of the source']
      ]
  return [
    [0x00080020, 'DA', kept(study.date)],
    [0x00080021, 'DA', date],
    [0x00080023, 'DA', date],
    [0x00080030, 'TM', kept(study.time)],
    [0x00080031, 'TM', time],
    [0x00080033, 'TM', time],
    [0x00080050, 'SH', kept(study.accession)],
    [0x00080060, 'CS', 'SEG'],
    [0x00080070, 'LO', 'Hippospike'],
    [0x00080090, 'PN', kept(study.referringPhysician)],
    [0x0008103e, 'LO', 'Hippocampus segmentation'],
    [0x00081090, 'LO', 'Hippospike'],
    [0x00081115, 'SQ', [referencedSeries(source)]],
    [0x00100010, 'PN', kept(patient.name)],
    [0x00100020, 'LO', kept(patient.id)],
    [0x00100030, 'DA', kept(patient.birthDate)],
    [0x00100040, 'CS', kept(patient.sex)],
    ...removed,
    [0x00181000, 'LO', 'none'],
    [0x00181020, 'LO', VERSION]
  ]
}

function referencedSeries({ slices, seriesUid }: DicomVolume): Element[] {
  const instances = [...new Set(slices.map(({ instance }) => instance))]
  return [
    [
      0x0008114a,
      'SQ',
      instances.map(({ sopClass, sopUid }): Element[] => [
        [0x00081150, 'UI', sopClass],
        [0x00081155, 'UI', sopUid]
      ])
    ],
    [0x0020000e, 'UI', seriesUid]
  ]
}

/** Frames are ordered by segment, then by place. */
function dimensionIndices(uid: string): Element[][] {
  const index = (element: number, group: number, description: string): Element[] => [
    [0x00209164, 'UI', uid],
    [0x00209165, 'AT', element],
    [0x00209167, 'AT', group],
    [0x00209421, 'LO', description]
  ]
  return [
    index(0x0062000b, 0x0062000a, 'Referenced Segment Number'),
    index(0x00200032, 0x00209113, 'Image Position (Patient)')
  ]
}

function segment(label: MaskLabel, number: number, algorithm: string): Element[] {
  const { name } = label
  const modifiers = modifiersOf(name)
  const type = [
    ...codeElements(HIPPOCAMPUS),
    ...(modifiers.length > 0
      ? [[0x00620011, 'SQ', modifiers.map(codeElements)] as const satisfies Element]
      : [])
  ]
  return [
    [0x00620003, 'SQ', [codeElements(ANATOMICAL_STRUCTURE)]],
    [0x00620004, 'US', number],
    [0x00620005, 'LO', `hippocampus ${name}`.slice(0, 64)],
    [0x00620008, 'CS', 'AUTOMATIC'],
    [0x00620009, 'LO', algorithm.slice(0, 64)],
    [0x0062000d, 'US', cieLab(colourOf(label))],
    [0x0062000f, 'SQ', [type]]
  ]
}

function sharedGroups({ mask, source }: SegContent): Element[] {
  const { orientation, pixelSpacing } = source.slices[0]!
  const step = decimal(mask.geometry.spacing[2])
  return [
    [0x00209116, 'SQ', [[[0x00200037, 'DS', orientation!.map(decimal)]]]],
    [
      0x00289110,
      'SQ',
      [
        [
          [0x00180050, 'DS', step],
          [0x00180088, 'DS', step],
          [0x00280030, 'DS', pixelSpacing!.map(decimal)]
        ]
      ]
    ]
  ]
}

function frameGroups({ segment: number, slice }: SegFrame, slices: readonly Slice[]): Element[] {
  const { instance, frame, position } = slices[slice]!
  const sourceImage: Element[] = [
    [0x00081150, 'UI', instance.sopClass],
    [0x00081155, 'UI', instance.sopUid],
    ...(instance.multiFrame
      ? [[0x00081160, 'IS', String(frame + 1)] as const satisfies Element]
      : []),
    [0x0028135a, 'CS', 'YES'],
    [0x0040a170, 'SQ', [codeElements(SOURCE_IMAGE)]]
  ]
  const derivation: Element[] = [
    [0x00082112, 'SQ', [sourceImage]],
    [0x00089215, 'SQ', [codeElements(SEGMENTATION)]]
  ]
  return [
    [0x00089124, 'SQ', [derivation]],
    [0x00209111, 'SQ', [[[0x00209157, 'UL', [number, slice + 1]]]]],
    [0x00209113, 'SQ', [[[0x00200032, 'DS', position!.map(decimal)]]]],
    [0x0062000a, 'SQ', [[[0x0062000b, 'US', number]]]]
  ]
}

function codeElements({ value, scheme, meaning }: Code): Element[] {
  return [
    [0x00080100, 'SH', value],
    [0x00080102, 'SH', scheme],
    [0x00080104, 'LO', meaning]
  ]
}

/** A number as a DS: at most 16 characters, with as many digits as these hold. */
function decimal(value: number): string {
  for (let digits = 16; digits > 1; digits--) {
    const text = String(Number(value.toPrecision(digits)))
    if (text.length <= 16) return text
  }
  return String(Math.round(value))
}

/** UTC, which tells nothing of where it was. */
function dateAndTime(now: Date): [string, string] {
  const digits = now.toISOString().replaceAll(/[-:]/g, '')
  return [digits.slice(0, 8), digits.slice(9, 15)]
}
