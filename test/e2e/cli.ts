import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

export const ROOT = join(import.meta.dirname, '..', '..')
export const MODELS_DIR = join(ROOT, 'resources', 'models')
const BUILT = ['cli.cjs', 'engine.cjs'].map((name) => join(ROOT, 'out', 'main', name))
/** Above what any command of these tests takes, even where another program has the processor. */
const LIMIT_MS = 280_000

export interface CliRun {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface CliOptions {
  cwd?: string
  /** Variables beside those of this process. */
  env?: NodeJS.ProcessEnv
  /** Folder of the program: the repository, or a copy of it. */
  root?: string
}

/** The ids of the models that come with the program. */
export function shippedModels(): string[] {
  return readdirSync(MODELS_DIR, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

/** Runs the built program to its end, as a user does. */
export function cli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return new RunningCli(args, options).ended
}

/** Runs the program and returns the one JSON document that it must print. */
export async function cliJson(args: readonly string[]): Promise<{ run: CliRun; json: unknown }> {
  const run = await cli([...args, '--json'])
  expect(run.code, run.stderr).toBe(0)
  return { run, json: JSON.parse(run.stdout) as unknown }
}

/** The program while it runs, the leader of a process group of its own. */
export class RunningCli {
  readonly ended: Promise<CliRun>
  stdout = ''
  stderr = ''
  private readonly child: ChildProcess

  constructor(args: readonly string[], { cwd = ROOT, env = {}, root = ROOT }: CliOptions = {}) {
    const missing = BUILT.find((path) => !existsSync(path))
    if (missing !== undefined) {
      throw new Error(`${missing} is missing: run "npm run build" before these tests`)
    }
    this.child = spawn(process.execPath, [join(root, 'bin', 'hippospike.mjs'), ...args], {
      cwd,
      env: { ...process.env, ...env },
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    const limit = setTimeout(() => {
      this.killGroup('SIGKILL')
    }, LIMIT_MS)
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject)
      this.child.on('close', (code, signal) => {
        clearTimeout(limit)
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr })
      })
    })
  }

  get pid(): number {
    return this.child.pid!
  }

  /** A signal to the program alone. */
  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** A signal to the program and all it started, as a terminal sends Ctrl-C. */
  killGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal)
  }

  /** Waits for what is to come true; fails where the program ends before. */
  async until(what: string, isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`the program ended before ${what}: ${this.stdout}${this.stderr}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** Waits for a line of progress. */
  async untilStage(stage: string): Promise<void> {
    const line = new RegExp(`^${stage}: `, 'm')
    await this.until(`its stage ${stage}`, () => line.test(this.stderr))
  }
}

/** The processes that a process started, without those that have ended. */
export function childrenOf(pid: number): number[] {
  return processes()
    .filter((entry) => entry.parent === pid && entry.isRunning)
    .map((entry) => entry.pid)
}

/** Waits until a process is gone. A process that has ended and waits for its parent to take note (a zombie) is gone. */
export async function gone(pid: number, withinMs = 60_000): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (processes().some((entry) => entry.pid === pid && entry.isRunning)) {
    if (performance.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}

interface ProcessEntry {
  pid: number
  parent: number
  isRunning: boolean
}

function processes(): ProcessEntry[] {
  return existsSync('/proc/self/stat') ? processesOfProc() : processesOfPs()
}

function processesOfProc(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        // The name of the program, in brackets, may hold anything.
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return [{ pid: Number(name), parent: Number(parent), isRunning: state !== 'Z' }]
      } catch {
        return []
      }
    })
}

function processesOfPs(): ProcessEntry[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, parent, state] = line.trim().split(/\s+/)
      return { pid: Number(pid), parent: Number(parent), isRunning: !state!.startsWith('Z') }
    })
}

/** Everything in a folder and the folders in it, hidden files too, as paths from it. */
export function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
}

/** The program's own one line about a failure; what else is on stderr must be progress. */
export function errorLine(stderr: string): string {
  const lines = stderr.trimEnd().split('\n')
  // Training on a machine without the native engine warns before it fails.
  const errors = lines.filter((line) => /^hippospike: (?!warning: )/.test(line))
  const others = lines.filter((line) => !/^(hippospike|[a-z]+): \S/.test(line))
  expect(others, stderr).toEqual([])
  expect(errors, stderr).toHaveLength(1)
  expect(lines.at(-1)).toBe(errors[0])
  return errors[0]!
}
