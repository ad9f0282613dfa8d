import type { StructureName } from '../../shared/labels'

/** Label numbers that make up each scored structure, of a crop and of both sides of a head. */
export const STRUCTURE_LABELS: Readonly<Record<StructureName, readonly number[]>> = {
  anterior: [1, 3],
  posterior: [2, 4],
  whole: [1, 2, 3, 4]
}

/** 1 where a label map shows the structure, 0 elsewhere. */
export function structureMask(labels: Uint8Array, structure: StructureName): Uint8Array {
  const wanted = STRUCTURE_LABELS[structure]
  return labels.map((label) => (wanted.includes(label) ? 1 : 0))
}

/** A value for each structure. */
export function perStructure<T>(
  compute: (structure: StructureName) => T
): Record<StructureName, T> {
  return {
    anterior: compute('anterior'),
    posterior: compute('posterior'),
    whole: compute('whole')
  }
}
