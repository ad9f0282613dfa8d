import type { BoxOutline } from './box-outlines'
import type { PlaneFrame } from '../../volume/planes'

/** What a pane tells the grid of itself. */
export interface SlicePaneHandle {
  /** Element that the canvas is made in. */
  readonly host: HTMLDivElement | null
  readonly frame: PlaneFrame | null
  /** The crosshair, CSS pixels inside the pane. */
  readonly cross: readonly [number, number] | null
  readonly slice: { readonly index: number; readonly count: number } | null
  readonly outlines: readonly BoxOutline[]
}

export interface VolumePaneHandle {
  readonly host: HTMLDivElement | null
  readonly letters: PlaneFrame['letters'] | null
}
