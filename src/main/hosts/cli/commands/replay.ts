import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { HippospikeError } from '../../../../shared/errors'
import type { ModelResult } from '../../../../shared/jobs'
import type { Runtime } from '../../../../shared/runtime'
import { VERSION } from '../../../../shared/version'
import type { CliHost } from '../host'
import { runModelStage } from '../model-stage'
import { hasModel } from '../models'
import { withCommonOptions, type CommonOptions } from '../options'
import { printResult, ReportedError } from '../output'
import { compareStage, type StageComparison } from '../replay/compare'
import type { ReplayPlan } from '../replay/plan'
import { readRun, runFile } from '../replay/read'
import { checkSources } from '../replay/sources'

interface ReplayCommandOptions extends CommonOptions {
  out?: string
  data?: string
}

interface ReplayResult {
  out: string
  identical: boolean
  stages: StageComparison[]
  /** What else is not as it was. */
  changed: { what: 'program' | 'runtime'; run: string; replay: string }[]
}

/** `hippospike replay`: a training once more, from its run.json. */
export function addReplay(program: Command, host: CliHost): void {
  const command = program
    .command('replay')
    .summary('do a training again from its run.json, and compare the weights')
    .description(
      'Does a training of "hippospike finetune" or "pipeline" again, or a run of the app, which is a folder\n' +
        'in WORKSPACE/derivatives/hippospike/runs. Refuses data and models that are not those of the run.\n' +
        'Says whether the weights are identical, bit for bit, or which differ; then it ends with 1.'
    )
    .argument('<run>', 'run.json, or the folder it is in')
    .option(
      '--out <dir>',
      'folder for the models; by default the folder of the run, with -replay after its name'
    )
    .option('--data <dir>', 'where the data set is, if no longer where it was')
    .action((run: string, options: ReplayCommandOptions) => replay(host, run, options))
  withCommonOptions(command, [
    'hippospike replay models/my-site/run.json',
    'hippospike replay models/my-site --data moved/my-cases --out again',
    'hippospike replay my-study/derivatives/hippospike/runs/2026-11-24-first --json'
  ])
}

async function replay(host: CliHost, run: string, options: ReplayCommandOptions): Promise<void> {
  const file = await runFile(run)
  const out = resolve(options.out ?? `${dirname(file)}-replay`)
  if (out === dirname(file)) {
    throw new HippospikeError('usage', `--out ${out}: is the run's own folder; give another`)
  }
  const plan = await readRun(host, file, { out, data: options.data })
  await checkSources(plan)
  if (await hasModel(plan.stages.at(-1)!.out)) {
    // Resumed at its end, it would be compared without being done.
    throw new HippospikeError(
      'output',
      `${out}: holds a finished replay already; remove it, or give another folder with --out`
    )
  }
  const asked = options.runtime ?? plan.runtime
  const stages: StageComparison[] = []
  let last: ModelResult | null = null
  for (const stage of plan.stages) {
    if (!options.quiet) host.err(`${stage.name}: ${stage.out}\n`)
    last = await runModelStage(host, { ...options, ...(asked ? { runtime: asked } : {}) }, stage)
    stages.push(await compareStage(stage))
  }
  const result: ReplayResult = {
    out,
    identical: stages.every(({ identical }) => identical === true),
    stages,
    changed: last === null ? [] : changes(plan, last.runtime)
  }
  printResult(host, options, result, () => describe(result))
  if (stages.some(({ identical }) => identical === false)) {
    throw new ReportedError('internal', 'the weights are not those of the run')
  }
}

function changes(plan: ReplayPlan, runtime: Runtime): ReplayResult['changed'] {
  const all: ReplayResult['changed'] = [
    { what: 'program', run: plan.program, replay: VERSION },
    { what: 'runtime', run: plan.runtime ?? runtime, replay: runtime }
  ]
  return all.filter(({ run, replay: now }) => run !== now)
}

function describe({ stages, changed }: ReplayResult): string {
  const lines = stages.map((stage) => `${stage.name}: ${verdict(stage)} (${stage.out})`)
  for (const { what, run, replay: now } of changed) {
    lines.push(`the ${what} is not the same: ${run} then, ${now} now`)
  }
  return lines.join('\n')
}

function verdict({ identical, different }: StageComparison): string {
  if (identical === null) return 'the run has no weights to compare with'
  if (identical) return 'identical, bit for bit'
  if (different === null) return 'differs; the weights of the run are not there to compare with'
  const reshaped = different.find(({ largest }) => largest === null)
  if (reshaped) return `differs: ${reshaped.name} is of another size`
  const largest = Math.max(...different.map((tensor) => tensor.largest ?? 0))
  const most = different.find((tensor) => tensor.largest === largest)
  return `differs in ${different.length} tensors, most in ${most?.name ?? '–'}: by ${largest.toExponential(1)}`
}
