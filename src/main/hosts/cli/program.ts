import { Command } from 'commander'
import { exitCodeOf, type HippospikeError } from '../../../shared/errors'
import { VERSION } from '../../../shared/version'
import { addBench } from './commands/bench'
import { addBids } from './commands/bids'
import { addConvert } from './commands/convert'
import { addDicom } from './commands/dicom'
import { addDoctor } from './commands/doctor'
import { addEvaluate } from './commands/evaluate'
import { addFinetune } from './commands/finetune'
import { addModels } from './commands/models'
import { addOpen } from './commands/open'
import { addPipeline } from './commands/pipeline'
import { addReplay } from './commands/replay'
import { addSegment } from './commands/segment'
import { addServe } from './commands/serve'
import { addStages } from './commands/stages'
import { addTrain } from './commands/train'
import type { CliHost } from './host'
import { EXIT_CODES } from './options'
import { failureOf, printFailure, ReportedError } from './output'

const EXAMPLES = `
Examples:
  hippospike segment crop.nii.gz --out mask.nii.gz
  hippospike evaluate --data Task04_Hippocampus --split validation
  hippospike help segment
`

/** The command line: every command, on a host. */
export function createProgram(host: CliHost): Command {
  const program = new Command('hippospike')
    .description(
      'Segments the hippocampus in MRI with spiking neural networks.\n' +
        'For research only; not a medical device.'
    )
    .version(VERSION)
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        host.out(text)
      },
      // What goes wrong is thrown as well, and printed once, by main.
      writeErr: () => undefined,
      getOutHelpWidth: () => host.columns,
      getErrHelpWidth: () => host.columns
    })
    .addHelpText('after', `${EXAMPLES}${EXIT_CODES}`)
  const commands = [
    addSegment,
    addBids,
    addDicom,
    addEvaluate,
    addTrain,
    addConvert,
    addFinetune,
    addPipeline,
    addReplay,
    addStages,
    addModels,
    addBench,
    addDoctor,
    addServe,
    addOpen
  ]
  for (const add of commands) add(program, host)
  return program
}

/**
 * Runs the command line.
 *
 * @param args without the program's own name
 * @returns the exit code
 */
export async function main(args: readonly string[], host: CliHost): Promise<number> {
  try {
    await createProgram(host).parseAsync(args, { from: 'user' })
    return 0
  } catch (thrown) {
    const failure = failureOf(thrown)
    if (failure === null) return 0
    if (failure.kind === 'internal' && args.includes('--verbose')) host.err(`${traceOf(failure)}\n`)
    printFailure(host, failure, args.includes('--json') && !(failure instanceof ReportedError))
    return exitCodeOf(failure.kind)
  }
}

/** Where an internal error comes from, for a bug report. */
function traceOf(failure: HippospikeError): string {
  const source = failure.cause instanceof Error ? failure.cause : failure
  return source.stack ?? source.message
}
