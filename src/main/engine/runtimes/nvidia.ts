import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

export interface NvidiaGpu {
  name: string
  memoryBytes: number | null
  driver: string
}

const MEBIBYTE = 1024 * 1024
const TIME_LIMIT_MS = 10_000

/** The first NVIDIA GPU that its driver's own tool lists; null where there is no tool or no GPU. */
export async function firstNvidiaGpu(): Promise<NvidiaGpu | null> {
  // Saves starting a process on most machines.
  if (process.platform === 'darwin') return null
  if (process.platform === 'linux' && !existsSync('/proc/driver/nvidia') && !isWsl()) return null
  const fields = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits']
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', fields, { timeout: TIME_LIMIT_MS })
    return parseGpu(stdout)
  } catch {
    return null
  }
}

/** The first line of nvidia-smi's table `name, memory in MiB, driver`. */
export function parseGpu(table: string): NvidiaGpu | null {
  const [name, memory, driver] = (table.split('\n')[0] ?? '').split(',').map((cell) => cell.trim())
  if (!name || !driver) return null
  const mebibytes = Number(memory)
  return { name, driver, memoryBytes: mebibytes > 0 ? mebibytes * MEBIBYTE : null }
}

function isWsl(): boolean {
  return existsSync('/dev/dxg')
}
