import { copyFile, lstat, mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ADDON_PATH } from './paths.mjs'

/**
 * Makes the npm package load the engine's addon. A symbolic link keeps the addon beside its libraries, where its rpath looks; Windows, which allows
 * links to few users and looks for libraries beside the addon, gets copies. Each file is put in place by a rename.
 */
export async function linkEngine(engine, addonDir) {
  const target = dirname(join(addonDir, ADDON_PATH))
  const source = dirname(join(engine, ADDON_PATH))
  await mkdir(target, { recursive: true })
  const copies = process.platform === 'win32'
  const names = copies ? await readdir(source) : ['tfjs_binding.node']
  for (const name of names) {
    const from = join(source, name)
    const to = join(target, name)
    if (!copies && (await pointsTo(to, from))) continue
    const temporary = join(target, `.${name}-${process.pid}`)
    await (copies ? copyFile(from, temporary) : symlink(from, temporary))
    await rename(temporary, to)
  }
}

/**
 * Undoes `linkEngine` for an engine that must not be loaded any more. An addon that comes from elsewhere stays; on Windows a copy does not tell where
 * it comes from, and goes.
 */
export async function unlinkEngine(engine, addonDir) {
  const addon = join(addonDir, ADDON_PATH)
  const ours = process.platform === 'win32' || (await pointsTo(addon, join(engine, ADDON_PATH)))
  if (ours) await rm(addon, { force: true })
}

async function pointsTo(link, target) {
  const found = await lstat(link).catch(() => null)
  return found?.isSymbolicLink() === true && (await readlink(link)) === target
}
