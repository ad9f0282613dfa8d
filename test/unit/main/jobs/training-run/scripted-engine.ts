import { cpSync } from 'node:fs'
import { jobs } from '../../../../../src/main/engine/jobs'
import type { JobCall } from '../../../../../src/main/jobs/engine-client'
import type { RunJob } from '../../../../../src/main/jobs/segment-case'
import { HippospikeError } from '../../../../../src/shared/errors'
import type {
  EvaluateRequest,
  EvaluateResult,
  FinetuneRequest
} from '../../../../../src/shared/jobs'
import type { Measurement } from '../../../../../src/shared/measure'
import { testContext } from '../../../../fixtures/job-context'

export const MEASURED: Measurement = {
  runtime: 'native',
  secondsPerStep: 2,
  secondsPerCase: 1,
  epochs: 3,
  validateEvery: 1,
  sampling: { batchSize: 1, stepsPerEpoch: 10, rehearsalShare: 0.5 },
  parameters: 1000,
  peakMemoryBytes: 2 ** 30
}

/** An engine whose training ends when the test says so, and whose scores are the test's; voxels are looked at in earnest. */
export class ScriptedEngine {
  /** What was asked for, in order. */
  readonly asked: string[] = []
  /** Whole Dice of a model's folder on a set of cases. */
  dice: (request: EvaluateRequest) => number = () => 0.5
  private finish: (() => void) | null = null
  private fail: ((thrown: unknown) => void) | null = null
  private progress: JobCall<unknown>['onProgress']

  readonly run: RunJob = async (call) => {
    if (call.signal?.aborted) throw new HippospikeError('cancelled', 'cancelled')
    this.asked.push(call.kind)
    return call.resultSchema.parse(await this.answer(call as JobCall<unknown>))
  }

  /** Resolves once a training runs. */
  async training(): Promise<void> {
    while (this.finish === null) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  /** The training is so far. */
  tell(fraction: number): void {
    this.progress?.({ stage: 'fine-tune', fraction, message: 'epoch 1 of 3, step 4 of 10' })
  }

  succeed(): void {
    this.finish?.()
    this.finish = null
  }

  break(thrown: unknown): void {
    this.fail?.(thrown)
    this.finish = null
  }

  private async answer(call: JobCall<unknown>): Promise<unknown> {
    switch (call.kind) {
      case 'inspect-cases':
      case 'cut-cases':
        return (await jobs.get(call.kind)!()).run(call.request, testContext())
      case 'measure-step':
        return MEASURED
      case 'evaluate':
        return this.scores(call.request as EvaluateRequest)
      default:
        return this.train(call)
    }
  }

  private train({ kind, request, signal, onProgress }: JobCall<unknown>): Promise<unknown> {
    const { model, out } = request as FinetuneRequest
    this.progress = onProgress
    return new Promise((resolve, reject) => {
      this.fail = reject
      this.finish = () => {
        cpSync(model, out, { recursive: true })
        const common = { out, seconds: 1, runtime: 'native', validation: null, warnings: [] }
        resolve({ ...common, model: 'snn', stage: kind })
      }
      signal?.addEventListener('abort', () => {
        this.break(new HippospikeError('cancelled', 'cancelled'))
      })
    })
  }

  private scores(request: EvaluateRequest): EvaluateResult {
    const dice = this.dice(request)
    const scores = {
      ...{ diceAnterior: dice, dicePosterior: dice, diceWhole: dice },
      ...{ hd95Anterior: null, hd95Posterior: null, hd95Whole: null }
    }
    const ids = request.split === 'test' ? ['tiny1'] : ['a', 'b']
    return {
      model: 'snn',
      runtime: 'event',
      timesteps: 4,
      timestepsRun: 4,
      split: request.split,
      cases: ids.map((id) => ({ id, ...scores, seconds: 1 })),
      mean: scores,
      firingRate: {},
      meanFiringRate: 0.1,
      synapticOperations: 1,
      neuronUpdates: 1,
      accumulates: 1,
      macs: 1,
      energyRatio: 1,
      secondsPerCase: 1
    }
  }
}
