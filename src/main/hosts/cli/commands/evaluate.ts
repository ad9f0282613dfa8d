import { Option, type Command } from 'commander'
import {
  evaluateRequestSchema,
  evaluateResultSchema,
  evaluateSplitSchema,
  type EvaluateRequest,
  type EvaluateResult
} from '../../../../shared/jobs'
import type { CliHost } from '../host'
import { inferenceOf, withInferenceOptions, type GivenInferenceOptions } from '../inference-options'
import { DEFAULT_MODEL, resolveModel } from '../models'
import { withCommonOptions, type CommonOptions } from '../options'
import { decimals, fields, printResult, table } from '../output'
import { runForCommand } from '../run-job'

interface EvaluateOptions extends CommonOptions, GivenInferenceOptions {
  data: string
  split: EvaluateRequest['split']
  model: string
}

type Scores = EvaluateResult['mean']

/** `hippospike evaluate`: a model against labelled cases. */
export function addEvaluate(program: Command, host: CliHost): void {
  const command = program
    .command('evaluate')
    .summary('score a model on labelled cases')
    .description(
      'Scores a model on labelled cases: Dice, HD95 (mm), firing rates, synaptic operations and the energy\n' +
        'of the ANN relative to the SNN (4.6 pJ a multiply-accumulate, 0.9 pJ an accumulate).'
    )
    .requiredOption('--data <dir>', "data set in the Decathlon's layout")
    .addOption(
      new Option('--split <split>', 'cases to score')
        .choices(evaluateSplitSchema.options)
        .default('all')
    )
    .option(
      '--model <id|dir>',
      'a model of "hippospike models", or the folder of one',
      DEFAULT_MODEL
    )
  withInferenceOptions(command).action((options: EvaluateOptions) => evaluate(host, options))
  withCommonOptions(command, [
    'hippospike evaluate --data Task04_Hippocampus --split validation',
    'hippospike evaluate --data Task04_Hippocampus --model snn --timesteps 2 --json'
  ])
}

async function evaluate(host: CliHost, options: EvaluateOptions): Promise<void> {
  const result = await runForCommand(host, options, {
    kind: 'evaluate',
    requestSchema: evaluateRequestSchema,
    request: {
      data: options.data,
      split: options.split,
      model: await resolveModel(options.model, host.modelsDir),
      ...inferenceOf(options)
    },
    resultSchema: evaluateResultSchema
  })
  printResult(host, options, result, () => describe(result))
}

function describe(result: EvaluateResult): string {
  const { mean, timesteps } = result
  const scores = table([
    ['case', 'Dice anterior', 'posterior', 'whole', 'HD95 anterior', 'posterior', 'whole'],
    ...result.cases.map((one) => row(one.id, one)),
    row('mean', mean)
  ])
  const rates = Object.entries(result.firingRate).map(
    ([layer, rate]) => `${layer} ${rate.toFixed(3)}`
  )
  const details = fields([
    ['model', `${result.model} on ${result.runtime}`],
    ['cases', `${result.cases.length} (${result.split})`],
    ['timesteps', timesteps === null ? null : timestepsText(timesteps, result.timestepsRun)],
    [
      'mean firing rate',
      result.meanFiringRate === null ? null : decimals(result.meanFiringRate, 4)
    ],
    ['firing rates', rates.length === 0 ? null : rates.join(', ')],
    ['synaptic operations a case', millions(result.synapticOperations)],
    ['accumulates done a case', millions(result.accumulates)],
    ['neuron updates a case', millions(result.neuronUpdates)],
    ["the ANN's MACs a case", millions(result.macs)],
    ['energy, ANN ÷ SNN', result.energyRatio === null ? null : decimals(result.energyRatio, 2)],
    ['time a case', `${result.secondsPerCase.toFixed(2)} s`]
  ])
  return `${scores}\n\n${details}`
}

function timestepsText(asked: number, run: number | null): string {
  return run === null || run === asked ? String(asked) : `${asked}, ${run.toFixed(2)} run a case`
}

function row(name: string, scores: Scores): string[] {
  return [
    name,
    decimals(scores.diceAnterior, 4),
    decimals(scores.dicePosterior, 4),
    decimals(scores.diceWhole, 4),
    decimals(scores.hd95Anterior, 2),
    decimals(scores.hd95Posterior, 2),
    decimals(scores.hd95Whole, 2)
  ]
}

function millions(count: number | null): string | null {
  return count === null ? null : `${(count / 1e6).toFixed(1)} million`
}
