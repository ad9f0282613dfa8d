import { Option, type Command } from 'commander'
import {
  convertRequestSchema,
  modelResultSchema,
  type ConvertRequest
} from '../../../../shared/jobs'
import { spikeModeSchema, type SpikeMode } from '../../../../shared/model'
import type { CliHost } from '../host'
import { describeModelResult } from '../model-result'
import { resolveModel } from '../models'
import {
  realNumber,
  timestepsOption,
  withCommonOptions,
  withModelFolders,
  type CommonOptions,
  type ModelFolderOptions
} from '../options'
import { printResult } from '../output'
import { runForCommand } from '../run-job'

/** How to convert, as the options give it. */
export interface ConversionOptions {
  timesteps: number
  spikes: SpikeMode
  method: ConvertRequest['method']
  percentile: number
  granularity: ConvertRequest['granularity']
  scale: number
  outputScaling: boolean
  initialPotential: number
}

interface ConvertOptions extends CommonOptions, ModelFolderOptions, ConversionOptions {
  model: string
}

/** `hippospike convert`: the second stage. */
export function addConvert(program: Command, host: CliHost): void {
  const command = program
    .command('convert')
    .summary('convert an ordinary network into a spiking one (stage 2)')
    .description(
      'Converts an ordinary network (ANN) into a spiking one without training: folds its batch normalisation and\n' +
        'balances the firing thresholds on the training cases. Says what cannot be converted, and why.'
    )
    .requiredOption('--model <id|dir>', 'the ANN: a model of "hippospike models", or a folder')
  withConversionOptions(withModelFolders(command), 1).action((options: ConvertOptions) =>
    convert(host, options)
  )
  withCommonOptions(command, [
    'hippospike convert --model models/my-ann --data Task04_Hippocampus --out models/my-snn',
    'hippospike convert --model ann --data Task04_Hippocampus --out models/t2 --timesteps 2 --scale 0.6',
    'hippospike convert --model ann --data Task04_Hippocampus --out models/signed --spikes ternary-memory'
  ])
}

/**
 * Adds the options of the conversion itself.
 *
 * @param defaultScale 1 converts faithfully; a conversion that is fine-tuned may start lower, at finer steps of the rate
 */
export function withConversionOptions(command: Command, defaultScale: number): Command {
  return command
    .addOption(timestepsOption('timesteps to convert for (1–64)').default(4))
    .addOption(
      new Option('--spikes <mode>', 'what a spike can be')
        .choices(spikeModeSchema.options)
        .default('binary')
    )
    .addOption(
      new Option('--method <method>', 'how thresholds are found')
        .choices(['percentile', 'qcfs'])
        .default('percentile')
    )
    .option(
      '--percentile <p>',
      'percentile of the activations that becomes the threshold',
      realNumber(50, 100, { above: true }),
      99.9
    )
    .addOption(
      new Option('--granularity <what>', 'one threshold a layer, or one a channel')
        .choices(['layer', 'channel'])
        .default('layer')
    )
    .option(
      '--scale <factor>',
      'factor on the thresholds',
      realNumber(0, Infinity, { above: true }),
      defaultScale
    )
    .option('--no-output-scaling', 'let a spike keep its worth when the thresholds are learned')
    .option(
      '--initial-potential <fraction>',
      'membrane potential at the start, in thresholds',
      realNumber(0, 1),
      0.5
    )
}

/** The request's part that the options of the conversion make up. */
export function conversionOf(
  options: ConversionOptions
): Omit<ConvertRequest, 'data' | 'out' | 'model'> {
  const { timesteps, spikes, method, percentile, granularity, scale } = options
  const { outputScaling, initialPotential } = options
  return {
    timesteps,
    mode: spikes,
    method,
    percentile,
    granularity,
    scale,
    outputScaling,
    initialPotential
  }
}

async function convert(host: CliHost, options: ConvertOptions): Promise<void> {
  const result = await runForCommand(host, options, {
    kind: 'convert',
    requestSchema: convertRequestSchema,
    request: {
      data: options.data,
      out: options.out,
      force: options.force,
      model: await resolveModel(options.model, host.modelsDir),
      ...conversionOf(options)
    },
    resultSchema: modelResultSchema
  })
  printResult(host, options, result, () => describeModelResult(result))
}
