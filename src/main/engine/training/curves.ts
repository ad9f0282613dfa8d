import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, outputError, writeFileAtomic } from '../../workspace/atomic-write'
import { tensorboardFile, type ScalarEvent } from './tensorboard'

/** One line of curves.jsonl. */
export interface CurvePoint extends ScalarEvent {
  epoch: number
}

/** The curves of a run: `curves.jsonl` grows by a line a point, the TensorBoard file is written anew from it after each epoch. */
export class Curves {
  private constructor(
    private readonly path: string,
    private readonly tensorboardPath: string,
    private readonly points: CurvePoint[]
  ) {}

  /** Opens the curves in a folder; points after the last finished epoch belong to an interrupted one and are dropped. */
  static async open(dir: string, epochsDone: number): Promise<Curves> {
    const path = join(dir, 'curves.jsonl')
    await makeFolder(join(dir, 'tensorboard'))
    const points = parseLines(await readText(path)).filter(({ epoch }) => epoch <= epochsDone)
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
    try {
      points.push(JSON.parse(line) as CurvePoint)
    } catch {
      break
    }
  }
  return points
}
