import { join } from 'node:path'
import { Option, type Command } from 'commander'
import { HippospikeError } from '../../../../shared/errors'
import {
  stagesRequestSchema,
  stagesResultSchema,
  type StageScore,
  type StagesRequest,
  type StagesResult
} from '../../../../shared/stages'
import { annOf } from '../../../workspace/ann-of'
import { makeFolder } from '../../../workspace/atomic-write'
import { readManifest } from '../../../workspace/model-folder'
import { calibrationSet } from '../../../jobs/stages-case'
import type { CliHost } from '../host'
import { DEFAULT_MODEL, resolveModel } from '../models'
import { withCommonOptions, type CommonOptions } from '../options'
import { decimals, fields, printResult, table } from '../output'
import { runForCommand } from '../run-job'

interface StagesOptions extends CommonOptions {
  snn: string
  ann?: string
  truth?: string
  calibration?: string
  side: StagesRequest['side']
  out?: string
  force?: true
}

/** `hippospike stages`: an ANN, its conversion and the fine-tuned network on one image. */
export function addStages(program: Command, host: CliHost): void {
  const command = program
    .command('stages')
    .summary('compare an ANN, its conversion and the fine-tuned network on one image')
    .description(
      'Segments one image, a crop around a hippocampus or a head, with an ANN, with its plain conversion to spikes,\n' +
        'and with a fine-tuned spiking network: Dice, firing rate and energy over the timesteps, and how far the spikes\n' +
        "of each layer are from the ANN's activations."
    )
    .argument('<image>', 'NIfTI, NRRD, MetaImage, MGH or MGZ file')
    .option(
      '--snn <id|dir>',
      'the fine-tuned network: a model, or the folder of one',
      DEFAULT_MODEL
    )
    .option(
      '--ann <id|dir>',
      'the ANN; by default the one that --snn was made of, where it is here'
    )
    .option('--truth <mask>', "mask to score against; without it, the ANN's own")
    .option(
      '--calibration <dir>',
      "data set that the plain conversion is calibrated on; the program's own by default"
    )
    .addOption(
      new Option('--side <side>', 'of a head: what to segment; of a crop: what it shows')
        .choices(['left', 'right', 'both'])
        .default('both')
    )
    .option('--out <dir>', 'also write the three masks: ann, converted and fine-tuned.nii.gz')
    .option('--force', 'replace existing masks')
    .action((image: string, options: StagesOptions) => stages(host, image, options))
  withCommonOptions(command, [
    'hippospike stages crop.nii.gz --truth expert.nii.gz',
    'hippospike stages head.nii.gz --snn models/mine --out masks --json'
  ])
}

async function stages(host: CliHost, image: string, options: StagesOptions): Promise<void> {
  const { truth = null, out = null, side } = options
  const snn = await resolveModel(options.snn, host.modelsDir)
  const manifest = await readManifest(snn)
  if (manifest.spiking === null) {
    throw new HippospikeError('usage', `--snn ${options.snn}: is an ANN; name a spiking network`)
  }
  const ann =
    options.ann === undefined
      ? await annOf(manifest, host.modelsDir, null)
      : { dir: await resolveModel(options.ann, host.modelsDir), warning: null }
  if (out !== null) await makeFolder(out)
  const found = await runForCommand(host, options, {
    kind: 'stages',
    requestSchema: stagesRequestSchema,
    request: {
      image,
      snn,
      ann: ann.dir,
      calibration: options.calibration ?? (await calibrationSet(join(host.modelsDir, '..'))),
      truth,
      side,
      boxes: null,
      template: host.templateDir,
      masks: out === null ? null : masksIn(out),
      force: options.force ?? false
    },
    resultSchema: stagesResultSchema
  })
  const warnings = [...(ann.warning === null ? [] : [ann.warning]), ...found.warnings]
  if (ann.warning !== null) host.err(`hippospike: warning: ${ann.warning}\n`)
  printResult(host, options, { ...found, warnings }, () => describe(found))
}

function masksIn(out: string): NonNullable<StagesRequest['masks']> {
  const file = (name: string): string => join(out, `${name}.nii.gz`)
  return { ann: file('ann'), converted: file('converted'), fineTuned: file('fine-tuned') }
}

function describe(result: StagesResult): string {
  const { annDice, converted, fineTuned, conversion } = result
  const scores = table(
    [
      ['stage', 'T', 'Dice whole', 'anterior', 'posterior', 'firing rate', 'energy, ANN ÷ this'],
      ...(annDice === null
        ? []
        : [['ANN', '', ...[annDice.whole, annDice.anterior, annDice.posterior].map(dice), '', '']]),
      ...converted.map((score) => row('converted', score)),
      ...fineTuned.map((score) => row('fine-tuned', score))
    ],
    1
  )
  const layers = table([
    ['layer', 'converted', 'fine-tuned'],
    ...result.layerErrors.map((one) => [one.layer, share(one.converted), share(one.fineTuned)])
  ])
  const details = fields([
    ['ANN', result.ann],
    ['fine-tuned', result.snn],
    [
      'Dice against',
      result.diceAgainst === 'truth' ? 'the mask given' : "the ANN's mask: how alike, not how right"
    ],
    [
      'plain conversion',
      `${conversion.mode} spikes, percentile ${conversion.percentile}, scale ${conversion.scale}, ${conversion.cases} cases`
    ],
    ['time', `${result.seconds.toFixed(1)} s`]
  ])
  const heading = `Distance of the layers from the ANN's activations at T=${result.timesteps}, mean|a − r| / mean|a|`
  return `${scores}\n\n${heading}\n${layers}\n\n${details}`
}

function row(stage: string, score: StageScore): string[] {
  const { timesteps, diceWhole, diceAnterior, dicePosterior, meanFiringRate, energyRatio } = score
  return [
    stage,
    String(timesteps),
    ...[diceWhole, diceAnterior, dicePosterior].map(dice),
    decimals(meanFiringRate, 4),
    decimals(energyRatio, 2)
  ]
}

function dice(value: number | null): string {
  return decimals(value, 4)
}

function share(value: number | null): string {
  return decimals(value, 3)
}
