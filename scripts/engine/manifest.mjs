import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

const NAME = 'engine.json'

/** The fault of a folder without a seal. */
export const MISSING = 'it is not there'

export async function sha256(path) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

async function filesUnder(dir) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name !== NAME)
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

/** Writes what the engine consists of; the last thing before it is put in place. */
export async function seal(dir, about) {
  const files = {}
  for (const path of await filesUnder(dir)) {
    files[relative(dir, path)] = { size: (await stat(path)).size, sha256: await sha256(path) }
  }
  await writeFile(join(dir, NAME), JSON.stringify({ ...about, files }, null, 2))
}

/**
 * What is wrong with the engine in a folder, or null. Sizes alone take a millisecond and catch what a kill or a full disk leaves; `thorough`
 * hashes everything.
 */
export async function faultOf(dir, { thorough = false } = {}) {
  let manifest
  try {
    manifest = JSON.parse(await readFile(join(dir, NAME), 'utf8'))
  } catch (error) {
    return error.code === 'ENOENT' ? MISSING : 'its manifest cannot be read'
  }
  for (const [name, { size, sha256: expected }] of Object.entries(manifest.files ?? {})) {
    const path = join(dir, name)
    const found = await stat(path).catch(() => null)
    if (found === null) return `${name} is missing`
    if (found.size !== size) return `${name} has ${found.size} bytes instead of ${size}`
    if (thorough && (await sha256(path)) !== expected) return `${name} is damaged`
  }
  return Object.keys(manifest.files ?? {}).length > 0 ? null : 'its manifest is empty'
}

/** Puts a finished folder in place by one rename; an unusable one that is there is moved out of the way first. */
export async function putInPlace(finished, dir) {
  const old = join(dirname(dir), `.old-${process.pid}-${Date.now()}`)
  await rename(dir, old).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(finished, dir)
  await rm(old, { recursive: true, force: true })
}
