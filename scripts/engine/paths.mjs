import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** The TensorFlow wheel that the addon is linked to on Linux x64. Pinned: another build would be another engine. */
export const WHEEL = {
  package: 'tensorflow-cpu',
  version: '2.21.0',
  python: '3.11',
  platform: 'manylinux_2_27_x86_64',
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c'
}

/** Raise it when the way the engine is made changes, so that an old one in the cache is not taken for it. */
const RECIPE = 1

const require = createRequire(import.meta.url)

/** The npm package whose addon this is about. @throws when the dependencies are not installed */
export function addonPackage() {
  try {
    const manifest = require.resolve('@tensorflow/tfjs-node-gpu/package.json')
    return { dir: dirname(manifest), version: require(manifest).version }
  } catch {
    throw new Error('the dependencies are not installed: run "npm ci" first')
  }
}

/** Where finished engines live: outside node_modules, which npm ci empties. */
export function engineRoot() {
  if (process.env.HIPPOSPIKE_ENGINE_DIR) return process.env.HIPPOSPIKE_ENGINE_DIR
  if (process.platform === 'win32' && process.env.LOCALAPPDATA) {
    return join(process.env.LOCALAPPDATA, 'hippospike', 'engine')
  }
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'hippospike', 'engine')
}

/** Folder of the engine of one origin; its name says everything that makes it another. */
export function engineDir(origin, tensorflow, addonVersion) {
  const platform = `${process.platform}-${process.arch}`
  return join(engineRoot(), `tfjs${addonVersion}-${origin}-tf${tensorflow}-${platform}-r${RECIPE}`)
}

/** Inside an engine and inside the npm package alike. */
export const ADDON_PATH = join('lib', 'napi-v8', 'tfjs_binding.node')
