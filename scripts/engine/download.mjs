import { copyFile, link, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from './manifest.mjs'
import { engineRoot } from './paths.mjs'

const SUFFIX = '.download'

/**
 * A file of known hash: the one that a run before this has downloaded, where it is still whole, or a new download. A new one is kept beside the
 * engines as soon as it is verified, so that a kill during what follows does not cost it.
 *
 * @param wanted its name and SHA-256
 * @param dir where the file is needed, on the disk of the engines
 * @param fetch downloads it to the path that it is given
 * @returns its path in `dir`
 */
export async function verifiedDownload(wanted, dir, fetch) {
  const kept = join(engineRoot(), `${wanted.name}${SUFFIX}`)
  const path = join(dir, wanted.name)
  if ((await sameFile(kept, path)) && (await sha256(path)) === wanted.sha256) return path
  await Promise.all([kept, path].map((file) => rm(file, { force: true })))
  await fetch(path)
  const found = await sha256(path)
  if (found !== wanted.sha256) {
    await rm(path)
    throw new Error(
      `the SHA-256 of ${wanted.name} is ${found}, expected ${wanted.sha256}: it is not used`
    )
  }
  // Without it the next run downloads again, which is no reason to stop this one.
  await sameFile(path, kept).catch(() => undefined)
  return path
}

/** Removes what is kept: an engine has been made, or another one is used. */
export async function dropDownloads() {
  const root = engineRoot()
  const names = await readdir(root).catch(() => [])
  const kept = names.filter((name) => name.endsWith(SUFFIX))
  await Promise.all(kept.map((name) => rm(join(root, name), { force: true })))
}

/** Gives a file a second path, so that neither run nor cache can take it from the other. @returns whether there is a file */
async function sameFile(from, to) {
  try {
    await link(from, to)
  } catch (error) {
    if (error.code === 'ENOENT') return false
    // It is there already, from a run beside this one, or the file system knows no links.
    if (error.code !== 'EEXIST') await copyFile(from, to)
  }
  return true
}
