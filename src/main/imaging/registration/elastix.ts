import type { Image, JsonCompatible } from 'itk-wasm'
import { z } from 'zod'
import type { Triple } from '../../../shared/geometry'
import { affineAbout, composeAffines, multiply3 } from '../../../core/volume/affine'
import type { Volume } from '../../../core/volume/volume'
import { withoutConsole } from '../itk-file'

/** What the first guess brings together, in elastix's words. */
export type Start = 'CenterOfGravity' | 'GeometricalCenter'

/** Of elastix; every value is a list of strings. */
type ParameterMap = Record<string, string[]>

/**
 * A rigid, then an affine registration by mutual information in two resolutions each. Images are expected with voxels of about 4 mm, where
 * 2048 samples an iteration are a good part of a head.
 */
const COMMON: ParameterMap = {
  Registration: ['MultiResolutionRegistration'],
  FixedInternalImagePixelType: ['float'],
  MovingInternalImagePixelType: ['float'],
  FixedImagePyramid: ['FixedSmoothingImagePyramid'],
  MovingImagePyramid: ['MovingSmoothingImagePyramid'],
  NumberOfResolutions: ['2'],
  ImagePyramidSchedule: ['2', '2', '2', '1', '1', '1'],
  Metric: ['AdvancedMattesMutualInformation'],
  NumberOfHistogramBins: ['32'],
  ImageSampler: ['RandomCoordinate'],
  NewSamplesEveryIteration: ['true'],
  NumberOfSpatialSamples: ['2048'],
  NumberOfSamplesForExactGradient: ['2048'],
  RandomSeed: ['1'],
  // Where a start is bad, most samples lie outside the scan; the result is judged afterwards.
  CheckNumberOfSamples: ['false'],
  RequiredRatioOfValidSamples: ['0.05'],
  MaximumNumberOfSamplingAttempts: ['8'],
  Interpolator: ['LinearInterpolator'],
  Optimizer: ['AdaptiveStochasticGradientDescent'],
  MaximumNumberOfIterations: ['128'],
  MaximumStepLength: ['4'],
  AutomaticScalesEstimation: ['true'],
  HowToCombineTransforms: ['Compose'],
  ResampleInterpolator: ['FinalLinearInterpolator'],
  Resampler: ['DefaultResampler'],
  DefaultPixelValue: ['0'],
  WriteResultImage: ['false'],
  ResultImageFormat: ['nii']
}

const stage = z.looseObject({
  TransformParameters: z.array(z.string()).transform((values) => values.map(Number)),
  CenterOfRotationPoint: z.array(z.string()).transform((values) => values.map(Number) as Triple)
})
const stagesSchema = z.tuple([stage, stage])

/**
 * Registers two heads with elastix (Klein et al. 2010, IEEE Trans. Med. Imaging 29:196): first rigidly, then affinely.
 *
 * @param fixed whose points are mapped
 * @param moving where they are mapped to
 * @returns the affine from fixed to moving, LPS millimetres; null where elastix found no overlap to work on
 */
export async function registerAffinely(
  fixed: Volume,
  moving: Volume,
  start: Start
): Promise<number[] | null> {
  const [{ elastixNode }, { Image }] = await Promise.all([
    import('@itk-wasm/elastix'),
    import('itk-wasm')
  ])
  const parameters: ParameterMap[] = [
    {
      ...COMMON,
      Transform: ['EulerTransform'],
      AutomaticTransformInitialization: ['true'],
      AutomaticTransformInitializationMethod: [start]
    },
    { ...COMMON, Transform: ['AffineTransform'], AutomaticTransformInitialization: ['false'] }
  ]
  let found: JsonCompatible
  try {
    const images = { fixed: itkImage(Image, fixed), moving: itkImage(Image, moving) }
    const result = await withoutConsole(() => elastixNode(parameters, images))
    found = result.transformParameterObject
  } catch {
    return null
  }
  const stages = stagesSchema.safeParse(found)
  if (!stages.success) return null
  const [rigid, affine] = stages.data
  const transform = composeAffines(
    affineAbout(
      affine.TransformParameters.slice(0, 9),
      affine.CenterOfRotationPoint,
      affine.TransformParameters.slice(9) as Triple
    ),
    affineAbout(
      eulerRotation(rigid.TransformParameters.slice(0, 3) as Triple),
      rigid.CenterOfRotationPoint,
      rigid.TransformParameters.slice(3) as Triple
    )
  )
  return transform.every(Number.isFinite) ? transform : null
}

/** ITK's Euler3DTransform in its default order: Rz · Rx · Ry, angles in radians about x, y and z. */
function eulerRotation([x, y, z]: Triple): number[] {
  const [cx, sx] = [Math.cos(x), Math.sin(x)]
  const [cy, sy] = [Math.cos(y), Math.sin(y)]
  const [cz, sz] = [Math.cos(z), Math.sin(z)]
  const aboutX = [1, 0, 0, 0, cx, -sx, 0, sx, cx]
  const aboutY = [cy, 0, sy, 0, 1, 0, -sy, 0, cy]
  const aboutZ = [cz, -sz, 0, sz, cz, 0, 0, 0, 1]
  return multiply3(aboutZ, multiply3(aboutX, aboutY))
}

function itkImage(ItkImage: typeof Image, { geometry, voxels }: Volume): Image {
  const image = new ItkImage()
  Object.assign(image.imageType, {
    dimension: 3,
    componentType: 'float32',
    pixelType: 'Scalar',
    components: 1
  })
  return Object.assign(image, {
    origin: geometry.origin,
    spacing: geometry.spacing,
    direction: new Float64Array(geometry.direction),
    size: geometry.size,
    // itk-wasm takes the buffer for itself.
    data: voxels.slice()
  })
}
