import { cp, mkdir, readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from './command.mjs'
import { ADDON_PATH } from './paths.mjs'

const PARTS = ['binding', 'scripts', 'package.json', 'binding.gyp']

/**
 * Makes an engine by the npm package's own install script, which downloads libtensorflow and a prebuilt addon. It runs in a copy of the package,
 * so that one killed half-way leaves the installed package as it was. Its publisher lists no hashes: what comes is checked by
 * loading it (see `works` in setup-engine), and hashed from then on.
 *
 * @returns the folder with the finished engine
 */
export async function engineFromStock(workshop, addonDir, say) {
  say('downloading the stock TensorFlow library (some 100 MB)')
  const copy = join(workshop, 'package')
  await mkdir(copy)
  for (const part of PARTS) await cp(join(addonDir, part), join(copy, part), { recursive: true })
  const modules = dirname(dirname(addonDir))
  await run(process.execPath, ['scripts/install.js', 'cpu', 'download'], {
    cwd: copy,
    env: {
      ...process.env,
      NODE_PATH: modules,
      PATH: `${join(modules, '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`
    }
  })
  const engine = join(workshop, 'engine')
  await mkdir(join(engine, 'deps'), { recursive: true })
  await rename(join(copy, 'deps', 'lib'), join(engine, 'deps', 'lib'))
  await rename(join(copy, 'lib'), join(engine, 'lib'))
  if ((await readdir(dirname(join(engine, ADDON_PATH)))).length === 0) {
    throw new Error('the install script ended without an addon')
  }
  return engine
}
