import { join } from 'node:path'
import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { diceOverTimeSchema, neuronTraceSchema, spikeInfoSchema } from '../../shared/api/spikes'
import type { Result } from '../../shared/api/cases'
import { sideSchema } from '../../shared/head'
import { HEMISPHERE, type Side } from '../../shared/labels'
import type { Model } from '../../shared/model'
import { readLabels } from '../imaging/read-image'
import { readCase } from '../workspace/case-record'
import { labelSeriesNifti } from '../workspace/export/label-series'
import { MASK_LABELS } from '../workspace/grid'
import { resultFiles } from '../workspace/layout'
import { MissingError } from '../workspace/missing'
import { readModel } from '../workspace/model-folder'
import { findModel } from '../workspace/model-list'
import { listResults, readResult } from '../workspace/result-record'
import { ResultSpikes } from '../workspace/result-spikes'
import { spikeFolders, type SpikeFolder } from '../workspace/spike-folders'
import { openSpikeStore } from '../workspace/spike-store'
import { SpikeViews } from '../workspace/spike-store-views'
import { answer, bytesResponse, pathPart, queryOf } from './http'
import type { Services } from './services'

/** Inferences whose spikes stay in memory; a head has two. */
const KEPT = 4

const layer = z.string().min(1)
const whole = z.coerce.number().pipe(z.int())
const side = sideSchema.optional()
const part = z.enum(['image', 'box']).default('image')
const sideQuerySchema = z.strictObject({ side })
const heatQuerySchema = z.strictObject({ side, layer, t: whole })
const maskQuerySchema = z.strictObject({ t: whole, part })
const stableQuerySchema = z.strictObject({ part })
const noQuerySchema = z.strictObject({})
const rasterQuerySchema = z.strictObject({
  side,
  layer,
  limit: whole.pipe(z.int().min(1).max(1_000_000)).default(100_000)
})
const neuronsQuerySchema = z.strictObject({ side, layer, x: whole, y: whole, z: whole })
const layerQuerySchema = z.strictObject({ side, layer })

/** Spike activity of the results that spiking models made; see the comment in shared/api/spikes.ts. */
export function spikeRoutes(services: Pick<Services, 'session' | 'resources' | 'images'>): Hono {
  const { session, resources, images } = services
  const cache = new ViewsCache()
  const base = '/cases/:case/results/:result/spikes'

  const spikesOf = async (context: Context): Promise<ResultSpikes> => {
    const [caseId, resultId] = [pathPart(context, 'case'), pathPart(context, 'result')]
    const result = await readResult(session.root, caseId, resultId)
    const folders = await spikeFolders(resultFiles(session.root, caseId, resultId).spikes)
    if (folders.length === 0) throw new MissingError(whyNoSpikes(result))
    return new ResultSpikes(await Promise.all(folders.map((folder) => cache.open(folder))))
  }

  const viewsOf = async (context: Context, side: Side | undefined): Promise<SpikeViews> =>
    (await spikesOf(context)).of(side ?? null)

  const modelOf = async (id: string): Promise<Model> =>
    readModel((await findModel(id, join(resources, 'models'), session.root)).dir)

  const truthOf = async (caseId: string): Promise<Uint8Array | null> => {
    const truth = (await listResults(session.root, caseId)).find(({ kind }) => kind === 'truth')
    if (truth === undefined) return null
    const { mask } = resultFiles(session.root, caseId, truth.id)
    return (await readLabels(mask, MASK_LABELS)).voxels
  }

  const app = new Hono()
  app
    .get(base, async (context) => {
      const { side } = queryOf(context, sideQuerySchema)
      return answer(spikeInfoSchema, (await spikesOf(context)).info(side ?? null))
    })
    .get(`${base}/heat`, async (context) => {
      const { side, layer, t } = queryOf(context, heatQuerySchema)
      return bytesResponse(await (await viewsOf(context, side)).heat(layer, t))
    })
    .get(`${base}/mask`, async (context) => {
      const { t, part } = queryOf(context, maskQuerySchema)
      return bytesResponse(await (await spikesOf(context)).mask(t, part))
    })
    .get(`${base}/stable`, async (context) => {
      const { part } = queryOf(context, stableQuerySchema)
      return bytesResponse(await (await spikesOf(context)).stable(part))
    })
    .get(`${base}/raster`, async (context) => {
      const { side, layer, limit } = queryOf(context, rasterQuerySchema)
      return bytesResponse(await (await viewsOf(context, side)).raster(layer, limit))
    })
    .get(`${base}/neurons`, async (context) => {
      const { side, layer, x, y, z } = queryOf(context, neuronsQuerySchema)
      const trace = await (await viewsOf(context, side)).neurons(layer, [x, y, z], modelOf)
      return answer(neuronTraceSchema, trace)
    })
    .get(`${base}/dice`, async (context) => {
      const views = await viewsOf(context, queryOf(context, sideQuerySchema).side)
      return answer(diceOverTimeSchema, await views.dice(await truthOf(pathPart(context, 'case'))))
    })
    .get(`${base}/export.csv`, async (context) => {
      const views = await viewsOf(context, queryOf(context, sideQuerySchema).side)
      const name = nameOf(context, views.side, 'rates.csv')
      return download(new TextEncoder().encode(views.csv()), 'text/csv', name)
    })
    .get(`${base}/export.nii.gz`, async (context) => {
      const { side, layer } = queryOf(context, layerQuerySchema)
      const views = await viewsOf(context, side)
      const name = nameOf(context, views.side, `${layer}_spikes.nii.gz`)
      return download(await views.nifti(layer), 'application/gzip', name)
    })
    .get(`${base}/masks.nii.gz`, async (context) => {
      queryOf(context, noQuerySchema)
      const spikes = await spikesOf(context)
      const { scan } = await readCase(session.root, pathPart(context, 'case'))
      const bytes = await labelSeriesNifti(
        spikes.timesteps,
        (n) => spikes.mask(n + 1, 'image'),
        await images.read(scan)
      )
      return download(
        bytes,
        'application/gzip',
        nameOf(context, null, 'desc-timesteps_dseg.nii.gz')
      )
    })
  return app
}

/** The spikes that were looked at last, until their files change. */
class ViewsCache {
  private readonly kept = new Map<string, Promise<SpikeViews>>()

  async open({ dir, side, stamp }: SpikeFolder): Promise<SpikeViews> {
    const key = `${dir}\0${stamp}`
    const views =
      this.kept.get(key) ?? openSpikeStore(dir).then((store) => new SpikeViews(store, side))
    this.kept.delete(key)
    this.kept.set(key, views)
    for (const old of [...this.kept.keys()].slice(0, -KEPT)) this.kept.delete(old)
    try {
      return await views
    } catch (thrown) {
      this.kept.delete(key)
      throw thrown
    }
  }
}

function whyNoSpikes({ name, kind, stage, cost }: Result): string {
  if (kind !== 'model') return `${name} was not made by a network, so there are no spikes to see`
  if (stage === 'ann') {
    return `${name} was made by an ordinary network (ANN), which does not spike; segment with a spiking model`
  }
  const where = cost === null ? '' : ` on ${cost.runtime}`
  return `the spikes of ${name} were not kept${where}; segment again on the event runtime`
}

function nameOf(context: Context, side: Side | null, ending: string): string {
  const hemisphere = side === null ? '' : `_hemi-${HEMISPHERE[side]}`
  return `sub-${pathPart(context, 'case')}${hemisphere}_seg-${pathPart(context, 'result')}_${ending}`
}

function download(bytes: Uint8Array, type: string, name: string): Response {
  const response = bytesResponse(bytes)
  response.headers.set('content-type', type)
  response.headers.set('content-disposition', `attachment; filename="${name}"`)
  return response
}
