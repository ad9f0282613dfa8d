import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { CurvePoint } from '../../../shared/api/training'
import type { RunFiles } from '../../workspace/run-files'

/** A line of `curves.jsonl`, of a step or of a validation; what else a line has is for other readers. */
const lineSchema = z.looseObject({
  epoch: z.int(),
  step: z.int(),
  values: z.record(z.string(), z.number().nullable())
})
type Values = z.infer<typeof lineSchema>['values']

/** More steps than a screen has pixels need not be drawn. */
const STEPS_SHOWN = 2000
const VALIDATION = 'validation/'
const RATE = 'firing-rate/'

/** The curves of a run's stages, in order. What is being written at this moment is left out. */
export async function curvesOf(files: Pick<RunFiles, 'ann' | 'snn'>): Promise<CurvePoint[]> {
  return [...(await stageCurve(files.ann, 'ann')), ...(await stageCurve(files.snn, 'fine-tuning'))]
}

async function stageCurve(dir: string, stage: CurvePoint['stage']): Promise<CurvePoint[]> {
  const text = await readFile(join(dir, 'curves.jsonl'), 'utf8').catch(() => '')
  const points = text.split('\n').flatMap((line): CurvePoint[] => {
    const point = pointOf(line, stage)
    return point === null ? [] : [point]
  })
  const steps = points.filter(({ loss }) => loss !== null).length
  const every = Math.max(1, Math.ceil(steps / STEPS_SHOWN))
  return points.filter(({ loss, step }) => loss === null || step === 1 || step % every === 0)
}

function pointOf(line: string, stage: CurvePoint['stage']): CurvePoint | null {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return null
  }
  const parsed = lineSchema.safeParse(json)
  if (!parsed.success) return null
  const { epoch, step, values } = parsed.data
  return {
    ...{ stage, epoch, step },
    loss: values['loss'] ?? null,
    dice: diceOf(values),
    firingRate: ratesOf(values)
  }
}

function diceOf(values: Values): CurvePoint['dice'] {
  const whole = values[`${VALIDATION}whole`]
  if (whole === null || whole === undefined) return null
  return {
    anterior: values[`${VALIDATION}anterior`] ?? null,
    posterior: values[`${VALIDATION}posterior`] ?? null,
    whole
  }
}

function ratesOf(values: Values): CurvePoint['firingRate'] {
  const rates = Object.entries(values).flatMap(([name, value]): [string, number][] =>
    name.startsWith(RATE) && value !== null ? [[name.slice(RATE.length), value]] : []
  )
  return rates.length === 0 ? null : Object.fromEntries(rates)
}
