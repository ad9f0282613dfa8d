import type { Command } from 'commander'
import { HippospikeError } from '../../../../shared/errors'
import { RUNTIMES } from '../../../../shared/runtime'
import { formatReport } from '../../../engine/doctor'
import type { CliHost } from '../host'
import { withOutputOptions } from '../options'
import { printResult } from '../output'
import { ProgressDisplay } from '../progress'

interface DoctorOptions {
  json?: true
  quiet?: true
}

/** `hippospike doctor`: which runtimes work here, and why the others do not. */
export function addDoctor(program: Command, host: CliHost): void {
  const command = program
    .command('doctor')
    .summary('try the runtimes of this machine')
    .description(
      'Tries every runtime anew, each in a process of its own: whether it computes right, and how fast it\n' +
        'is; or the reason why it is out, and what to do about it.'
    )
    .option('--quiet', 'no progress on stderr')
    .action((options: DoctorOptions) => doctor(host, options))
  withOutputOptions(command, ['hippospike doctor', 'hippospike doctor --json'])
}

async function doctor(host: CliHost, options: DoctorOptions): Promise<void> {
  const display = new ProgressDisplay(host, options.quiet ?? false)
  try {
    const report = await host.probeAll({
      signal: host.signal,
      onProbe: (runtime) => {
        const fraction = RUNTIMES.indexOf(runtime) / RUNTIMES.length
        display.update({ stage: 'doctor', fraction, message: `trying ${runtime}` })
      }
    })
    // A report cut short would pass for a whole one.
    if (host.signal.aborted) throw new HippospikeError('cancelled', 'cancelled')
    display.clear()
    printResult(host, options, report, () => formatReport(report))
  } finally {
    display.clear()
  }
}
