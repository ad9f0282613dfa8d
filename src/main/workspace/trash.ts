import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { z } from 'zod'
import { HippospikeError } from '../../shared/errors'
import { outputError } from './atomic-write'
import { caseIds, readCase } from './case-record'
import { assertPresent } from './folder'
import { readJson, writeJson } from './json-file'
import {
  caseFile,
  caseViewFile,
  derivedFolder,
  journalFolder,
  scanFolder,
  trashFolder
} from './layout'
import { MissingError } from './missing'
import { readResult } from './result-record'
import { resultPaths } from './result-paths'

const entrySchema = z.strictObject({
  format: z.literal('hippospike-trash'),
  version: z.literal(1),
  /** Null for what belongs to no case: a model, a training run. */
  caseId: z.string().nullable(),
  removedAt: z.string(),
  /** Paths in the workspace, with `/`; each lies in the entry's folder under its number. */
  paths: z.array(z.string().regex(/^(?!.*(^|\/)\.\.(\/|$))[^/].*$/)).min(1)
})

/** Moves a case, with all that was made of it, to the trash. @returns the entry's id */
export async function trashCase(root: string, caseId: string): Promise<string> {
  await readCase(root, caseId)
  return moveToTrash(root, caseId, [
    ...(await ownPaths(root, caseId)),
    caseViewFile(root, caseId),
    journalFolder(root, caseId)
  ])
}

/** Moves a result, with all its versions, to the trash. @returns the entry's id */
export async function trashResult(root: string, caseId: string, id: string): Promise<string> {
  await readResult(root, caseId, id)
  return moveToTrash(root, caseId, await resultPaths(root, caseId, id))
}

/** Moves files or folders that belong to no case to the trash. @returns the entry's id */
export async function trashPaths(root: string, paths: string[]): Promise<string> {
  await assertPresent(root)
  return moveToTrash(root, null, paths)
}

/** What was brought back. */
export interface Restored {
  /** The case that it belongs to, or is; null for a model or a training run. */
  caseId: string | null
  paths: string[]
}

/**
 * Brings back what was removed.
 *
 * @throws MissingError where the trash has no such entry; HippospikeError (output) where its place is taken
 */
export async function restoreFromTrash(root: string, trashId: string): Promise<Restored> {
  await assertPresent(root)
  const folder = join(trashFolder(root), trashId)
  const known = /^[0-9a-f-]{36}$/.test(trashId)
  const entry = known ? await readJson(join(folder, 'entry.json'), entrySchema) : null
  if (entry === null) {
    throw new MissingError(`the trash has no entry ${trashId}; it may have been restored already`)
  }
  const moves: Move[] = []
  for (const [n, path] of entry.paths.entries()) {
    const move = { from: join(folder, String(n)), to: join(root, ...path.split('/')) }
    if (!(await exists(move.from))) continue
    if (await exists(move.to)) {
      throw new HippospikeError(
        'output',
        `${move.to}: is there again, so the trash is left as it is; remove or rename it first`
      )
    }
    moves.push(move)
  }
  if (moves.length === 0) {
    throw new MissingError(`the trash has no entry ${trashId}; it may have been restored already`)
  }
  await moveAll(moves)
  return { caseId: entry.caseId, paths: moves.map(({ to }) => to) }
}

/** The folders of a case; its files alone where other cases share the folders. */
async function ownPaths(root: string, caseId: string): Promise<string[]> {
  const folders = [scanFolder(root, caseId), derivedFolder(root, caseId)] as const
  const others = (await caseIds(root)).filter((id) => id !== caseId)
  const isWithin = (id: string): boolean =>
    `${scanFolder(root, id)}${sep}`.startsWith(`${folders[0]}${sep}`)
  if (!others.some(isWithin)) return [...folders]
  const start = `sub-${caseId}_`
  const own = async (folder: string, isOwn: (rest: string) => boolean): Promise<string[]> => {
    const names = await readdir(folder).catch(() => [] as string[])
    return names
      .filter((name) => name.startsWith(start) && isOwn(name.slice(start.length)))
      .map((name) => join(folder, name))
  }
  return [
    // `sub-01_T1w.json` is of case 01, and `sub-01_run-1_T1w.json` of another.
    ...(await own(join(folders[0], 'anat'), (rest) => /^T1w\./.test(rest))),
    ...(await own(join(folders[1], 'anat'), (rest) =>
      /^(seg-|error\.|case\.|stages\.)/.test(rest)
    )),
    caseFile(root, caseId)
  ].filter((path, n, all) => all.indexOf(path) === n)
}

async function moveToTrash(root: string, caseId: string | null, all: string[]): Promise<string> {
  const trashId = randomUUID()
  const folder = join(trashFolder(root), trashId)
  const there = await Promise.all(all.map(exists))
  const paths = all.filter((_, n) => there[n])
  // Written first: whatever is moved can be found again.
  await writeJson(join(folder, 'entry.json'), {
    format: 'hippospike-trash',
    version: 1,
    caseId,
    removedAt: new Date().toISOString(),
    paths: paths.map((path) => path.slice(root.length + 1).replaceAll('\\', '/'))
  } satisfies z.infer<typeof entrySchema>)
  await moveAll(paths.map((from, n) => ({ from, to: join(folder, String(n)) })))
  return trashId
}

interface Move {
  from: string
  to: string
}

/** All of the moves, or none. */
async function moveAll(moves: readonly Move[]): Promise<void> {
  const done: Move[] = []
  try {
    for (const move of moves) {
      await mkdir(dirname(move.to), { recursive: true })
      await rename(move.from, move.to)
      done.push(move)
    }
  } catch (cause) {
    for (const { from, to } of done.reverse()) await rename(to, from).catch(() => undefined)
    throw outputError(moves[done.length]!.to, cause)
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false
  )
}
