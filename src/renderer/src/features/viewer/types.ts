import type { Geometry, Triple } from '../../../../shared/geometry'
import type { HeadBox } from '../../../../shared/head'
import type { Plane } from '../../volume/planes'

/** Intensities shown black and white. */
export interface IntensityWindow {
  low: number
  high: number
}

export interface OpenImage {
  readonly caseId: string
  readonly geometry: Geometry
  /** On the geometry's grid, x fastest. */
  readonly voxels: Float32Array
  /** To show first. */
  readonly window: IntensityWindow
}

/** Counts of positive and negative spikes a voxel, on a grid of their own. */
export interface HeatMap {
  readonly geometry: Geometry
  readonly positive: Uint8Array
  /** Null where no neuron can fire negatively. */
  readonly negative: Uint8Array | null
  /** The count that is shown at full strength. */
  readonly peak: number
}

/** What the colours of a difference mean, in words. */
export interface DifferenceNames {
  readonly onlyA: string
  readonly onlyB: string
  readonly otherLabel: string
}

/** Two label maps on one grid, whose disagreement is shown. */
export interface MaskDifference {
  readonly geometry: Geometry
  readonly a: Uint8Array
  readonly b: Uint8Array
  readonly names: DifferenceNames
}

/** A quantity a voxel; zero is not drawn. */
export interface ScalarOverlay {
  /** Of a part of the image, where it is not of the whole. */
  readonly geometry?: Geometry
  readonly values: Uint8Array
  /** Value at the end of the colour scale. */
  readonly max: number
  readonly title: string
}

export interface OverlaySettings {
  visible: boolean
  /** 0 to 1. */
  opacity: number
  outline: boolean
  /** Label numbers. */
  hiddenLabels: number[]
  /** `#rrggbb` by label number. */
  colours: Record<number, string>
}

export type Layout = 'grid' | Plane | 'volume'

export type Tool =
  'navigate' | 'window' | 'pan' | 'zoom' | 'brush' | 'eraser' | 'threshold' | 'fill'

/** What the pointer is over. */
export interface CursorReadout {
  readonly plane: Plane
  readonly voxel: Triple
  /** LPS. */
  readonly mm: Triple
  readonly value: number
  /** Of the mask; null where there is none. */
  readonly label: number | null
}

/** A press, drag or release of the pointer with an editing tool. */
export interface Gesture {
  readonly phase: 'start' | 'move' | 'end' | 'cancel'
  readonly tool: Tool
  readonly plane: Plane
  /** Stored axis across the pane's slice. */
  readonly normalAxis: number
  /** Continuous voxel index under the pointer; may lie outside the image. */
  readonly index: Triple
  /** Whether the secondary button or a modifier turns the tool round (a brush into an eraser). */
  readonly inverted: boolean
}

/** Who hears what the user does to the boxes of a head. */
export interface BoxEditing {
  /** Before a drag, or a key. */
  begin: () => void
  change: (box: HeadBox) => void
  /** After it; false takes back what was changed since {@link begin}. */
  end: (keep: boolean) => void
}

/** First and last voxel, both inside, of the part that changed. */
export interface VoxelBox {
  readonly min: Triple
  readonly max: Triple
}

export interface Pick {
  readonly voxel: Triple
  /** LPS. */
  readonly mm: Triple
}
