import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'
import { spawnSync } from 'node:child_process'

/**
 * Electron's program: ELECTRON_OVERRIDE_DIST_PATH's, else the one of the package `electron`, which is fetched where it is missing.
 *
 * @returns {{ path: string, missing: null } | { path: null, missing: string }}
 */
export function findElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return programIn(override, binaryName())
  const folder = join(root, 'node_modules', 'electron')
  if (!existsSync(join(folder, 'package.json'))) return none('Electron is not installed')
  return installed(folder) ?? fetched(folder)
}

function installed(folder) {
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const found = programIn(join(folder, 'dist'), readFileSync(pathFile, 'utf8').trim())
  return found.missing === null ? found : null
}

/** The package has its own script for this; without a network it fails, and then there is the browser. */
function fetched(folder) {
  const script = join(folder, 'install.js')
  if (!existsSync(script)) return none('Electron has no program here')
  console.log('  fetching Electron (once)')
  const run = spawnSync(process.execPath, [script], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000
  })
  const reason = run.stderr
    ?.split('\n')
    .find((line) => /error/i.test(line))
    ?.trim()
  return installed(folder) ?? none(`Electron could not be fetched${reason ? `: ${reason}` : ''}`)
}

function programIn(folder, name) {
  const path = join(folder, name)
  return existsSync(path) ? { path, missing: null } : none(`there is no ${path}`)
}

function binaryName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

function none(missing) {
  return { path: null, missing }
}
