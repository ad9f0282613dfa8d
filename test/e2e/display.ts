import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface Display {
  env: { DISPLAY: string }
  stop: () => void
}

/** A virtual X display for a machine without a screen. Xvfb chooses its own free number and says which. */
export async function startDisplay(): Promise<Display> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe']
    }
  )
  const channel = server.stdio[3] as Readable
  const number = await new Promise<string>((resolve, reject) => {
    let text = ''
    channel.on('data', (part: Buffer) => {
      text += part.toString()
      if (text.includes('\n')) resolve(text.trim())
    })
    server.once('error', () => {
      reject(new Error('no display and no Xvfb to make one: install xvfb or set DISPLAY'))
    })
    server.once('exit', (code) => {
      reject(new Error(`Xvfb ended with code ${String(code)} before it was ready`))
    })
  })
  return { env: { DISPLAY: `:${number}` }, stop: () => server.kill() }
}
