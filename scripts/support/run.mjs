import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/**
 * Runs a Node program in the project's folder with this terminal, and resolves to its exit code.
 * Signals reach the child by themselves in a terminal; one sent to this process alone is handed on.
 */
export function runNode(script, args = [], options = {}) {
  return runProgram(process.execPath, [script, ...args], options)
}

/** The same with any program. */
export function runProgram(program, args = [], { env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env }
    })
    const handOn = (signal) => child.kill(signal)
    process.on('SIGINT', handOn)
    process.on('SIGTERM', handOn)
    const settle = () => {
      process.off('SIGINT', handOn)
      process.off('SIGTERM', handOn)
    }
    child.once('error', (error) => {
      settle()
      reject(error)
    })
    child.once('close', (code, signal) => {
      settle()
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

/** The script behind a command of an installed package, so that no shell or npx stands between. */
export function packageScript(path) {
  const file = join(root, 'node_modules', path)
  if (!existsSync(file)) {
    throw new Error('the dependencies are not installed: run "npm ci" first')
  }
  return file
}

/** 130 and 143: the user or the system asked to stop, and nothing should follow. */
export function wasStopped(code) {
  return code === 130 || code === 143
}
