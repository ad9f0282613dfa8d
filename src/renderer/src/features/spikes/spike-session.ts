import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { DiceOverTime, NeuronTrace, SpikeInfo } from '../../../../shared/api/spikes'
import type { Triple } from '../../../../shared/geometry'
import { ApiError, isCancelled, messageOf } from '../../api'
import { voxelCount } from '../../volume/grid'
import { isEditingTool, type Viewer } from '../viewer'
import { FrameCache } from './frame-cache'
import { defaultLayer } from './layer-names'
import { createPlayer, type Player } from './player'
import { spikeSource, type SpikeSource } from './spike-source'

/** Pictures that stay in memory: each is as large as the network's input or the image. */
const KEPT_FRAMES = 96
/** Timesteps that are loaded before they are asked for. */
const AHEAD = [1, -1, 2] as const

/** What the viewer shows of the spikes. */
export interface Shown {
  heat: boolean
  mask: boolean
  changes: boolean
  stable: boolean
}

export interface SpikeSession {
  readonly info: ShallowRef<SpikeInfo | null>
  readonly layer: Ref<string>
  readonly player: Player
  readonly shown: Ref<Shown>
  readonly dice: ShallowRef<DiceOverTime>
  readonly raster: ShallowRef<Uint32Array | null>
  readonly neurons: ShallowRef<NeuronTrace | null>
  /** Of the image, that `neurons` belongs to. */
  readonly picked: ShallowRef<Triple | null>
  /** The timestep that is on the screen. */
  readonly drawn: Ref<number>
  readonly loading: Ref<boolean>
  /** Why there is nothing to show. */
  readonly absent: Ref<string | null>
  /** What failed since. */
  readonly problem: Ref<string | null>
  readonly source: ShallowRef<SpikeSource | null>
  open: (caseId: string, resultId: string) => Promise<void>
  /** Leaves the viewer as it was found. */
  close: () => void
}

/** Looks at the spikes of one result at a time, in the viewer and in charts. */
export function createSpikeSession(viewer: Viewer): SpikeSession {
  const info = shallowRef<SpikeInfo | null>(null)
  const layer = ref('')
  const shown = ref<Shown>({ heat: true, mask: true, changes: false, stable: false })
  const dice = shallowRef<DiceOverTime>([])
  const raster = shallowRef<Uint32Array | null>(null)
  const neurons = shallowRef<NeuronTrace | null>(null)
  const picked = shallowRef<Triple | null>(null)
  const drawn = ref(0)
  const loading = ref(false)
  const absent = ref<string | null>(null)
  const problem = ref<string | null>(null)
  const source = shallowRef<SpikeSource | null>(null)

  const frames = new FrameCache<Uint8Array<ArrayBuffer>>(KEPT_FRAMES)
  /** Masks that were put into the viewer from here. */
  const own = new WeakSet<Uint8Array>()
  /** What the viewer showed before, edits and all. */
  let before: Uint8Array | null = null
  let stop = new AbortController()
  let drawing = 0
  let stays: (() => void)[] = []

  const player = createPlayer((t) => draw(t))

  function fail(error: unknown): void {
    if (!isCancelled(error)) problem.value = messageOf(error)
  }

  const heatFrame = (from: SpikeSource, name: string, t: number, voxels: number) =>
    frames.get(`heat ${name} ${String(t)}`, () => from.heat(name, t, voxels))
  const maskFrame = (from: SpikeSource, t: number, voxels: number) =>
    frames.get(`mask ${String(t)}`, () =>
      t === 0 ? Promise.resolve(new Uint8Array(voxels)) : from.mask(t, voxels)
    )

  /** Resolves once the timestep is in the viewer, or another has been asked for. */
  async function draw(t: number): Promise<void> {
    const [from, about, name] = [source.value, info.value, layer.value]
    const image = viewer.image.value
    if (from === null || about === null || image === null || name === '') return
    const voxels = voxelCount(image.geometry.size)
    const turn = ++drawing
    const { heat, mask, changes, stable } = shown.value
    const gridVoxels = voxelCount(about.grid.size)
    try {
      const [pairs, labels, earlier, settled] = await Promise.all([
        heat ? heatFrame(from, name, t, gridVoxels) : null,
        mask || changes ? maskFrame(from, t, voxels) : null,
        changes ? maskFrame(from, t - 1, voxels) : null,
        stable ? frames.get('stable', () => from.stable(voxels)) : null
      ])
      // Another case may be open by now, of another size.
      if (turn !== drawing || from !== source.value || image !== viewer.image.value) return
      showHeat(about, name, pairs)
      if (mask && labels !== null && !isEditingTool(viewer.tool.value)) preview(labels)
      else restore()
      viewer.setDifference(earlier, earlier === null ? null : labels, {
        onlyA: `Gone since ${t === 1 ? 'the start' : `timestep ${String(t - 1)}`}`,
        onlyB: 'New',
        otherLabel: 'Other label'
      })
      viewer.setScalarOverlay(
        settled && {
          values: settled,
          max: about.timesteps,
          title: 'Timestep of the last change'
        }
      )
      drawn.value = t
      prefetch(from, about, name, t, voxels)
    } catch (error) {
      if (turn === drawing) fail(error)
    }
  }

  function showHeat(about: SpikeInfo, name: string, pairs: Uint8Array | null): void {
    if (pairs === null) {
      viewer.setHeat(null)
      return
    }
    const voxels = pairs.length / 2
    const [positive, negative] = [new Uint8Array(voxels), new Uint8Array(voxels)]
    for (let n = 0; n < voxels; n++) {
      positive[n] = pairs[2 * n]!
      negative[n] = pairs[2 * n + 1]!
    }
    const peak = about.layers.find((one) => one.name === name)?.peak ?? 1
    viewer.setHeat({ geometry: about.grid, positive, negative, peak: Math.max(1, peak) })
  }

  function preview(labels: Uint8Array): void {
    const now = viewer.mask.value
    if (now === null || !own.has(now)) before = now
    // A copy: whoever edits it must not edit what is kept.
    const copy = labels.slice()
    own.add(copy)
    viewer.setMask(copy)
  }

  function restore(): void {
    const now = viewer.mask.value
    if (now !== null && own.has(now)) viewer.setMask(before)
  }

  function prefetch(from: SpikeSource, about: SpikeInfo, name: string, t: number, voxels: number) {
    const { heat, mask, changes } = shown.value
    for (const by of AHEAD) {
      const next = t + by
      if (next < 1 || next > about.timesteps) continue
      const wanted: Promise<unknown>[] = []
      if (heat) wanted.push(heatFrame(from, name, next, voxelCount(about.grid.size)))
      if (mask || changes) wanted.push(maskFrame(from, next, voxels))
      // What fails here fails again, and is told, when it is wanted.
      for (const one of wanted) one.catch(() => undefined)
    }
  }

  async function loadRaster(): Promise<void> {
    const [from, name] = [source.value, layer.value]
    raster.value = null
    if (from === null || name === '') return
    try {
      const points = await from.raster(name, { signal: stop.signal })
      if (from === source.value && name === layer.value) raster.value = points
    } catch (error) {
      fail(error)
    }
  }

  async function loadNeurons(): Promise<void> {
    const [from, name, voxel] = [source.value, layer.value, picked.value]
    if (from === null || name === '' || voxel === null) return
    try {
      const trace = await from.neurons(name, voxel, { signal: stop.signal })
      if (from === source.value && name === layer.value && voxel === picked.value) {
        neurons.value = trace
        problem.value = null
      }
    } catch (error) {
      neurons.value = null
      fail(error)
    }
  }

  function follow(): void {
    stays = [
      watch([player.t, layer, shown], () => void draw(player.t.value), { deep: true }),
      watch(layer, () => {
        void loadRaster()
        void loadNeurons()
      }),
      watch(viewer.tool, () => void draw(player.t.value)),
      viewer.onPick(({ voxel }) => {
        picked.value = voxel
        void loadNeurons()
      })
    ]
  }

  function close(): void {
    stop.abort()
    player.stop()
    drawing++
    stays.forEach((end) => {
      end()
    })
    stays = []
    viewer.seeThrough.value = false
    if (source.value !== null && viewer.image.value !== null) {
      restore()
      viewer.setHeat(null)
      viewer.setDifference(null, null)
      viewer.setScalarOverlay(null)
    }
    before = null
    source.value = null
    info.value = null
    raster.value = null
    neurons.value = null
    picked.value = null
    dice.value = []
    drawn.value = 0
    absent.value = null
    problem.value = null
    frames.clear()
  }

  async function open(caseId: string, resultId: string): Promise<void> {
    close()
    stop = new AbortController()
    const { signal } = stop
    loading.value = true
    try {
      const from = spikeSource(caseId, resultId)
      const about = await from.info({ signal })
      source.value = from
      info.value = about
      const isThere = about.layers.some(({ name }) => name === layer.value)
      if (!isThere) layer.value = defaultLayer(about.layers)
      player.load(about.timesteps)
      // The spikes inside the mask are to be seen.
      viewer.seeThrough.value = true
      follow()
      void draw(player.t.value)
      void loadRaster()
      dice.value = await from.dice({ signal })
    } catch (error) {
      if (isCancelled(error)) return
      if (error instanceof ApiError && info.value === null) absent.value = error.message
      else fail(error)
    } finally {
      if (!signal.aborted) loading.value = false
    }
  }

  return {
    info,
    layer,
    player,
    shown,
    dice,
    raster,
    neurons,
    picked,
    drawn,
    loading,
    absent,
    problem,
    source,
    open,
    close
  }
}
