import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'

export type ElectronRuntime =
  { path: string; name: string; missing?: never } | { path?: never; name: string; missing: string }

/**
 * The Electron to test in: ELECTRON_OVERRIDE_DIST_PATH's, else the one that the package electron has downloaded. Never
 * downloads one: a test run must not depend on a release host.
 */
export function findElectron(): ElectronRuntime {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (override !== undefined && override !== '') return runtimeIn(override, binaryName())

  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) {
    return {
      name: 'no Electron',
      missing: 'Electron has not been downloaded (npx install-electron does it)'
    }
  }
  return runtimeIn(join(folder, 'dist'), readFileSync(pathFile, 'utf8'))
}

function runtimeIn(folder: string, binary: string): ElectronRuntime {
  const path = join(folder, binary)
  if (!existsSync(path)) return { name: 'no Electron', missing: `there is no ${path}` }
  return { path, name: `Electron ${versionIn(folder)}` }
}

function versionIn(folder: string): string {
  const file = join(folder, 'version')
  return existsSync(file)
    ? readFileSync(file, 'utf8').trim().replace(/^v/, '')
    : 'of unknown version'
}

function binaryName(): string {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

export function needsDisplay(): boolean {
  return (
    process.platform === 'linux' &&
    process.env['DISPLAY'] === undefined &&
    process.env['WAYLAND_DISPLAY'] === undefined
  )
}
