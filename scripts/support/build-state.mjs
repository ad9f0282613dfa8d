import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from './run.mjs'

const SOURCES = [
  'src',
  'electron.vite.config.ts',
  'scripts/support/assemblyscript.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json'
]
const marker = join(root, 'out', 'build.sha256')

/** Whether out/ holds a build that ran to its end on exactly these sources. */
export function isBuilt() {
  try {
    return readFileSync(marker, 'utf8').trim() === fingerprint()
  } catch {
    return false
  }
}

/** Until {@link markBuilt}, an interruption leaves a build that counts as missing. */
export function unmarkBuilt() {
  rmSync(marker, { force: true })
}

export function markBuilt(sources) {
  const temporary = `${marker}.${process.pid}`
  writeFileSync(temporary, `${sources}\n`)
  renameSync(temporary, marker)
}

/** By content, not by date: a fresh clone or a switched branch changes every date. */
export function fingerprint() {
  const hash = createHash('sha256')
  for (const file of SOURCES.flatMap((source) => filesOf(join(root, source)))) {
    hash.update(relative(root, file).split(sep).join('/')).update('\0')
    hash.update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

function filesOf(path) {
  try {
    return readdirSync(path, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => filesOf(join(path, entry.name)))
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path]
    throw error
  }
}
