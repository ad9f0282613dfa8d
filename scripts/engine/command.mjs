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
      const why = reason(output)
      reject(new Error(`${program} ended with ${signal ?? code}: ${why}`))
    })
  })
}

/** The one line of a failed program's output that tells most: pip's broken connection, then an error by name, then anything that speaks of one. */
export function reason(output) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at '))
  const broken = /connection broken by '(.+)'/.exec(output)?.[1]
  const named = lines.findLast((line) => /^\S*(error|fatal): /i.test(line))
  const any = lines.findLast((line) => /error|fatal|not found|cannot/i.test(line))
  const told = named ?? any ?? lines.at(-1) ?? 'it said nothing'
  return (broken === undefined ? told : `${told} (${broken})`).slice(0, 400)
}
