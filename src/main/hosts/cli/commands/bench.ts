import type { Command } from 'commander'
import { benchRequestSchema, benchResultSchema, type BenchResult } from '../../../../shared/jobs'
import type { CliHost } from '../host'
import { DEFAULT_MODEL, resolveModel } from '../models'
import { withCommonOptions, wholeNumber, type CommonOptions } from '../options'
import { fields, printResult, table } from '../output'
import { runForCommand } from '../run-job'

interface BenchOptions extends CommonOptions {
  model: string
  repeats: number
}

/** `hippospike bench`: how fast this machine is. */
export function addBench(program: Command, host: CliHost): void {
  const command = program
    .command('bench')
    .summary('measure the speed of this machine')
    .description(
      'Measures inference and training steps of a spiking model and of its ANN on this machine.'
    )
    .option('--model <id|dir>', 'a spiking model', DEFAULT_MODEL)
    .option('--repeats <n>', 'measurements of each; the median counts', wholeNumber(1, 1000), 10)
    .action((options: BenchOptions) => bench(host, options))
  withCommonOptions(command, [
    'hippospike bench',
    'hippospike bench --runtime wasm --repeats 3 --json'
  ])
}

async function bench(host: CliHost, options: BenchOptions): Promise<void> {
  const result = await runForCommand(host, options, {
    kind: 'bench',
    requestSchema: benchRequestSchema,
    request: {
      repeats: options.repeats,
      model: await resolveModel(options.model, host.modelsDir)
    },
    resultSchema: benchResultSchema
  })
  printResult(host, options, result, () => describe(result))
}

function describe(result: BenchResult): string {
  const times = Object.entries(result.milliseconds).map(([name, ms]) => [
    name,
    `${ms.toFixed(0)} ms`
  ])
  const ratios = Object.entries(result.ratios).map(([name, ratio]) => [name, ratio.toFixed(2)])
  const details = fields([
    ['runtime', result.runtime],
    ['size', result.size.join('×')],
    ['timesteps', String(result.timesteps)],
    ['peak memory', `${(result.peakMemoryBytes / 1e9).toFixed(2)} GB`]
  ])
  return `${table([...times, ...ratios])}\n\n${details}`
}
