import { isCorrected } from '../resume'
import type { Segmented } from './collect'

type Cell = string | number | null

/** A column of the table: what BIDS's data dictionary says of it, and its value for a scan. */
interface Column {
  name: string
  description: string
  units?: string
  levels?: Record<string, string>
  of(one: Segmented): Cell
}

const SIDES = ['left', 'right'] as const
const STRUCTURES = ['anterior', 'posterior', 'whole'] as const

const COLUMNS: readonly Column[] = [
  {
    name: 'participant_id',
    description: 'Participant.',
    of: ({ place }) => `sub-${place.participant}`
  },
  {
    name: 'session_id',
    description: 'Session; n/a in a dataset without sessions.',
    of: ({ place }) => place.session && `ses-${place.session}`
  },
  {
    name: 'scan',
    description: 'Name of the T1-weighted scan, without its suffix.',
    of: ({ place }) => place.entities
  },
  {
    name: 'segmentation',
    description: 'The seg- entity of the mask: the model, and after T its timesteps.',
    of: ({ place }) => place.result
  },
  ...SIDES.flatMap((side) =>
    STRUCTURES.map((structure): Column => ({
      name: `${side}_${structure}_mm3`,
      description: `Volume of the ${side} hippocampus, ${structure === 'whole' ? 'the whole of it' : `${structure} part`}.`,
      units: 'mm^3',
      of: ({ record }) => rounded(record.head?.volumesMm3[side]?.[structure], 1)
    }))
  ),
  {
    name: 'intracranial_mm3',
    description:
      "Estimate of the intracranial volume: the template's, times the volume change of the affine registration.",
    units: 'mm^3',
    of: ({ record }) => rounded(record.head?.intracranialMm3, 0)
  },
  ...SIDES.map((side): Column => ({
    name: `${side}_normalised_permille`,
    description: `Whole ${side} hippocampus in thousandths of the intracranial volume.`,
    of: ({ record }) => rounded(record.head?.normalisedPermille[side], 4)
  })),
  ...SIDES.map((side): Column => ({
    name: `${side}_repeatability_mm3`,
    description: `Half the width of the 95% interval of the whole ${side} volume over moved windows; n/a where --repeatability was not given.`,
    units: 'mm^3',
    of: ({ record }) => rounded(record.head?.repeatabilityMm3?.[side], 1)
  })),
  {
    name: 'asymmetry_percent',
    description: '100 (left - right) / mean of both, of the whole volumes.',
    units: 'percent',
    of: ({ record }) => rounded(record.head?.asymmetryPercent, 2)
  },
  {
    name: 'confidence',
    description:
      "Mean probability of the label that was chosen, over the mask's voxels; not calibrated.",
    of: ({ record }) => rounded(record.confidence, 4)
  },
  {
    name: 'fit_correlation',
    description:
      'How well the scan fits the template it was registered to: 1 at best; below 0.65 it is flagged, below 0.5 a scan is refused.',
    of: ({ record }) => rounded(record.head?.fit?.correlation, 3)
  },
  {
    name: 'fit_coverage',
    description: "Share of the template's brain that lies within the scan.",
    of: ({ record }) => rounded(record.head?.fit?.coverage, 3)
  },
  {
    name: 'corrected',
    description: 'Whether the mask was changed by hand since the model made it.',
    levels: { yes: 'changed by hand', no: 'as the model made it' },
    of: ({ record }) => (isCorrected(record) ? 'yes' : 'no')
  },
  {
    name: 'flags',
    description:
      'What to look at before trusting the mask, separated by semicolons; n/a for nothing.',
    levels: {
      fit: 'poor fit to the template',
      edge: 'the mask touches the edge of what was looked at',
      empty: 'no hippocampus found',
      small: 'unusually small',
      large: 'unusually large',
      components: 'the mask was in several pieces',
      confidence: 'the network is unsure',
      anisotropy: 'coarse or unequal voxels',
      blur: 'blurred, as by motion',
      asymmetry: 'left and right differ unusually',
      crop: 'the image is a crop around one hippocampus: no sides, no volumes here'
    },
    of: (one) => flagsOf(one).join(';') || null
  }
]

/** The codes of what is to be looked at, with the side where it is one's: `small:left`. */
export function flagsOf({ record: { head } }: Segmented): string[] {
  if (head === null) return ['crop']
  return head.flags.map(({ code, side }) => (side === null ? code : `${code}:${side}`))
}

/** One row a result, tab-separated, with `n/a` for what there is not. */
export function groupTsv(segmented: readonly Segmented[]): string {
  const rows = segmented.map((one) => COLUMNS.map((column) => cellText(column.of(one))))
  const lines = [COLUMNS.map(({ name }) => name), ...rows]
  return `${lines.map((line) => line.join('\t')).join('\n')}\n`
}

/** What the columns of the table are, as BIDS describes them. */
export function groupDictionary(): Record<string, unknown> {
  return Object.fromEntries(
    COLUMNS.map(({ name, description, units, levels }) => [
      name,
      {
        Description: description,
        ...(units === undefined ? {} : { Units: units }),
        ...(levels === undefined ? {} : { Levels: levels })
      }
    ])
  )
}

function cellText(value: Cell): string {
  if (value === null || value === '') return 'n/a'
  return String(value).replace(/\s+/g, ' ')
}

function rounded(value: number | null | undefined, digits: number): number | null {
  return value === null || value === undefined ? null : Number(value.toFixed(digits))
}
