import {
  diceOverTimeSchema,
  neuronTraceSchema,
  spikeInfoSchema,
  type DiceOverTime,
  type NeuronTrace,
  type SpikeInfo
} from '../../../../shared/api/spikes'
import type { Triple } from '../../../../shared/geometry'
import type { Side } from '../../../../shared/labels'
import { api, ApiError, path, type CallOptions } from '../../api'

/** Points that a raster may have. */
export const RASTER_LIMIT = 100_000

/** The spikes of one result, of a head those of one side, as the host answers for them. Masks are of both sides together. */
export interface SpikeSource {
  info: (options?: CallOptions) => Promise<SpikeInfo>
  /** Pairs of positive and negative spikes a voxel. @param t from 1 */
  heat: (layer: string, t: number, voxels: number) => Promise<Uint8Array<ArrayBuffer>>
  /** Labels on the box that holds all that the network saw. @param voxels of that box */
  mask: (t: number, voxels: number) => Promise<Uint8Array<ArrayBuffer>>
  /** On the same box. */
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

/** @param side null for a crop; for a head too where the first side will do, which `info` alone knows */
export function spikeSource(caseId: string, resultId: string, side: Side | null): SpikeSource {
  const base = path`/api/cases/${caseId}/results/${resultId}/spikes`
  const own = side === null ? '' : path`side=${side}&`
  return {
    info: (options) => api.get(`${base}?${own}`, spikeInfoSchema, options),
    heat: (layer, t, voxels) =>
      bytesOf(`${base}/heat?${own}${path`layer=${layer}&t=${t}`}`, 2 * voxels),
    mask: (t, voxels) => bytesOf(`${base}/mask?part=box&${path`t=${t}`}`, voxels),
    stable: (voxels) => bytesOf(`${base}/stable?part=box`, voxels),
    raster: async (layer, options) => {
      const bytes = await api.bytes(
        `${base}/raster?${own}${path`layer=${layer}&limit=${RASTER_LIMIT}`}`,
        options
      )
      return new Uint32Array(bytes.buffer)
    },
    neurons: (layer, [x, y, z], options) =>
      api.get(
        `${base}/neurons?${own}${path`layer=${layer}&x=${x}&y=${y}&z=${z}`}`,
        neuronTraceSchema,
        options
      ),
    dice: (options) => api.get(`${base}/dice?${own}`, diceOverTimeSchema, options),
    csv: () => api.bytes(`${base}/export.csv?${own}`),
    nifti: (layer) => api.bytes(`${base}/export.nii.gz?${own}${path`layer=${layer}`}`),
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
