import type { Command } from 'commander'
import { SITE_PRESETS, type PresetName } from '../../../../shared/training-presets'
import { recordCommand, RUN_FILE } from '../command-run'
import type { CliHost } from '../host'
import { describeModelResult } from '../model-result'
import { runModelStage } from '../model-stage'
import { modelName, resolveModel } from '../models'
import {
  timestepsOption,
  withCommonOptions,
  withModelFolders,
  type CommonOptions,
  type ModelFolderOptions
} from '../options'
import { printResult } from '../output'
import { rehearsalFolder, withRehearsalOption } from '../rehearsal'
import {
  definedOnly,
  settingsOf,
  withPresetOption,
  withSettingOptions,
  type SettingOptions
} from '../settings'

interface FinetuneOptions extends CommonOptions, ModelFolderOptions, SettingOptions {
  model: string
  teacher?: string
  timesteps?: number
  rehearsal?: string
  preset?: PresetName
}

/** `hippospike finetune`: the third stage. */
export function addFinetune(program: Command, host: CliHost): void {
  const command = program
    .command('finetune')
    .summary('fine-tune a spiking network by backpropagation (stage 3)')
    .description(
      'Fine-tunes a spiking model by backpropagation through its spikes and time, thresholds included.\n' +
        'An interrupted training goes on from its last checkpoint when the same command is given again.\n' +
        `OUT/${RUN_FILE} keeps everything that "hippospike replay" needs to do it again.`
    )
    .requiredOption(
      '--model <id|dir>',
      'where to start: a model of "hippospike models", or a folder'
    )
  withModelFolders(command).option('--teacher <id|dir>', 'ANN to distil from as well')
  withRehearsalOption(command)
  withPresetOption(command, "to adapt a model to a site's cases, with --rehearsal shipped")
  withSettingOptions(command)
    .addOption(timestepsOption("timesteps to tune (1–64; the model's own by default)"))
    .action((options: FinetuneOptions) => finetune(host, options))
  withCommonOptions(command, [
    'hippospike finetune --model models/converted --teacher models/my-ann --data Task04_Hippocampus --out models/my-snn',
    'hippospike finetune --model snn --preset standard --rehearsal shipped --data my-cases --out models/my-site',
    'hippospike finetune --model snn --data my-cases --out models/my-site --epochs 3 --learning-rate 1e-3'
  ])
}

async function finetune(host: CliHost, options: FinetuneOptions): Promise<void> {
  const { data, out, teacher, timesteps, rehearsal } = options
  const settings = {
    ...(options.preset && SITE_PRESETS[options.preset].finetune),
    ...(await settingsOf(options)),
    ...definedOnly({ timesteps })
  }
  const request = {
    data,
    out,
    force: options.force,
    model: await resolveModel(options.model, host.modelsDir),
    teacher:
      teacher === undefined ? null : await resolveModel(teacher, host.modelsDir, '--teacher'),
    rehearsal: await rehearsalFolder(host, rehearsal),
    settings
  }
  const result = await runModelStage(host, options, { kind: 'finetune', out, request })
  await recordCommand(host, out, {
    command: 'finetune',
    data,
    rehearsal,
    stages: [
      {
        name: 'snn',
        kind: 'finetune',
        folder: '.',
        model: { named: modelName(options.model, request.model) },
        teacher: request.teacher === null ? null : { named: modelName(teacher!, request.teacher) }
      }
    ]
  })
  printResult(host, options, result, () => describeModelResult(result))
}
