import { join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { HippospikeError } from '../../../../shared/errors'
import { firstIssue } from '../../../../shared/issues'
import { SCHEME_PRESETS, type PresetName } from '../../../../shared/training-presets'
import type { ModelResult } from '../../../../shared/jobs'
import { openDataset } from '../../../imaging/dataset'
import { recordCommand, RUN_FILE, type NamedModel } from '../command-run'
import { checkFinished } from '../finished-stage'
import type { CliHost } from '../host'
import { describeModelResult } from '../model-result'
import { runModelStage, type ModelStage } from '../model-stage'
import { hasModel, modelName, resolveModel } from '../models'
import { withCommonOptions, wholeNumber, type CommonOptions } from '../options'
import { printResult } from '../output'
import { rehearsalFolder, withRehearsalOption } from '../rehearsal'
import { definedOnly, readSettings, withPresetOption, type Settings } from '../settings'
import { conversionOf, withConversionOptions, type ConversionOptions } from './convert'

interface PipelineOptions extends CommonOptions, ConversionOptions {
  data: string
  out: string
  config?: string
  seed?: number
  fromAnn?: string
  rehearsal?: string
  preset?: PresetName
}

const stageSettings = z.record(z.string(), z.unknown()).default({})
const pipelineConfigSchema = z.strictObject({ train: stageSettings, finetune: stageSettings })

/** The threshold scale that the models that ship were fine-tuned from. */
const DEFAULT_SCALE = 0.85

interface Stage extends ModelStage {
  name: 'ann' | 'converted' | 'snn'
  model: NamedModel | null
  teacher: NamedModel | null
  /** Settings that were given. */
  asked: Settings
}

interface FinishedStage {
  stage: Stage['name']
  out: string
  /** Found finished, by an earlier run. */
  skipped: boolean
  result: ModelResult | null
}

/** `hippospike pipeline`: the three stages in a row. */
export function addPipeline(program: Command, host: CliHost): void {
  const command = program
    .command('pipeline')
    .summary('train, convert and fine-tune in a row')
    .description(
      'Trains an ordinary network into OUT/ann, converts it into OUT/converted and fine-tunes that,\n' +
        'distilling from the ordinary one, into OUT/snn. Given again, it skips finished stages and goes on\n' +
        'with the interrupted one.\n' +
        `OUT/${RUN_FILE} keeps everything that "hippospike replay" needs to do it again.`
    )
    .requiredOption('--data <dir>', "data set in the Decathlon's layout")
    .requiredOption('--out <dir>', 'folder for the three models')
    .option('--config <file>', 'JSON file: { "train": { settings }, "finetune": { settings } }')
    .option('--seed <n>', 'seed of everything random', wholeNumber(0))
    .option('--from-ann <id|dir>', 'ANN to go on from, in place of random weights')
  withRehearsalOption(command)
  withPresetOption(command, 'all stages')
  withConversionOptions(command, DEFAULT_SCALE).action((options: PipelineOptions) =>
    pipeline(host, options)
  )
  withCommonOptions(command, [
    'hippospike pipeline --data Task04_Hippocampus --out models/mine',
    'hippospike pipeline --data Task04_Hippocampus --out models/t2 --timesteps 2 --scale 0.6 --seed 1',
    'hippospike pipeline --from-ann ann --rehearsal shipped --data my-cases --out models/my-site'
  ])
}

async function pipeline(host: CliHost, options: PipelineOptions): Promise<void> {
  const { data, out, rehearsal } = options
  const stages = await stagesOf(host, options)
  let hash: Promise<string> | null = null
  const dataHash = (): Promise<string> =>
    (hash ??= openDataset(data).then(({ datasetHash }) => datasetHash))
  const done: FinishedStage[] = []
  for (const stage of stages) {
    const { name, out: folder } = stage
    const skipped = await hasModel(folder)
    if (skipped) await checkFinished(folder, stage.asked, dataHash)
    if (!options.quiet) {
      const what = skipped ? `finished already in ${folder}, skipped` : folder
      host.err(`${name}: ${what}\n`)
    }
    const result = skipped ? null : await runModelStage(host, options, stage)
    done.push({ stage: name, out: folder, skipped, result })
  }
  await recordCommand(host, out, {
    command: 'pipeline',
    data,
    rehearsal,
    stages: stages.map(({ name, kind, model, teacher }) => ({
      name,
      kind,
      folder: name,
      model,
      teacher
    }))
  })
  printResult(host, options, { stages: done }, () => done.map(describeStage).join('\n\n'))
}

async function stagesOf(host: CliHost, options: PipelineOptions): Promise<Stage[]> {
  const config = await configOf(options)
  const preset = options.preset && SCHEME_PRESETS[options.preset]
  const seed = definedOnly({ seed: options.seed })
  const { data, fromAnn } = options
  const rehearsal = await rehearsalFolder(host, options.rehearsal)
  const parent =
    fromAnn === undefined ? null : await resolveModel(fromAnn, host.modelsDir, '--from-ann')
  const ann = join(options.out, 'ann')
  const converted = join(options.out, 'converted')
  const snn = join(options.out, 'snn')
  const training = { ...preset?.train, ...config.train, ...seed }
  const conversion = conversionOf(options)
  const tuning = { ...preset?.finetune, ...config.finetune, ...seed }
  return [
    {
      name: 'ann',
      kind: 'train',
      out: ann,
      model: parent === null ? null : { named: modelName(fromAnn!, parent) },
      teacher: null,
      request: {
        data,
        out: ann,
        model: parent,
        rehearsal,
        settings: training
      },
      asked: training
    },
    {
      name: 'converted',
      kind: 'convert',
      out: converted,
      model: { stage: 'ann' },
      teacher: null,
      request: { data, out: converted, model: ann, ...conversion },
      asked: conversion
    },
    {
      name: 'snn',
      kind: 'finetune',
      out: snn,
      model: { stage: 'converted' },
      teacher: { stage: 'ann' },
      request: {
        data,
        out: snn,
        model: converted,
        teacher: ann,
        rehearsal,
        settings: tuning
      },
      asked: tuning
    }
  ]
}

async function configOf({
  config
}: PipelineOptions): Promise<z.infer<typeof pipelineConfigSchema>> {
  const parsed = pipelineConfigSchema.safeParse(
    config === undefined ? {} : await readSettings(config)
  )
  if (parsed.success) return parsed.data
  throw new HippospikeError('input', `--config ${config ?? ''}: ${firstIssue(parsed.error)}`)
}

function describeStage({ stage, out, skipped, result }: FinishedStage): string {
  if (skipped || result === null) return `${stage}: finished already, in ${out}`
  return `${stage}:\n${describeModelResult(result)}`
}
