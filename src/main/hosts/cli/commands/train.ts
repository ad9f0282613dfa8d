import { Option, type Command } from 'commander'
import { HippospikeError } from '../../../../shared/errors'
import { modelResultSchema, trainRequestSchema } from '../../../../shared/jobs'
import { spikeModeSchema, type SpikeMode } from '../../../../shared/model'
import type { CliHost } from '../host'
import { describeModelResult } from '../model-result'
import {
  timestepsOption,
  withCommonOptions,
  withModelFolders,
  type CommonOptions,
  type ModelFolderOptions
} from '../options'
import { printResult } from '../output'
import { runForCommand } from '../run-job'
import {
  definedOnly,
  isRecord,
  settingsOf,
  withSettingOptions,
  type SettingOptions,
  type Settings
} from '../settings'

export interface TrainOptions extends CommonOptions, ModelFolderOptions, SettingOptions {
  direct?: true
  timesteps?: number
  spikes?: SpikeMode
}

/** `hippospike train`: the first stage. */
export function addTrain(program: Command, host: CliHost): void {
  const command = program
    .command('train')
    .summary('train an ordinary network (stage 1)')
    .description(
      'Trains the ordinary network (ANN) and writes it as a model folder. An interrupted training goes on from\n' +
        'its last checkpoint when the same command is given again.'
    )
  withSettingOptions(withModelFolders(command))
    .option('--direct', 'train a spiking network from random weights instead, for comparison')
    .addOption(timestepsOption('with --direct: timesteps (1–64)'))
    .addOption(
      new Option('--spikes <mode>', 'with --direct: what a spike can be').choices(
        spikeModeSchema.options
      )
    )
    .action((options: TrainOptions) => train(host, options))
  withCommonOptions(command, [
    'hippospike train --data Task04_Hippocampus --out models/my-ann',
    'hippospike train --data Task04_Hippocampus --out models/quick --epochs 10 --seed 1',
    'hippospike train --data Task04_Hippocampus --out models/direct --direct --timesteps 4'
  ])
}

async function train(host: CliHost, options: TrainOptions): Promise<void> {
  const result = await runForCommand(host, options, {
    kind: 'train',
    requestSchema: trainRequestSchema,
    request: {
      data: options.data,
      out: options.out,
      force: options.force,
      settings: await trainSettings(options)
    },
    resultSchema: modelResultSchema
  })
  printResult(host, options, result, () => describeModelResult(result))
}

/**
 * Settings of the first stage from --config and the options.
 *
 * @throws HippospikeError (usage) for options of a spiking network without one
 */
export async function trainSettings(
  options: Omit<TrainOptions, keyof ModelFolderOptions>
): Promise<Settings> {
  const settings = await settingsOf(options)
  const spiking = definedOnly({ timesteps: options.timesteps, mode: options.spikes })
  const inFile = settings['direct']
  if (options.direct || isRecord(inFile)) {
    return { ...settings, direct: { ...(isRecord(inFile) ? inFile : {}), ...spiking } }
  }
  if (Object.keys(spiking).length > 0) {
    throw new HippospikeError(
      'usage',
      '--timesteps and --spikes need --direct: an ordinary network has neither'
    )
  }
  return settings
}
