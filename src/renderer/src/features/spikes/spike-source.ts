import {
  diceOverTimeSchema,
  neuronTraceSchema,
  spikeInfoSchema,
  type DiceOverTime,
  type NeuronTrace,
  type SpikeInfo
} from '../../../../shared/api/spikes'
import type { Triple } from '../../../../shared/geometry'
import { api, ApiError, path, type CallOptions } from '../../api'

/** Points that a raster may have. */
export const RASTER_LIMIT = 100_000

/** The spikes of one result, as the host answers for them. */
export interface SpikeSource {
  info: (options?: CallOptions) => Promise<SpikeInfo>
  /** Pairs of positive and negative spikes a voxel. @param t from 1 */
  heat: (layer: string, t: number, voxels: number) => Promise<Uint8Array<ArrayBuffer>>
  /** Labels on the image's grid. */
  mask: (t: number, voxels: number) => Promise<Uint8Array<ArrayBuffer>>
  stable: (voxels: number) => Promise<Uint8Array<ArrayBuffer>>
  /** Triples: timestep from 1, rank of the neuron, sign. */
  raster: (layer: string, options?: CallOptions) => Promise<Uint32Array<ArrayBuffer>>
  neurons: (layer: string, voxel: Triple, options?: CallOptions) => Promise<NeuronTrace>
  dice: (options?: CallOptions) => Promise<DiceOverTime>
  csv: () => Promise<Uint8Array<ArrayBuffer>>
  nifti: (layer: string) => Promise<Uint8Array<ArrayBuffer>>
  /** The masks after each timestep, as 4-D NIfTI. */
  masksNifti: () => Promise<Uint8Array<ArrayBuffer>>
}

export function spikeSource(caseId: string, resultId: string): SpikeSource {
  const base = path`/api/cases/${caseId}/results/${resultId}/spikes`
  return {
    info: (options) => api.get(base, spikeInfoSchema, options),
    heat: (layer, t, voxels) => bytesOf(`${base}${path`/heat?layer=${layer}&t=${t}`}`, 2 * voxels),
    mask: (t, voxels) => bytesOf(`${base}${path`/mask?t=${t}`}`, voxels),
    stable: (voxels) => bytesOf(`${base}/stable`, voxels),
    raster: async (layer, options) => {
      const bytes = await api.bytes(
        `${base}${path`/raster?layer=${layer}&limit=${RASTER_LIMIT}`}`,
        options
      )
      return new Uint32Array(bytes.buffer)
    },
    neurons: (layer, [x, y, z], options) =>
      api.get(
        `${base}${path`/neurons?layer=${layer}&x=${x}&y=${y}&z=${z}`}`,
        neuronTraceSchema,
        options
      ),
    dice: (options) => api.get(`${base}/dice`, diceOverTimeSchema, options),
    csv: () => api.bytes(`${base}/export.csv`),
    nifti: (layer) => api.bytes(`${base}${path`/export.nii.gz?layer=${layer}`}`),
    masksNifti: () => api.bytes(`${base}/masks.nii.gz`)
  }
}

async function bytesOf(where: string, expected: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await api.bytes(where)
  if (bytes.length === expected) return bytes
  throw new ApiError(
    'answer',
    `${where} came with ${String(bytes.length)} bytes, ${String(expected)} were expected: open the case again`
  )
}
