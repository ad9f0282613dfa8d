export { heatAt, interleave, type Heat, type InputGrid } from './heat'
export {
  agreementOverTime,
  labelsOverTime,
  timeToStable,
  type Agreement,
  type OutputPlace,
  type Truth
} from './labels-over-time'
export {
  countSpikes,
  layerVoxels,
  maskBytes,
  peakCount,
  type LayerSpikes,
  type SpikeCount
} from './layer-spikes'
export { paddedVoxel, type InputPlace } from './padded-voxel'
export { rasterNeurons, spikeRaster } from './raster'
