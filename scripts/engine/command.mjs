import { spawn } from 'node:child_process'

/** Runs a program; resolves to its last lines of output, or rejects with them in one line. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let output = ''
    const collect = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', (error) => {
      reject(new Error(error.code === 'ENOENT' ? `${program} is not installed` : error.message))
    })
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output)
      const lines = output.trim().split('\n')
      const telling = lines.filter((line) => /error|fatal|not found|cannot/i.test(line)).at(-1)
      const why = (telling ?? lines.at(-1) ?? '').trim().slice(0, 300)
      reject(new Error(`${program} ended with ${signal ?? code}: ${why}`))
    })
  })
}
