import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder, outputError, writeFileAtomic } from '../../workspace/atomic-write'
import { tensorboardFile, type ScalarEvent } from './tensorboard'

const pointSchema = z.strictObject({
  epoch: z.int(),
  step: z.int(),
  wallTime: z.number(),
  values: z.record(z.string(), z.number())
})

/** One line of curves.jsonl: of a step, whose values have a `loss`, or of a validation. */
export interface CurvePoint extends ScalarEvent {
  epoch: number
}

/** How far a run is: whole epochs, and steps since its start. */
export interface RunPosition {
  epochsDone: number
  step: number
}

/** The curves of a run: `curves.jsonl` grows by a line a point, the TensorBoard file is written anew from it after each epoch. */
export class Curves {
  private constructor(
    private readonly path: string,
    private readonly tensorboardPath: string,
    private readonly points: CurvePoint[]
  ) {}

  /** Opens the curves in a folder; points after what the run goes on from are dropped, as they will come again. */
  static async open(dir: string, { epochsDone, step }: RunPosition): Promise<Curves> {
    const path = join(dir, 'curves.jsonl')
    await makeFolder(join(dir, 'tensorboard'))
    const points = parseLines(await readText(path)).filter(
      (point) => point.epoch <= epochsDone || ('loss' in point.values && point.step <= step)
    )
    const curves = new Curves(
      path,
      join(dir, 'tensorboard', 'events.out.tfevents.hippospike'),
      points
    )
    await writeFileAtomic(path, points.map((point) => `${JSON.stringify(point)}\n`).join(''))
    return curves
  }

  async add(epoch: number, step: number, values: Record<string, number>): Promise<void> {
    const point: CurvePoint = { epoch, step, wallTime: Date.now() / 1000, values }
    this.points.push(point)
    try {
      await appendFile(this.path, `${JSON.stringify(point)}\n`)
    } catch (cause) {
      throw outputError(this.path, cause)
    }
  }

  async flushTensorboard(): Promise<void> {
    await writeFileAtomic(this.tensorboardPath, tensorboardFile(this.points))
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw outputError(path, cause)
  }
}

/** The points of curves.jsonl up to the first line that a kill cut off. */
function parseLines(text: string): CurvePoint[] {
  const points: CurvePoint[] = []
  for (const line of text.split('\n')) {
    const point = pointSchema.safeParse(parseJson(line))
    if (!point.success) break
    points.push(point.data)
  }
  return points
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
