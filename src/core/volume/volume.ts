import type { Geometry } from '../../shared/geometry'

/** An image in memory: voxels with x fastest, so that `index = i + nx·(j + ny·k)`, and where they lie. */
export interface Volume<A extends Float32Array | Uint8Array = Float32Array> {
  geometry: Geometry
  voxels: A
}
