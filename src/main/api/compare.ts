import { Hono } from 'hono'
import { z } from 'zod'
import { comparisonSchema, type Comparison } from '../../shared/api/cases'
import { isHeadMask, SIDE_OFFSET, type Side } from '../../shared/labels'
import { diceScores } from '../../core/metrics/overlap'
import { hausdorff95Scores } from '../../core/metrics/surface-distance'
import { perStructure } from '../../core/metrics/structures'
import { volumesMm3 } from '../../core/metrics/volumes'
import { cropTogether } from '../../core/head/crop-together'
import { readCase } from '../workspace/case-record'
import { checkSameGrid } from '../workspace/grid'
import { readMask } from '../workspace/masks'
import { answer, pathPart, queryOf } from './http'
import type { Services } from './services'

const querySchema = z.strictObject({ a: z.string().min(1), b: z.string().min(1) })

export function compareRoutes({ session }: Services): Hono {
  const app = new Hono()
  app.get('/cases/:case/compare', async (context) => {
    const { id } = await readCase(session.root, pathPart(context, 'case'))
    const query = queryOf(context, querySchema)
    const a = await readMask(session.root, id, query.a)
    const b = await readMask(session.root, id, query.b)
    checkSameGrid(`result ${query.b}`, b.geometry, a.geometry)
    return answer(comparisonSchema, compare(a, b))
  })
  return app
}

type Mask = Awaited<ReturnType<typeof readMask>>
type Scores = Omit<Comparison, 'sides'>

function compare(a: Mask, b: Mask): Comparison {
  const isHead = isHeadMask(a.geometry, a.voxels) || isHeadMask(b.geometry, b.voxels)
  // Of a head almost everything is background, which scores need not walk through.
  const around = cropTogether(a, b)
  return { ...scores(...around), sides: isHead ? sideScores(...around) : null }
}

function sideScores(a: Mask, b: Mask): Comparison['sides'] {
  const of = (side: Side): Scores => {
    const [first, last] = [1 + SIDE_OFFSET[side], 2 + SIDE_OFFSET[side]]
    const only = ({ geometry, voxels }: Mask): Mask => ({
      geometry,
      voxels: voxels.map((label) => (label >= first && label <= last ? label : 0))
    })
    return scores(...cropTogether(only(a), only(b)))
  }
  return { left: of('left'), right: of('right') }
}

function scores(a: Mask, b: Mask): Scores {
  const { size, spacing } = a.geometry
  const dice = diceScores(a.voxels, b.voxels)
  const distance = hausdorff95Scores(a.voxels, b.voxels, size, spacing)
  const [before, after] = [volumesMm3(a), volumesMm3(b)]
  return perStructure((structure) => ({
    dice: dice[structure],
    hd95Mm: distance[structure],
    volumeDifferenceMm3: after[structure] - before[structure]
  }))
}
