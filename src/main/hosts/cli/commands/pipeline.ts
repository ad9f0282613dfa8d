import { join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { HippospikeError } from '../../../../shared/errors'
import { firstIssue } from '../../../../shared/issues'
import {
  convertRequestSchema,
  finetuneRequestSchema,
  modelResultSchema,
  trainRequestSchema,
  type ModelResult
} from '../../../../shared/jobs'
import { readManifest } from '../../../workspace/model-folder'
import type { CliHost } from '../host'
import { describeModelResult } from '../model-result'
import { hasModel } from '../models'
import { withCommonOptions, wholeNumber, type CommonOptions } from '../options'
import { printResult } from '../output'
import { runForCommand } from '../run-job'
import { definedOnly, readSettings } from '../settings'
import { conversionOf, withConversionOptions, type ConversionOptions } from './convert'

interface PipelineOptions extends CommonOptions, ConversionOptions {
  data: string
  out: string
  config?: string
  seed?: number
}

const stageSettings = z.record(z.string(), z.unknown()).default({})
const pipelineConfigSchema = z.strictObject({ train: stageSettings, finetune: stageSettings })

/** The threshold scale that the models that ship were fine-tuned from. */
const DEFAULT_SCALE = 0.85

interface Stage {
  name: 'ann' | 'converted' | 'snn'
  out: string
  run: () => Promise<ModelResult>
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
      'Trains an ordinary network into OUT/ann, converts it into OUT/converted and fine-tunes that, distilling from\n' +
        'the ordinary one, into OUT/snn. Given again, it skips finished stages and goes on with the interrupted one.'
    )
    .requiredOption('--data <dir>', "data set in the Decathlon's layout")
    .requiredOption('--out <dir>', 'folder for the three models')
    .option('--config <file>', 'JSON file: { "train": { settings }, "finetune": { settings } }')
    .option('--seed <n>', 'seed of everything random', wholeNumber(0))
  withConversionOptions(command, DEFAULT_SCALE).action((options: PipelineOptions) =>
    pipeline(host, options)
  )
  withCommonOptions(command, [
    'hippospike pipeline --data Task04_Hippocampus --out models/mine',
    'hippospike pipeline --data Task04_Hippocampus --out models/t2 --timesteps 2 --scale 0.6 --seed 1'
  ])
}

async function pipeline(host: CliHost, options: PipelineOptions): Promise<void> {
  const done: FinishedStage[] = []
  for (const { name, out, run } of await stagesOf(host, options)) {
    const skipped = await hasModel(out)
    if (skipped) await readManifest(out)
    if (!options.quiet) {
      host.err(skipped ? `${name}: finished already in ${out}, skipped\n` : `${name}: ${out}\n`)
    }
    done.push({ stage: name, out, skipped, result: skipped ? null : await run() })
  }
  printResult(host, options, { stages: done }, () => done.map(describeStage).join('\n\n'))
}

async function stagesOf(host: CliHost, options: PipelineOptions): Promise<Stage[]> {
  const config = await configOf(options)
  const seed = definedOnly({ seed: options.seed })
  const { data } = options
  const ann = join(options.out, 'ann')
  const converted = join(options.out, 'converted')
  const snn = join(options.out, 'snn')
  return [
    {
      name: 'ann',
      out: ann,
      run: () =>
        runForCommand(host, options, {
          kind: 'train',
          requestSchema: trainRequestSchema,
          request: { data, out: ann, settings: { ...config.train, ...seed } },
          resultSchema: modelResultSchema
        })
    },
    {
      name: 'converted',
      out: converted,
      run: () =>
        runForCommand(host, options, {
          kind: 'convert',
          requestSchema: convertRequestSchema,
          request: { data, out: converted, model: ann, ...conversionOf(options) },
          resultSchema: modelResultSchema
        })
    },
    {
      name: 'snn',
      out: snn,
      run: () =>
        runForCommand(host, options, {
          kind: 'finetune',
          requestSchema: finetuneRequestSchema,
          request: {
            data,
            out: snn,
            model: converted,
            teacher: ann,
            settings: { ...config.finetune, ...seed }
          },
          resultSchema: modelResultSchema
        })
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
