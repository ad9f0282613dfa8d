import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/training/random'
import { runJob } from '../../src/main/jobs/engine-client'
import { readModel, writeModel } from '../../src/main/workspace/model-folder'
import type { Progress } from '../../src/shared/engine-protocol'
import { modelResultSchema, type ModelResult } from '../../src/shared/jobs'
import { enginesOf } from '../fixtures/engine-processes'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { TINY_EDGE, writeTinyDataset } from '../fixtures/tiny-dataset'
import { twoVariants } from '../fixtures/tiny-model'

const enginePath = join(import.meta.dirname, '..', '..', 'out', 'main', 'engine.cjs')
const folder = temporaryFolder()
const SEED = 20261124
const KILLS = 12
/** Of steps, validations and what else is told. */
const MOST_TOLD = 9
const LATEST_MS = 60
const settings = {
  patch: [TINY_EDGE, TINY_EDGE, TINY_EDGE],
  epochs: 6,
  learningRate: 2e-3,
  averageDecay: 0.5
}
let data: string
let model: string

beforeAll(async () => {
  data = writeTinyDataset(folder.file('data'), 6, 1).dir
  const { head, tensors } = twoVariants()
  model = folder.file('parent')
  await writeModel(model, head, tensors, '# Parent\n')
})

// Every few steps a checkpoint, that kills fall into their writing too.
process.env['HIPPOSPIKE_CHECKPOINT_SECONDS'] = '0'
afterEach(killEngines)

function killEngines(): void {
  for (const pid of enginesOf(process.pid)) process.kill(pid, 'SIGKILL')
}

function finetune(
  out: string,
  onProgress: (progress: Progress) => void = () => undefined
): Promise<ModelResult> {
  return runJob({
    kind: 'finetune',
    request: { data, model, out, teacher: null, settings },
    runtime: 'wasm',
    resultSchema: modelResultSchema,
    enginePath,
    onProgress
  })
}

/** Trains until the engine has told so many things of the training, and kills it a little later. @returns what it told last */
async function killed(out: string, told: number, laterMs: number): Promise<string> {
  let last = 'nothing'
  let left = told
  const training = finetune(out, ({ stage, message }) => {
    if (stage !== 'fine-tune') return
    last = message
    if (--left === 0) setTimeout(killEngines, laterMs)
  })
  return training.then(
    () => 'its end',
    () => last
  )
}

const weights = (out: string): Buffer => readFileSync(join(out, 'weights.bin'))

describe.skipIf(process.platform !== 'linux')('a fine-tuning whose engine is killed', () => {
  it('again and again, at any moment, ends with the weights of an undisturbed one', async () => {
    const undisturbed = folder.file('undisturbed')
    await finetune(undisturbed)
    const out = folder.file('killed')
    const random = createRandom(SEED)
    const log: string[] = []
    let resumed = 0
    for (let n = 1; n <= KILLS && !existsSync(join(out, 'model.json')); n++) {
      const told = 1 + Math.floor(MOST_TOLD * random.uniform())
      const laterMs = Math.floor(LATEST_MS * random.uniform())
      const last = await killed(out, told, laterMs)
      log.push(`kill ${n}, ${laterMs} ms after ${told} messages: ${last}`)
    }
    await finetune(out, ({ message }) => {
      if (message.startsWith('resuming ')) resumed++
    })
    console.info(`seed ${SEED}\n${log.join('\n')}`)
    expect(log.length).toBeGreaterThan(2)
    expect(resumed).toBe(1)
    expect(weights(out).equals(weights(undisturbed)), log.join('\n')).toBe(true)
    expect((await readModel(out)).manifest.weightsSha256).toBe(
      (await readModel(undisturbed)).manifest.weightsSha256
    )
    const steps = readFileSync(join(out, 'curves.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: number; values: Record<string, number> })
      .filter(({ values }) => 'loss' in values)
      .map(({ step }) => step)
    expect(steps).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
    const strays = readdirSync(out).filter((name) => name.startsWith('.hippospike-'))
    expect(strays, 'what a kill left goes with the next writing').toEqual([])
  })

  it('while it writes its model over an older one leaves one of them whole', async () => {
    const out = folder.file('overwritten')
    await finetune(out)
    const whole = weights(out)
    const random = createRandom(SEED + 1)
    for (let n = 0; n < 5; n++) {
      // All is trained: what is left is to write the model again.
      await killed(out, 1, Math.floor(LATEST_MS * random.uniform()))
      const { manifest } = await readModel(out)
      expect(manifest.stage).toBe('fine-tuned')
    }
    await finetune(out)
    expect(weights(out).equals(whole)).toBe(true)
  })
})
