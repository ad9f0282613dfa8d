import type { Command } from 'commander'
import { finetuneRequestSchema, modelResultSchema } from '../../../../shared/jobs'
import type { CliHost } from '../host'
import { describeModelResult } from '../model-result'
import { resolveModel } from '../models'
import { timestepsOption, withCommonOptions, type CommonOptions } from '../options'
import { printResult } from '../output'
import { runForCommand } from '../run-job'
import { definedOnly, settingsOf, withSettingOptions, type SettingOptions } from '../settings'

interface FinetuneOptions extends CommonOptions, SettingOptions {
  model: string
  data: string
  out: string
  teacher?: string
  timesteps?: number
}

/** `hippospike finetune`: the third stage. */
export function addFinetune(program: Command, host: CliHost): void {
  const command = program
    .command('finetune')
    .summary('fine-tune a spiking network by backpropagation (stage 3)')
    .description(
      'Fine-tunes a spiking model by backpropagation through its spikes and through time, thresholds included.\n' +
        'An interrupted training goes on from its last checkpoint when the same command is given again.'
    )
    .requiredOption(
      '--model <id|dir>',
      'where to start: a model of "hippospike models", or a folder'
    )
    .requiredOption('--data <dir>', "data set in the Decathlon's layout")
    .requiredOption('--out <dir>', 'folder of the model to write')
    .option('--teacher <id|dir>', 'ANN to distil from as well')
  withSettingOptions(command)
    .addOption(timestepsOption("timesteps to tune (1–64; the model's own by default)"))
    .action((options: FinetuneOptions) => finetune(host, options))
  withCommonOptions(command, [
    'hippospike finetune --model models/converted --teacher models/my-ann --data Task04_Hippocampus --out models/my-snn',
    'hippospike finetune --model snn --data my-cases --out models/my-site --epochs 3 --learning-rate 1e-3'
  ])
}

async function finetune(host: CliHost, options: FinetuneOptions): Promise<void> {
  const { data, out, teacher, timesteps } = options
  const settings = { ...(await settingsOf(options)), ...definedOnly({ timesteps }) }
  const result = await runForCommand(host, options, {
    kind: 'finetune',
    requestSchema: finetuneRequestSchema,
    request: {
      data,
      out,
      model: await resolveModel(options.model, host.modelsDir),
      teacher: teacher === undefined ? null : await resolveModel(teacher, host.modelsDir),
      settings
    },
    resultSchema: modelResultSchema
  })
  printResult(host, options, result, () => describeModelResult(result))
}
