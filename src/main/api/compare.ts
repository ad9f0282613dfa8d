import { Hono } from 'hono'
import { z } from 'zod'
import { comparisonSchema, type Comparison } from '../../shared/api/cases'
import type { StructureName } from '../../shared/labels'
import { diceScores } from '../../core/metrics/overlap'
import { hausdorff95Scores } from '../../core/metrics/surface-distance'
import { volumesMm3 } from '../../core/metrics/volumes'
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

function compare(a: Mask, b: Mask): Comparison {
  const { size, spacing } = a.geometry
  const dice = diceScores(a.voxels, b.voxels)
  const distance = hausdorff95Scores(a.voxels, b.voxels, size, spacing)
  const [before, after] = [volumesMm3(a), volumesMm3(b)]
  const score = (structure: StructureName): Comparison[StructureName] => ({
    dice: dice[structure],
    hd95Mm: distance[structure],
    volumeDifferenceMm3: after[structure] - before[structure]
  })
  return {
    anterior: score('anterior'),
    posterior: score('posterior'),
    whole: score('whole')
  }
}
