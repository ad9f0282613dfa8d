import type { Triple } from '../../../../../shared/geometry'
import type { Edit } from './edit'
import { interpolateSlices } from './interpolate'
import { keepLargestComponent } from './largest-component'
import { smoothLabels } from './smooth'

/** An operation that reads the whole mask: in a head that takes longer than a user should wait for the window. */
export type WholeMaskOperation =
  | { readonly kind: 'smooth'; readonly size: Readonly<Triple> }
  | { readonly kind: 'largest'; readonly size: Readonly<Triple>; readonly bySide: boolean }
  | {
      readonly kind: 'interpolate'
      readonly size: Readonly<Triple>
      /** Millimetres. */
      readonly spacing: Readonly<Triple>
      readonly label: number
      /** Stored axis across the slices. */
      readonly axis: number
    }

export interface WholeMaskWork {
  readonly operation: WholeMaskOperation
  readonly mask: Uint8Array<ArrayBuffer>
}

export function editWholeMask({ operation, mask }: WholeMaskWork): Edit {
  const { size } = operation
  switch (operation.kind) {
    case 'smooth':
      return smoothLabels(size, mask)
    case 'largest':
      return keepLargestComponent(size, mask, operation.bySide)
    case 'interpolate':
      return interpolateSlices(size, operation.spacing, mask, operation.label, operation.axis)
  }
}
