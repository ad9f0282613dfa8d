import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { probeResultSchema, type Candidate, type ProbeResult } from '../../../shared/doctor'
import type { Runtime } from '../../../shared/runtime'

export interface ProbeOptions {
  /** Probe program; the built one beside this file unless said otherwise. */
  probePath?: string
  timeLimitMs?: number
  signal?: AbortSignal
}

type MissingResult = Extract<ProbeResult, { available: false }>

const TIME_LIMIT_MS = 90_000
const KEPT_OUTPUT = 64 * 1024

const OTHER = 'use another runtime'

/** Notes on what could not be tried, whatever the probe finds. */
const UNVERIFIED_CUDA = 'unverified: nobody could run it yet'
const EVENT_SPEED =
  'GAcc/s are accumulates that spikes cause; an SNN needs few of them, so they do not compare with GMAC/s'
const UNVERIFIED_WEBGPU = 'unverified on GPU hardware: it was only run on a software device so far'

/** Tries a runtime in a throw-away process. Never rejects: whatever goes wrong is the reason why the runtime is out. */
export async function probeRuntime(
  runtime: Runtime,
  options: ProbeOptions = {}
): Promise<Candidate> {
  const start = performance.now()
  const result = await run(runtime, options)
  const seconds = Math.round(performance.now() - start) / 1000
  return { ...result, ...verification(result), seconds }
}

function verification(result: ProbeResult): { verified: boolean; note: string | null } {
  if (result.runtime === 'cuda') return { verified: false, note: UNVERIFIED_CUDA }
  if (result.runtime === 'webgpu' && !(result.available && result.software)) {
    return { verified: false, note: UNVERIFIED_WEBGPU }
  }
  if (result.runtime === 'event' && result.available) return { verified: true, note: EVENT_SPEED }
  return { verified: true, note: null }
}

function run(
  runtime: Runtime,
  { probePath = join(__dirname, 'probe.cjs'), timeLimitMs = TIME_LIMIT_MS, signal }: ProbeOptions
): Promise<ProbeResult> {
  if (!existsSync(probePath)) {
    return Promise.resolve(missing(runtime, `${probePath} is missing`, 'run npm run build'))
  }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [probePath, runtime], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // In Electron the program itself is Electron.
      env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env, ELECTRON_RUN_AS_NODE: '1' }
    })
    let [out, err, late] = ['', '', false]
    child.stdout.on('data', (data: Buffer) => (out = (out + data.toString()).slice(-KEPT_OUTPUT)))
    child.stderr.on('data', (data: Buffer) => (err = (err + data.toString()).slice(-KEPT_OUTPUT)))
    const kill = (): void => void child.kill('SIGKILL')
    const timer = setTimeout(() => {
      late = true
      kill()
    }, timeLimitMs)
    // Whatever ends this process ends its probe.
    process.on('exit', kill)
    signal?.addEventListener('abort', kill)
    const settle = (result: ProbeResult): void => {
      clearTimeout(timer)
      process.off('exit', kill)
      signal?.removeEventListener('abort', kill)
      resolve(result)
    }
    child.on('error', (error) => {
      settle(missing(runtime, `the probe cannot be started: ${error.message}`, OTHER))
    })
    child.on('close', (code, killedBy) => {
      if (signal?.aborted)
        settle(temporary(missing(runtime, 'the probe was cancelled', 'probe again')))
      else if (late) settle(tooSlow(runtime, timeLimitMs))
      else settle(lastResult(runtime, out, err) ?? crashed(runtime, code, killedBy, err))
    })
  })
}

/** The probe's one line, if it is there and about this runtime. */
function lastResult(runtime: Runtime, out: string, err: string): ProbeResult | null {
  const line = out.trim().split('\n').at(-1) ?? ''
  try {
    const result = probeResultSchema.parse(JSON.parse(line))
    if (result.runtime !== runtime) return null
    return result.available ? result : { ...result, reason: result.reason + dawnsReason(err) }
  } catch {
    return null
  }
}

/** Dawn tells the caller that there is no GPU, and why only on stderr. */
function dawnsReason(err: string): string {
  const warning = /^Warning: (Couldn't load .+)$/m.exec(err)?.[1]
  return warning === undefined ? '' : ` (${warning.trim()})`
}

function tooSlow(runtime: Runtime, limit: number): ProbeResult {
  const reason = `the probe was not done after ${(limit / 1000).toFixed(0)} s`
  return temporary(missing(runtime, reason, 'close other programs and run hippospike doctor again'))
}

function crashed(
  runtime: Runtime,
  code: number | null,
  signal: NodeJS.Signals | null,
  err: string
): ProbeResult {
  const line = err
    .split('\n')
    .map((text) => text.trim())
    .findLast((text) => text !== '' && !text.startsWith('at '))
  const hint = line === undefined ? '' : ` (${line.slice(0, 200)})`
  if (signal === 'SIGILL') {
    const reason = 'the probe crashed: the processor lacks instructions that the library needs'
    return missing(runtime, reason, 'use wasm')
  }
  const how = signal === null ? `ended with code ${code ?? 'unknown'}` : `crashed with ${signal}`
  return missing(runtime, `the probe ${how}${hint}`, OTHER)
}

function missing(runtime: Runtime, reason: string, advice: string): MissingResult {
  return { available: false, runtime, reason, advice, temporary: false }
}

function temporary(result: MissingResult): MissingResult {
  return { ...result, temporary: true }
}
