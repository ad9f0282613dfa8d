import type { ProbeResult } from '../../shared/doctor'
import { runtimeSchema, type Runtime } from '../../shared/runtime'
import { firstFailure, type Trial } from './probe/trial'
import { firstLine, RuntimeUnavailable } from './runtimes/runtime'

/**
 * out/main/probe.cjs RUNTIME: tries one runtime in a process that may hang or crash, and prints what it found as the last
 * line of stdout, in JSON.
 */
async function main(): Promise<void> {
  // stdout carries the one line; TensorFlow's packages print to it.
  console.log = console.info = console.debug = console.error
  const parsed = runtimeSchema.safeParse(process.argv[2])
  if (!parsed.success) {
    process.stderr.write('probe: the doctor starts it, with the name of a runtime\n')
    process.exit(2)
  }
  const result = await probe(parsed.data)
  process.stdout.write(`${JSON.stringify(result)}\n`, () => {
    // Dawn and TensorFlow keep threads that would hold the process.
    process.exit(0)
  })
}

async function probe(runtime: Runtime): Promise<ProbeResult> {
  try {
    const trial = await trialOf(runtime)
    const { info, software, checks } = trial
    const failure = firstFailure(checks)
    if (failure !== null) {
      const error = failure.error.toExponential(1)
      return missing(
        runtime,
        `computes ${failure.name} wrong (relative error ${error}, allowed ${failure.tolerance})`,
        'use another runtime, and report it with the output of hippospike doctor --json'
      )
    }
    return { available: true, ...info, software, checks, ...(await trial.measureSpeed()) }
  } catch (thrown) {
    if (thrown instanceof RuntimeUnavailable) return missing(runtime, thrown.reason, thrown.advice)
    return missing(runtime, `fails in a small test: ${firstLine(thrown)}`, 'use another runtime')
  }
}

/** Each kind of runtime is loaded without the other. */
async function trialOf(runtime: Runtime): Promise<Trial> {
  return runtime === 'event'
    ? (await import('./probe/event')).tryEvent()
    : (await import('./probe/dense')).tryDense(runtime)
}

function missing(runtime: Runtime, reason: string, advice: string): ProbeResult {
  return { available: false, runtime, reason, advice, temporary: false }
}

void main()
