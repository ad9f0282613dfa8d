import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { diceOverTimeSchema, neuronTraceSchema, spikeInfoSchema } from '../../shared/api/spikes'
import type { Result } from '../../shared/api/cases'
import { CROP_LABELS } from '../../shared/labels'
import type { Model } from '../../shared/model'
import { readLabels } from '../imaging/read-image'
import { readCase } from '../workspace/case-record'
import { labelSeriesNifti } from '../workspace/export/label-series'
import { resultFiles } from '../workspace/layout'
import { MissingError } from '../workspace/missing'
import { readModel } from '../workspace/model-folder'
import { findModel } from '../workspace/model-list'
import { listResults, readResult } from '../workspace/result-record'
import { openSpikeStore } from '../workspace/spike-store'
import { SpikeViews } from '../workspace/spike-store-views'
import { answer, bytesResponse, pathPart, queryOf } from './http'
import type { Services } from './services'

/** Segmentations whose spikes stay in memory. */
const KEPT = 3

const layer = z.string().min(1)
const whole = z.coerce.number().pipe(z.int())
const noQuerySchema = z.strictObject({})
const heatQuerySchema = z.strictObject({ layer, t: whole })
const maskQuerySchema = z.strictObject({ t: whole })
const rasterQuerySchema = z.strictObject({
  layer,
  limit: whole.pipe(z.int().min(1).max(1_000_000)).default(100_000)
})
const neuronsQuerySchema = z.strictObject({ layer, x: whole, y: whole, z: whole })
const layerQuerySchema = z.strictObject({ layer })

/** Spike activity of the results that spiking models made; see the comment in shared/api/spikes.ts. */
export function spikeRoutes(services: Pick<Services, 'session' | 'resources' | 'images'>): Hono {
  const { session, resources, images } = services
  const cache = new ViewsCache()
  const base = '/cases/:case/results/:result/spikes'

  const viewsOf = async (context: Context): Promise<SpikeViews> => {
    const [caseId, resultId] = [pathPart(context, 'case'), pathPart(context, 'result')]
    const result = await readResult(session.root, caseId, resultId)
    if (!result.hasSpikes) throw new MissingError(whyNoSpikes(result))
    return cache.open(resultFiles(session.root, caseId, resultId).spikes)
  }

  const modelOf = async (id: string): Promise<Model> =>
    readModel((await findModel(id, join(resources, 'models'), session.root)).dir)

  const truthOf = async (caseId: string): Promise<Uint8Array | null> => {
    const truth = (await listResults(session.root, caseId)).find(({ kind }) => kind === 'truth')
    if (truth === undefined) return null
    const { mask } = resultFiles(session.root, caseId, truth.id)
    const labels = CROP_LABELS.map(({ index }) => index)
    return (await readLabels(mask, labels)).voxels
  }

  const app = new Hono()
  app
    .get(base, async (context) => answer(spikeInfoSchema, (await viewsOf(context)).info()))
    .get(`${base}/heat`, async (context) => {
      const { layer, t } = queryOf(context, heatQuerySchema)
      return bytesResponse(await (await viewsOf(context)).heat(layer, t))
    })
    .get(`${base}/mask`, async (context) => {
      const { t } = queryOf(context, maskQuerySchema)
      return bytesResponse(await (await viewsOf(context)).mask(t))
    })
    .get(`${base}/stable`, async (context) => {
      queryOf(context, noQuerySchema)
      return bytesResponse(await (await viewsOf(context)).stable())
    })
    .get(`${base}/raster`, async (context) => {
      const { layer, limit } = queryOf(context, rasterQuerySchema)
      return bytesResponse(await (await viewsOf(context)).raster(layer, limit))
    })
    .get(`${base}/neurons`, async (context) => {
      const { layer, x, y, z } = queryOf(context, neuronsQuerySchema)
      const trace = await (await viewsOf(context)).neurons(layer, [x, y, z], modelOf)
      return answer(neuronTraceSchema, trace)
    })
    .get(`${base}/dice`, async (context) => {
      const views = await viewsOf(context)
      return answer(diceOverTimeSchema, await views.dice(await truthOf(pathPart(context, 'case'))))
    })
    .get(`${base}/export.csv`, async (context) => {
      const csv = (await viewsOf(context)).csv()
      return download(new TextEncoder().encode(csv), 'text/csv', nameOf(context, 'rates.csv'))
    })
    .get(`${base}/export.nii.gz`, async (context) => {
      const { layer } = queryOf(context, layerQuerySchema)
      const bytes = await (await viewsOf(context)).nifti(layer)
      return download(bytes, 'application/gzip', nameOf(context, `${layer}_spikes.nii.gz`))
    })
    .get(`${base}/masks.nii.gz`, async (context) => {
      queryOf(context, noQuerySchema)
      const views = await viewsOf(context)
      const { scan } = await readCase(session.root, pathPart(context, 'case'))
      const { timesteps } = views.info()
      const labels = Array.from({ length: timesteps }, (_, n) => views.mask(n + 1))
      const bytes = await labelSeriesNifti(await Promise.all(labels), await images.read(scan))
      return download(bytes, 'application/gzip', nameOf(context, 'desc-timesteps_dseg.nii.gz'))
    })
  return app
}

/** The spikes that were looked at last, until their files change. */
class ViewsCache {
  private readonly kept = new Map<string, Promise<SpikeViews>>()

  async open(dir: string): Promise<SpikeViews> {
    const index = await stat(join(dir, 'index.json')).catch(() => null)
    const key = `${dir}\0${index?.mtimeMs ?? 0}\0${index?.size ?? 0}`
    const views = this.kept.get(key) ?? openSpikeStore(dir).then((store) => new SpikeViews(store))
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

function nameOf(context: Context, ending: string): string {
  return `sub-${pathPart(context, 'case')}_seg-${pathPart(context, 'result')}_${ending}`
}

function download(bytes: Uint8Array, type: string, name: string): Response {
  const response = bytesResponse(bytes)
  response.headers.set('content-type', type)
  response.headers.set('content-disposition', `attachment; filename="${name}"`)
  return response
}
