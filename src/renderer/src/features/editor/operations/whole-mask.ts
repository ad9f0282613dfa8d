import type { Triple } from '../../../../../shared/geometry'
import type { Edit } from './edit'
import { interpolateSlices } from './interpolate'
import { keepLargestComponent } from './largest-component'
import { smoothLabels } from './smooth'

/** An operation that reads the whole mask: in a head that takes longer than a user should wait for the window. */
export type WholeMaskOperation =
  | { readonly kind: 'smooth' | 'largest'; readonly size: Readonly<Triple> }
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
      return keepLargestComponent(size, mask)
    case 'interpolate':
      return interpolateSlices(size, operation.spacing, mask, operation.label, operation.axis)
  }
}
