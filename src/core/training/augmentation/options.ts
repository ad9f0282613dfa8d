/** Probabilities and ranges; everything is drawn anew for each sample. */
export interface AugmentationOptions {
  flip: number
  affine: number
  rotationDegrees: number
  scale: [number, number]
  shiftVoxels: number
  elastic: number
  /** Standard deviation of the control points' displacement, in voxels. */
  elasticVoxels: number
  gamma: number
  gammaRange: [number, number]
  contrast: number
  biasField: number
  /** Largest log-intensity the bias field reaches. */
  biasStrength: number
  blur: number
  noise: number
  noiseDeviation: number
  /** Show what a scan of larger voxels or thick slices would. */
  coarse: number
  /** Most that such a voxel measures, in voxels. */
  coarsestVoxels: number
}

export const AUGMENTATION_DEFAULTS: AugmentationOptions = {
  flip: 0.5,
  affine: 0.8,
  rotationDegrees: 15,
  scale: [0.85, 1.18],
  shiftVoxels: 3,
  elastic: 0.4,
  elasticVoxels: 1.5,
  gamma: 0.4,
  gammaRange: [0.6, 1.6],
  contrast: 0.3,
  biasField: 0.3,
  biasStrength: 0.4,
  blur: 0.15,
  noise: 0.3,
  noiseDeviation: 0.15,
  coarse: 0.25,
  coarsestVoxels: 5
}
