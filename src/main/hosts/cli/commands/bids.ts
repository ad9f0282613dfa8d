import { setMaxListeners } from 'node:events'
import { Argument, Option, type Command } from 'commander'
import { enginesFor, thisMachine } from '../../../batch/engines'
import { summariseGroup, type GroupResult } from '../../../batch/group'
import { ensureOutputDataset } from '../../../batch/output-dataset'
import { runParticipants, type ScanOutcome } from '../../../batch/participants'
import type { BatchPlan } from '../../../batch/plan'
import { findScans, type FoundScans } from '../../../batch/scans'
import { modelResultName } from '../../../jobs/segment-case'
import { labelOf } from '../../../workspace/layout'
import { readManifest } from '../../../workspace/model-folder'
import { HippospikeError } from '../../../../shared/errors'
import type { CliHost } from '../host'
import { inferenceOf, withInferenceOptions, type GivenInferenceOptions } from '../inference-options'
import { DEFAULT_MODEL, resolveModel } from '../models'
import { realNumber, wholeNumber, withCommonOptions, type CommonOptions } from '../options'
import { decimals, fields, printResult, ReportedError } from '../output'
import { ProgressDisplay } from '../progress'

interface BidsOptions extends CommonOptions, GivenInferenceOptions {
  participantLabel?: string[]
  participant_label?: string[]
  sessionLabel?: string[]
  session_label?: string[]
  model: string
  jobs?: number
  memory?: number
  repeatability?: true
  force?: true
}

const GIGABYTE = 1e9

/** `hippospike bids`: every T1-weighted scan of a BIDS dataset, as a BIDS-App. */
export function addBids(program: Command, host: CliHost): void {
  const command = program
    .command('bids')
    .summary('segment the scans of a BIDS dataset, and summarise them')
    .description(
      'As a BIDS-App: "participant" segments every T1-weighted scan of a BIDS dataset into a derivative\n' +
        'dataset, several at a time; "group" puts the volumes into a table and all masks on a page to look at.\n' +
        'What is done already is skipped, so that an interrupted run is given again. A scan that fails stops no other;\n' +
        'the exit code is then that of its failure, or 1 where several failed in different ways.'
    )
    .argument('<bids_dir>', 'folder of the dataset')
    .argument('<output_dir>', 'folder of the derivative dataset; made where it is not there')
    .addArgument(new Argument('<analysis_level>', 'what to do').choices(['participant', 'group']))
    .option('--participant-label <label...>', 'these participants alone, with or without sub-')
    .option('--session-label <label...>', 'these sessions alone, with or without ses-')
    .option(
      '--model <id|dir>',
      'a model of "hippospike models", or the folder of one',
      DEFAULT_MODEL
    )
  withInferenceOptions(command)
    .option(
      '--jobs <n>',
      'scans at a time; by default one a core, as memory allows',
      wholeNumber(1, 256)
    )
    .option(
      '--memory <GB>',
      'memory for all of them together, by which their number is chosen; by default what is free',
      realNumber(0, Infinity, { above: true })
    )
    .option('--repeatability', 'also tell how repeatable the volumes are (takes longer)')
    .option('--force', 'segment again what is done; masks that were corrected by hand stay')
  // As other BIDS-Apps spell their options.
  const silent = [
    new Option('--participant_label <label...>'),
    new Option('--session_label <label...>'),
    new Option('--skip-bids-validation'),
    new Option('--skip_bids_validation'),
    new Option('--skip_bids_validator')
  ]
  for (const option of silent) command.addOption(option.hideHelp())
  command.action((bidsDir: string, outputDir: string, level: string, options: BidsOptions) =>
    level === 'group'
      ? group(host, bidsDir, outputDir, options)
      : participants(host, bidsDir, outputDir, options)
  )
  withCommonOptions(command, [
    'hippospike bids study study/derivatives/hippospike participant',
    'hippospike bids study results participant --participant-label 01 02 --jobs 2',
    'hippospike bids study results group'
  ])
}

async function participants(
  host: CliHost,
  bidsDir: string,
  outputDir: string,
  options: BidsOptions
): Promise<void> {
  const found = await findScans(bidsDir, filterOf(options))
  if (found.scans.length === 0) {
    throw new HippospikeError(
      'input',
      `${bidsDir}: no T1-weighted scan (sub-…/[ses-…/]anat/…_T1w.nii.gz) of ${found.without.slice(0, 5).join(', ')}`
    )
  }
  const given = inferenceOf(options)
  const { jobs, threads } = enginesFor(
    found.scans.length,
    {
      jobs: options.jobs ?? null,
      memoryBytes: options.memory === undefined ? null : options.memory * GIGABYTE,
      threads: given.threads
    },
    thisMachine()
  )
  const plan = await planOf(host, bidsDir, outputDir, options, threads)
  await ensureOutputDataset(outputDir, bidsDir)
  const outcomes = await segmentAll(host, found, plan, jobs, options)
  const count = (state: ScanOutcome['state']): number =>
    outcomes.filter((outcome) => outcome.state === state).length
  const report = {
    level: 'participant',
    segmented: count('segmented'),
    skipped: count('skipped'),
    failed: count('failed'),
    jobs,
    otherImages: found.otherImages,
    misnamed: found.misnamed,
    without: found.without,
    scans: outcomes
  }
  printResult(host, options, report, () =>
    fields([
      ['segmented', String(report.segmented)],
      ['skipped', report.skipped === 0 ? null : `${report.skipped}, done before`],
      ['failed', report.failed === 0 ? null : String(report.failed)],
      ['results', outputDir]
    ])
  )
  if (report.failed > 0) throw failureOfAll(outcomes)
}

function filterOf(options: BidsOptions): Parameters<typeof findScans>[1] {
  return {
    participants: options.participantLabel ?? options.participant_label ?? null,
    sessions: options.sessionLabel ?? options.session_label ?? null
  }
}

/** @throws HippospikeError (usage) for timesteps of an ANN */
async function planOf(
  host: CliHost,
  bidsDir: string,
  outputDir: string,
  options: BidsOptions,
  threads: number
): Promise<BatchPlan> {
  const model = await resolveModel(options.model, host.modelsDir)
  const manifest = await readManifest(model)
  const given = inferenceOf(options)
  if (manifest.spiking === null && given.timesteps !== null) {
    throw new HippospikeError(
      'usage',
      `model ${manifest.id} is an ANN and has no timesteps; leave --timesteps out`
    )
  }
  const timesteps = given.timesteps ?? manifest.spiking?.defaultTimesteps ?? null
  // Threads are the event runtime's alone.
  const inference = {
    ...given,
    timesteps,
    threads: manifest.spiking === null ? given.threads : threads
  }
  return {
    bidsDir,
    outputDir,
    model,
    manifest,
    template: host.templateDir,
    inference,
    repeatability: options.repeatability ?? false,
    runtime: options.runtime ?? null,
    result: labelOf(modelResultName(manifest.id, timesteps)),
    force: options.force ?? false
  }
}

async function segmentAll(
  host: CliHost,
  { scans, otherImages, misnamed, without }: FoundScans,
  plan: BatchPlan,
  jobs: number,
  options: BidsOptions
): Promise<ScanOutcome[]> {
  const display = new ProgressDisplay(host, options.quiet ?? false)
  const warn = (text: string): void => display.print(`hippospike: warning: ${text}`)
  for (const path of misnamed) {
    warn(`${path} is left out: BIDS names no T1-weighted scan so here, or it is there twice`)
  }
  if (without.length > 0) warn(`no T1-weighted scan of ${without.join(', ')}`)
  if (options.verbose)
    display.print(`hippospike: ${otherImages} images of other kinds are left out`)
  // Every engine listens for Ctrl-C, and for the end of this process.
  setMaxListeners(jobs + 10, host.signal)
  process.setMaxListeners(Math.max(process.getMaxListeners(), jobs + 20))
  const running = new Set<string>()
  let ended = 0
  const show = (): void => {
    const names = [...running].slice(0, 3).join(', ') + (running.size > 3 ? ', …' : '')
    const message = `${ended} of ${scans.length} scans${names === '' ? '' : `; ${names}`}`
    display.update({ stage: 'participant', fraction: ended / scans.length, message })
  }
  try {
    return await runParticipants(scans, plan, {
      run: (call) => host.runJob(call),
      jobs,
      signal: host.signal,
      onStart: ({ entities }) => {
        running.add(entities)
        show()
      },
      onEnd: ({ entities }, outcome) => {
        running.delete(entities)
        ended++
        for (const line of linesOf(entities, outcome, options)) display.print(line)
        show()
      },
      onLog: (level, message) => {
        if (level === 'error' || options.verbose) display.print(`hippospike: ${message}`)
      },
      onOutput: (line) => {
        if (options.verbose) display.print(line)
      }
    })
  } finally {
    display.clear()
  }
}

function linesOf(
  entities: string,
  { state, wholeMm3, seconds, warnings, error }: ScanOutcome,
  { quiet }: BidsOptions
): string[] {
  if (error !== null) return [`hippospike: ${entities} failed: ${error.message}`]
  const warned = warnings.map((text) => `hippospike: warning: ${entities}: ${text}`)
  if (quiet) return warned
  const volumes =
    wholeMm3 === null
      ? ''
      : `, left ${decimals(wholeMm3.left, 0)} mm³, right ${decimals(wholeMm3.right, 0)} mm³`
  const what = state === 'skipped' ? 'done before' : `done in ${decimals(seconds, 1)} s`
  return [`participant: ${entities} ${what}${volumes}`, ...warned]
}

/** The failure of a run in which scans failed: of their kind, where they all failed in one way. */
function failureOfAll(outcomes: readonly ScanOutcome[]): HippospikeError {
  const failed = outcomes.filter(({ error }) => error !== null)
  const kinds = new Set(failed.map(({ error }) => error!.kind))
  const kind = kinds.size === 1 ? [...kinds][0]! : 'internal'
  const names = failed.slice(0, 3).map(({ scan }) => scan)
  const more = failed.length > names.length ? ` and ${failed.length - names.length} more` : ''
  return new ReportedError(
    kind,
    `${failed.length} of ${outcomes.length} scans failed: ${names.join(', ')}${more}; mend or leave them, and run again: what is done is skipped`
  )
}

async function group(
  host: CliHost,
  bidsDir: string,
  outputDir: string,
  options: BidsOptions
): Promise<void> {
  const { scans } = await findScans(bidsDir, { participants: null, sessions: null })
  const result = await summariseGroup(outputDir, scans)
  printResult(host, options, { level: 'group', ...result }, () => describeGroup(result))
}

function describeGroup({ table, page, masks, flagged, failed, missing }: GroupResult): string {
  return fields([
    ['masks', `${masks}, ${flagged} to look at`],
    ['failed', failed === 0 ? null : String(failed)],
    ['not segmented yet', missing === 0 ? null : String(missing)],
    ['table', table],
    ['page', page]
  ])
}
