/** What the benchmarks take from the sources; see programs.mjs, which builds it. */
export { createEventNetwork, planModel, traceVoxel } from '../../src/core/event'
export { diceScores } from '../../src/core/metrics/overlap'
export { modelParameters } from '../../src/core/snn/model-parameters'
export { initialParameters, toTensors } from '../../src/core/snn/parameters'
export { softmaxChannels } from '../../src/core/snn/softmax'
export { annForward } from '../../src/core/snn/unet-ann'
export { createRandom } from '../../src/core/training/random'
export { cropBack, padToMultiple } from '../../src/core/volume/preprocess'
export { argmaxChannels, labelsFromScores } from '../../src/core/volume/resample'
export {
  affineAbout,
  composeAffines,
  geometryAffine,
  invertAffine,
  linearPart,
  multiply3,
  transformPoint
} from '../../src/core/volume/affine'
export { indexToPhysical, physicalToIndex } from '../../src/core/volume/geometry'
export { sampleLinear } from '../../src/core/volume/interpolate'
export { nearestAxisOrder, reorder } from '../../src/core/volume/orientation'
export { rescale } from '../../src/core/volume/rescale'
export { resampleOnto } from '../../src/core/volume/resample'
export { boxGrid } from '../../src/core/head/box-grid'
export { lateralityProblem } from '../../src/core/head/laterality'
export { headProblem, registerHead } from '../../src/main/imaging/registration/register-head'
export { readTemplate } from '../../src/main/imaging/registration/template'
export { networkInput, readLabelledCase } from '../../src/main/engine/cases'
export { createCrew } from '../../src/main/engine/inference/crew'
export { createDensePredictor } from '../../src/main/engine/inference/dense'
export { createEventPredictor } from '../../src/main/engine/inference/event'
export { LOADERS } from '../../src/main/engine/runtimes/loaders'
export { inspectCase } from '../../src/main/engine/jobs/inspect-cases'
export { openDataset } from '../../src/main/imaging/dataset'
export { outlierFindings } from '../../src/main/workspace/training-set/outliers'
export { statisticsOf } from '../../src/main/workspace/training-set/statistics'
export { readImage } from '../../src/main/imaging/read-image'
export { readModel } from '../../src/main/workspace/model-folder'
export { createDenseNetwork } from './dense-network'
export { findDifferences } from './differences'
export { variantFor } from '../../src/shared/model'
export { shippedModel } from './shipped-model'
export { otherScanner } from './other-scanner'
export { jobs } from '../../src/main/engine/jobs'
export { writeScan } from '../../src/main/imaging/write-mask'
export { SITE_PRESETS } from '../../src/shared/training-presets'
export { inferBox } from '../../src/main/engine/segmentation/infer-region'
export { boxRegion } from '../../src/main/engine/segmentation/region'
