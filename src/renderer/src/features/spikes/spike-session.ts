import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { DiceOverTime, NeuronTrace, SpikeInfo } from '../../../../shared/api/spikes'
import type { Triple } from '../../../../shared/geometry'
import type { Side } from '../../../../shared/labels'
import { ApiError, isCancelled, messageOf } from '../../api'
import { voxelCount } from '../../volume/grid'
import { isEditingTool, type Viewer } from '../viewer'
import { FrameCache } from './frame-cache'
import { boxGeometry, boxVoxels, isInBox, middleOf } from './image-box'
import { defaultLayer } from './layer-names'
import { createMaskPreview } from './mask-preview'
import { createPlayer, type Player } from './player'
import { spikeSource, type SpikeSource } from './spike-source'

/** Of pictures that stay in memory, in bytes. */
const KEPT_BYTES = 256 * 2 ** 20
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
  /** Goes on with the other hippocampus of a head, at the same timestep. */
  chooseSide: (side: Side) => Promise<void>
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

  const frames = new FrameCache<Uint8Array<ArrayBuffer>>(KEPT_BYTES)
  const preview = createMaskPreview(viewer)
  let result = { caseId: '', resultId: '' }
  let stop = new AbortController()
  let drawing = 0
  let choosing = 0
  let stays: (() => void)[] = []

  const player = createPlayer((t) => draw(t))

  function fail(error: unknown): void {
    if (!isCancelled(error)) problem.value = messageOf(error)
  }

  const heatFrame = (from: SpikeSource, { side, grid }: SpikeInfo, name: string, t: number) =>
    frames.get(`heat ${String(side)} ${name} ${String(t)}`, () =>
      from.heat(name, t, voxelCount(grid.size))
    )
  const maskFrame = (from: SpikeSource, { extent }: SpikeInfo, t: number) =>
    frames.get(`mask ${String(t)}`, () =>
      t === 0 ? Promise.resolve(new Uint8Array(boxVoxels(extent))) : from.mask(t, boxVoxels(extent))
    )
  const stableFrame = (from: SpikeSource, { extent }: SpikeInfo) =>
    frames.get('stable', () => from.stable(boxVoxels(extent)))

  /** Resolves once the timestep is in the viewer, or another has been asked for. */
  async function draw(t: number): Promise<void> {
    const [from, about, name] = [source.value, info.value, layer.value]
    const image = viewer.image.value
    if (from === null || about === null || image === null || name === '') return
    const turn = ++drawing
    const { heat, mask, changes, stable } = shown.value
    try {
      const [pairs, labels, earlier, settled] = await Promise.all([
        heat ? heatFrame(from, about, name, t) : null,
        mask || changes ? maskFrame(from, about, t) : null,
        changes ? maskFrame(from, about, t - 1) : null,
        stable ? stableFrame(from, about) : null
      ])
      // Another case may be open by now, of another size.
      if (turn !== drawing || from !== source.value || image !== viewer.image.value) return
      showHeat(about, name, pairs)
      if (mask && labels !== null && !isEditingTool(viewer.tool.value)) {
        preview.show(labels, about.extent)
      } else preview.restore()
      const part = boxGeometry(image.geometry, about.extent)
      const names = {
        onlyA: `Gone since ${t === 1 ? 'the start' : `timestep ${String(t - 1)}`}`,
        onlyB: 'New',
        otherLabel: 'Other label'
      }
      viewer.setDifference(earlier, earlier && labels, names, part)
      viewer.setScalarOverlay(
        settled && {
          geometry: part,
          values: settled,
          max: about.timesteps,
          title: 'Timestep of the last change'
        }
      )
      drawn.value = t
      prefetch(from, about, name, t)
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
    const positive = new Uint8Array(voxels)
    const negative = about.mode === 'binary' ? null : new Uint8Array(voxels)
    for (let n = 0; n < voxels; n++) {
      positive[n] = pairs[2 * n]!
      if (negative !== null) negative[n] = pairs[2 * n + 1]!
    }
    const peak = about.layers.find((one) => one.name === name)?.peak ?? 1
    viewer.setHeat({ geometry: about.grid, positive, negative, peak: Math.max(1, peak) })
  }

  function prefetch(from: SpikeSource, about: SpikeInfo, name: string, t: number): void {
    const { heat, mask, changes } = shown.value
    for (const by of AHEAD) {
      const next = t + by
      if (next < 1 || next > about.timesteps) continue
      const wanted: Promise<unknown>[] = []
      if (heat) wanted.push(heatFrame(from, about, name, next))
      if (mask || changes) wanted.push(maskFrame(from, about, next))
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
        pickVoxel(voxel)
      })
    ]
  }

  function pickVoxel(voxel: Triple): void {
    const about = info.value
    if (about === null) return
    if (!about.boxes.some((box) => isInBox(box, voxel))) {
      picked.value = null
      neurons.value = null
      problem.value = `Voxel ${voxel.join(', ')} lies outside of what the network saw: click nearer to a hippocampus`
      return
    }
    picked.value = voxel
    const side = sideAt(about, voxel)
    if (side === null || side === about.side) void loadNeurons()
    else void chooseSide(side)
  }

  function close(): void {
    stop.abort()
    player.stop()
    drawing++
    choosing++
    stays.forEach((end) => {
      end()
    })
    stays = []
    viewer.seeThrough.value = false
    if (source.value !== null && viewer.image.value !== null) {
      preview.restore()
      viewer.setHeat(null)
      viewer.setDifference(null, null)
      viewer.setScalarOverlay(null)
    }
    preview.forget()
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
    result = { caseId, resultId }
    stop = new AbortController()
    const { signal } = stop
    loading.value = true
    try {
      const first = await infoOf(null, signal)
      const side = sideAt(first, viewer.crosshairVoxel.value) ?? first.side
      const about = side === first.side ? first : await infoOf(side, signal)
      lookAt(about)
      player.load(about.timesteps)
      // The spikes inside the mask are to be seen.
      viewer.seeThrough.value = true
      follow()
      await load(signal)
    } catch (error) {
      if (isCancelled(error)) return
      if (error instanceof ApiError && info.value === null) absent.value = error.message
      else fail(error)
    } finally {
      if (!signal.aborted) loading.value = false
    }
  }

  async function chooseSide(side: Side): Promise<void> {
    if (info.value === null) return
    const { signal } = stop
    const turn = ++choosing
    if (side === info.value.side) return
    try {
      const about = await infoOf(side, signal)
      // Another side or case may have been chosen since.
      if (turn !== choosing || signal.aborted) return
      const t = player.t.value
      lookAt(about)
      player.load(about.timesteps)
      player.goTo(t)
      if (picked.value !== null && sideAt(about, picked.value) !== side) picked.value = null
      neurons.value = null
      dice.value = []
      problem.value = null
      void loadNeurons()
      await load(signal)
    } catch (error) {
      fail(error)
    }
  }

  function infoOf(side: Side | null, signal: AbortSignal): Promise<SpikeInfo> {
    return spikeSource(result.caseId, result.resultId, side).info({ signal })
  }

  function lookAt(about: SpikeInfo): void {
    source.value = spikeSource(result.caseId, result.resultId, about.side)
    info.value = about
    const isThere = about.layers.some(({ name }) => name === layer.value)
    if (!isThere) layer.value = defaultLayer(about.layers)
    const box = about.boxes.find(({ side }) => side === about.side)
    if (box && !isInBox(box, viewer.crosshairVoxel.value)) viewer.goToVoxel(middleOf(box))
  }

  async function load(signal: AbortSignal): Promise<void> {
    const from = source.value
    void draw(player.t.value)
    void loadRaster()
    const agreement = await from?.dice({ signal })
    if (agreement && from === source.value) dice.value = agreement
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
    chooseSide,
    close
  }
}

/** The side whose box a voxel lies in, before all the one that is looked at; null outside of them, and for a crop. */
function sideAt({ boxes, side: own }: SpikeInfo, voxel: Triple): Side | null {
  const within = boxes.filter((box) => isInBox(box, voxel))
  return (within.find(({ side }) => side === own) ?? within[0])?.side ?? null
}
