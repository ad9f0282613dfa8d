/** An image with its labels on a canonical RAS 1 mm grid, x fastest; intensities z-scored as at inference. */
export interface TrainingCase {
  id: string
  size: [number, number, number]
  image: Float32Array
  /** 1 and 2, or WHOLE_LABEL alone. */
  labels: Uint8Array
}
