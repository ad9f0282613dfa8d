import type { Result, Version } from '../../shared/api/cases'
import { HippospikeError } from '../../shared/errors'
import { volumesMm3 } from '../../core/metrics/volumes'
import type { Volume } from '../../core/volume/volume'
import { readLabels, type SourceImage } from '../imaging/read-image'
import { writeMask } from '../imaging/write-mask'
import { makeFolder, OutputSet } from './atomic-write'
import { assertPresent } from './folder'
import { checkMaskVoxels, checkSameGrid, MASK_LABELS } from './grid'
import { headOfMask, warningsOf } from './head-of-mask'
import { removeJournal } from './journal'
import { resultFiles } from './layout'
import { MissingError } from './missing'
import {
  freeResultId,
  readResult,
  resultRecordSchema,
  writeResultRecord,
  type ResultRecord
} from './result-record'

/** Who saves a version, and how it came about. */
export interface Authorship {
  by: string
  how: string
}

/** One writing after the other: two windows that save at once make two versions. */
let writing: Promise<unknown> = Promise.resolve()

function inTurn<T>(action: () => Promise<T>): Promise<T> {
  const turn = writing.then(action)
  writing = turn.catch(() => undefined)
  return turn
}

/**
 * The mask of a result.
 *
 * @param version null for the newest
 * @throws MissingError where there is no such result or version; HippospikeError (input) where its file is damaged
 */
export async function readMask(
  root: string,
  caseId: string,
  id: string,
  version: number | null = null
): Promise<Volume<Uint8Array>> {
  await assertPresent(root)
  const { versions } = await readResult(root, caseId, id)
  const wanted = version ?? versions.at(-1)!.version
  if (!versions.some((one) => one.version === wanted)) {
    throw new MissingError(
      `result ${id} of case ${caseId} has no version ${wanted}; it has ${versions.length}`
    )
  }
  return readLabels(resultFiles(root, caseId, id).version(wanted), MASK_LABELS)
}

/**
 * Saves a mask as a new version of a result; those before stay as they are.
 *
 * @param source the case's image
 * @throws HippospikeError (usage) where it is not on the image's grid, (output) where it cannot be written: nothing is changed then
 */
export async function saveMask(
  root: string,
  caseId: string,
  id: string,
  voxels: Uint8Array,
  source: SourceImage,
  { by, how }: Authorship
): Promise<Result> {
  checkMaskVoxels(voxels, source.volume.geometry)
  return inTurn(async () => {
    await assertPresent(root)
    const result = await readResult(root, caseId, id)
    const record = resultRecordSchema.strip().parse(result)
    if (record.kind === 'truth') {
      throw new HippospikeError(
        'usage',
        `result ${id} is the ground truth, which is not edited; copy it first`
      )
    }
    const before = await readMask(root, caseId, id)
    const mask = { geometry: source.volume.geometry, voxels }
    const version: Version = {
      version: record.versions.at(-1)!.version + 1,
      savedAt: new Date().toISOString(),
      by,
      how,
      changedVoxels: differing(before.voxels, voxels)
    }
    const head = headOfMask(mask, record.head)
    const changed: ResultRecord = {
      ...record,
      volumesMm3: volumesMm3(mask),
      head,
      warnings: warningsOf(record.warnings, record.head, head),
      versions: [...record.versions, version],
      // Nobody has called right what the mask has become.
      approved: null
    }
    await writeVersion(root, caseId, id, mask, source, changed)
    await removeJournal(root, caseId, id)
    return { ...result, ...changed }
  })
}

/** What a new result is told of itself; the rest follows from its mask. */
export interface NewResult extends Pick<ResultRecord, 'name' | 'kind'>, Authorship {
  /** Of the result that it is a copy of. */
  head?: ResultRecord['head']
  warnings?: readonly string[]
  /** Whether who saves it calls it right. */
  approved?: boolean
}

/** Makes a result of a mask that no model made. */
export async function createResult(
  root: string,
  caseId: string,
  voxels: Uint8Array,
  source: SourceImage,
  { name, kind, by, how, head: known = null, warnings = [], approved = false }: NewResult
): Promise<Result> {
  const mask = { geometry: source.volume.geometry, voxels }
  checkMaskVoxels(voxels, mask.geometry)
  return inTurn(async () => {
    await assertPresent(root)
    const id = await freeResultId(root, caseId, kind === 'truth' ? 'truth' : name)
    const now = new Date().toISOString()
    const head = headOfMask(mask, known)
    const record: ResultRecord = {
      name,
      kind,
      model: null,
      stage: null,
      timesteps: null,
      createdAt: now,
      volumesMm3: volumesMm3(mask),
      head,
      confidence: null,
      cost: null,
      warnings: warningsOf(warnings, null, head),
      versions: [{ version: 1, savedAt: now, by, how, changedVoxels: null }],
      approved: approved ? { at: now, by, version: 1 } : null
    }
    await writeVersion(root, caseId, id, mask, source, record)
    return { id, ...record, hasSpikes: false, hasProbabilities: false }
  })
}

/**
 * Says of the newest version of a mask that a person calls it right, or takes that back.
 *
 * @param by who says so; null to take it back
 */
export async function approveMask(
  root: string,
  caseId: string,
  id: string,
  by: string | null
): Promise<Result> {
  return inTurn(async () => {
    await assertPresent(root)
    const result = await readResult(root, caseId, id)
    const { version } = result.versions.at(-1)!
    const approved = by === null ? null : { at: new Date().toISOString(), by, version }
    const record = { ...resultRecordSchema.strip().parse(result), approved }
    await writeResultRecord(root, caseId, id, record)
    return { ...result, approved }
  })
}

/** Makes a result of a file's label map, which must be on the image's grid. */
export async function importResult(
  root: string,
  caseId: string,
  path: string,
  source: SourceImage,
  result: NewResult
): Promise<Result> {
  const { geometry, voxels } = await readLabels(path, MASK_LABELS)
  checkSameGrid(path, geometry, source.volume.geometry)
  return createResult(root, caseId, voxels, source, result)
}

/** Writes the newest version under its own name and as the result's mask, and says so in the sidecar: all of it, or nothing. */
async function writeVersion(
  root: string,
  caseId: string,
  id: string,
  mask: Volume<Uint8Array>,
  source: SourceImage,
  record: ResultRecord
): Promise<void> {
  const files = resultFiles(root, caseId, id)
  const outputs = new OutputSet()
  try {
    await makeFolder(files.folder, outputs)
    const version = files.version(record.versions.at(-1)!.version)
    // A file of that name is what a writing that was killed has left: no sidecar has ever named it.
    await writeMask(version, mask, source.header, { outputs, force: true })
    await writeMask(files.mask, mask, source.header, { outputs, force: true })
    await writeResultRecord(root, caseId, id, record, { outputs })
    outputs.keep()
  } finally {
    outputs.undo()
  }
}

function differing(a: Uint8Array, b: Uint8Array): number {
  let count = 0
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) count++
  return count
}
