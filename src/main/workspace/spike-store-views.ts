import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { DiceOverTime, ImageBox, NeuronTrace, SpikeInfo } from '../../shared/api/spikes'
import { HippospikeError } from '../../shared/errors'
import type { Triple } from '../../shared/geometry'
import { SIDE_OFFSET, type Side } from '../../shared/labels'
import type { Model } from '../../shared/model'
import { planModel, traceVoxel, type EventPlan, type VoxelTrace } from '../../core/event'
import {
  agreementOverTime,
  heatAt,
  interleave,
  labelsOverTime,
  layerVoxels,
  paddedVoxel,
  spikeRaster,
  type InputGrid,
  type Truth
} from '../../core/spikes'
import { keepLargestComponent } from '../../core/volume/components'
import { eachRow } from '../../core/volume/crop'
import { voxelCount } from '../../core/volume/geometry'
import { headerOnGrid } from '../imaging/nifti-write'
import { mappingOf, type SpikeStore } from './spike-store'

const gzipAsync = promisify(gzip)

/** What is shown of the spikes of one inference. What several views need is computed once. */
export class SpikeViews {
  private computed: Promise<Uint8Array[]> | null = null
  private plan: EventPlan | null = null

  /** @param side of a head; null for a crop */
  constructor(
    readonly store: SpikeStore,
    readonly side: Side | null
  ) {}

  get timesteps(): number {
    return this.store.index.timesteps
  }

  get imageSize(): Triple {
    return this.store.index.imageSize
  }

  /** The part of the image that the network looked at. */
  get box(): ImageBox {
    const { roi, imageSize } = this.store.index
    return roi ?? { start: [0, 0, 0], end: imageSize }
  }

  info(): Pick<SpikeInfo, 'timesteps' | 'mode' | 'grid' | 'layers'> {
    const { timesteps, model, canonical, layers } = this.store.index
    return {
      timesteps,
      mode: model.mode,
      grid: canonical,
      layers: layers.map(({ name, level, size, channels, spikes, peak }) => {
        const neurons = layerVoxels({ size }) * channels
        const rates = spikes.map(({ positive, negative }) => (positive + negative) / neurons)
        return { name, level, channels, neurons, rates, peak }
      })
    }
  }

  /** Pairs of positive and negative spikes a voxel of the network's input. @param t from 1 */
  async heat(layer: string, t: number): Promise<Uint8Array> {
    this.checkTimestep(t)
    return interleave(heatAt(await this.store.layer(layer), t - 1, this.grid))
  }

  /** The label map after each timestep on {@link box}, with the labels that the side has in the result's mask. */
  labels(): Promise<Uint8Array[]> {
    this.computed ??= this.computeLabels().catch((cause: unknown) => {
      this.computed = null
      throw cause
    })
    return this.computed
  }

  async raster(layer: string, limit: number): Promise<Uint32Array> {
    return spikeRaster(await this.store.layer(layer), limit)
  }

  /** @param truth label map of the image, both sides of a head; null for none */
  async dice(truth: Uint8Array | null): Promise<DiceOverTime> {
    return agreementOverTime(await this.labels(), truth && this.ownTruth(truth))
  }

  /**
   * What the neurons at a voxel of the image did.
   *
   * @param loadModel reads the model that made the segmentation
   * @throws HippospikeError (usage) outside what the network saw, (input) where the model has changed since
   */
  async neurons(
    layer: string,
    voxel: Triple,
    loadModel: (id: string) => Promise<Model>
  ): Promise<NeuronTrace> {
    const { index } = this.store
    const { level } = await this.store.layer(layer)
    const at = this.onPadded(voxel).map((n) => n >> level) as Triple
    this.plan ??= await this.planOf(loadModel)
    const layers = await Promise.all(
      index.layers.map(async ({ name }) => [name, await this.store.layer(name)] as const)
    )
    const byName = new Map(layers)
    const trace = traceVoxel(
      this.plan,
      {
        size: index.paddedSize,
        voxels: await this.store.input(),
        timesteps: index.timesteps,
        bits: (name) => byName.get(name)!
      },
      layer,
      at
    )
    return neuronTrace(trace, at)
  }

  /** One row a layer and timestep. */
  csv(): string {
    const rows = this.store.index.layers.flatMap(({ name, level, size, channels, spikes }) => {
      const neurons = layerVoxels({ size }) * channels
      return spikes.map(({ positive, negative }, t) =>
        [
          name,
          level,
          channels,
          neurons,
          t + 1,
          positive,
          negative,
          (positive + negative) / neurons
        ].join(',')
      )
    })
    const header =
      'layer,level,channels,neurons,timestep,positive_spikes,negative_spikes,firing_rate'
    return `${[header, ...rows].join('\n')}\n`
  }

  /**
   * A compressed 4-D NIfTI on the network's grid: volume t is the heat map at timestep t + 1, negative spikes subtracted from positive ones.
   */
  async nifti(layer: string): Promise<Uint8Array> {
    const { canonical, timesteps } = this.store.index
    const spikes = await this.store.layer(layer)
    const voxels = voxelCount(canonical.size)
    const values = new Float32Array(voxels * timesteps)
    for (let t = 0; t < timesteps; t++) {
      const { positive, negative } = heatAt(spikes, t, this.grid)
      for (let n = 0; n < voxels; n++) values[t * voxels + n] = positive[n]! - negative[n]!
    }
    const { bytes } = headerOnGrid({ format: 'other' }, canonical, {
      datatype: 'float32',
      intentCode: 0,
      channels: timesteps
    })
    return gzipAsync(Buffer.concat([bytes, new Uint8Array(values.buffer)]))
  }

  private get grid(): InputGrid {
    const { canonical, paddedOffset } = this.store.index
    return { size: canonical.size, offset: paddedOffset }
  }

  private async computeLabels(): Promise<Uint8Array[]> {
    const { index } = this.store
    const { classes, source } = index
    const place = { classes, roi: null, mapping: mappingOf(index), size: source.size }
    const labels = labelsOverTime(await this.store.steps(), place)
    const { side } = this
    // The mask of a head is cleaned of stray pieces, that of a crop is left as it comes.
    return side === null ? labels : labels.map((one) => labelsOfSide(one, source.size, side))
  }

  /** The truth of this side; null where it has none. */
  private ownTruth(truth: Uint8Array): Truth | null {
    const { box, imageSize, side } = this
    const offset = side === null ? 0 : SIDE_OFFSET[side]
    const isOwn = (label: number): boolean =>
      side === null ? label > 0 : label === offset + 1 || label === offset + 2
    const voxels = new Uint8Array(voxelCount(this.store.index.source.size))
    let inside = 0
    eachRow(imageSize, box, 1, (whole, part, length) => {
      for (let n = 0; n < length; n++) {
        if (!isOwn(truth[whole + n]!)) continue
        voxels[part + n] = truth[whole + n]!
        inside++
      }
    })
    let all = 0
    for (const label of truth) if (isOwn(label)) all++
    return side !== null && all === 0 ? null : { voxels, outside: all - inside }
  }

  private checkTimestep(t: number): void {
    const { timesteps } = this.store.index
    if (t >= 1 && t <= timesteps) return
    throw new HippospikeError(
      'usage',
      `timestep ${t} was not run; there are 1 to ${timesteps} in this segmentation`
    )
  }

  /** The voxel of the padded input that a voxel of the image lies in. */
  private onPadded(voxel: Triple): Triple {
    const at = paddedVoxel(voxel, this.store.index)
    if (at !== null) return at
    throw new HippospikeError(
      'usage',
      this.side === null
        ? `voxel ${voxel.join(', ')} lies outside the region that the network saw; choose one inside`
        : `voxel ${voxel.join(', ')} lies outside the box around the ${this.side} hippocampus, which is all that the network saw; choose one inside`
    )
  }

  private async planOf(loadModel: (id: string) => Promise<Model>): Promise<EventPlan> {
    const { id, weightsSha256, timesteps, precision } = this.store.index.model
    const model = await loadModel(id)
    if (model.manifest.weightsSha256 === weightsSha256) {
      return planModel(model, timesteps, precision)
    }
    throw new HippospikeError(
      'input',
      `model ${id} has changed since this segmentation, so its membrane potentials cannot be had; segment the case again`
    )
  }
}

/** As the segmentation of a head makes its mask of what the network says. */
function labelsOfSide(labels: Uint8Array, size: Triple, side: Side): Uint8Array {
  const { voxels } = keepLargestComponent(labels, size, 26)
  return voxels.map((label) => (label === 0 ? 0 : label + SIDE_OFFSET[side]))
}

function neuronTrace(
  { layer, channels, timesteps, potentials, spikes }: VoxelTrace,
  voxel: Triple
): NeuronTrace {
  const byChannel = (values: ArrayLike<number>): number[][] =>
    Array.from({ length: channels }, (_, c) =>
      Array.from({ length: timesteps }, (_, t) => values[t * channels + c]!)
    )
  return { layer, voxel, potentials: byChannel(potentials), spikes: byChannel(spikes) }
}
