import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { availableParallelism, cpus } from 'node:os'
import { VERSION } from '../../../shared/version'

const PACKAGES = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-node-gpu'
]

/** Settings that change which device a driver offers. */
const VARIABLES = [
  'CUDA_VISIBLE_DEVICES',
  'LD_LIBRARY_PATH',
  'VK_DRIVER_FILES',
  'VK_ICD_FILENAMES',
  'TF_ENABLE_ONEDNN_OPTS'
]

const VULKAN_DRIVERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d']

/** Hash of what decides the outcome of the probes: a report with another key is out of date. */
export function cacheKey(): string {
  const require = createRequire(__filename)
  const parts = [
    VERSION,
    process.version,
    process.platform,
    process.arch,
    cpus()[0]?.model ?? '',
    String(availableParallelism()),
    contentOf('/proc/driver/nvidia/version'),
    ...VULKAN_DRIVERS.map(listOf),
    ...VARIABLES.map((name) => process.env[name] ?? ''),
    ...PACKAGES.map((name) => versionOf(require, name)),
    ...addonParts(require)
  ]
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32)
}

/** The addon's content, and size and date of the libraries in its folders (hashing a gigabyte takes too long). */
function addonParts(require: NodeJS.Require): string[] {
  try {
    const entry = require.resolve('@tensorflow/tfjs-node-gpu/package.json')
    const addon = realpathSync(join(dirname(entry), 'lib', 'napi-v8', 'tfjs_binding.node'))
    const libraries = join(dirname(addon), '..', '..', 'deps', 'lib')
    return [addon, contentOf(addon), listOf(libraries)]
  } catch {
    return ['no addon']
  }
}

function versionOf(require: NodeJS.Require, name: string): string {
  try {
    return (require(`${name}/package.json`) as { version: string }).version
  } catch {
    return 'none'
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function listOf(folder: string): string {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => {
        const { size, mtimeMs } = statSync(join(folder, name))
        return `${name} ${size} ${mtimeMs}`
      })
      .join('\n')
  } catch {
    return ''
  }
}
