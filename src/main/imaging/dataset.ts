import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, normalize, resolve } from 'node:path'
import { z } from 'zod'
import { createRandom, shuffled } from '../../core/training/random'
import { oneLine } from '../../shared/issues'
import { partSchema, type Part } from '../../shared/training'
import { badInput } from './image-checks'
import { imageExtension } from './read-image'

export interface DatasetCase {
  id: string
  imagePath: string
  labelPath: string
  split: Part
}

export interface Dataset {
  dir: string
  /** Sorted by id. */
  cases: DatasetCase[]
  /** Whether dataset.json divides the cases, or a seeded 80/20 draw did. */
  splitBy: 'dataset.json' | 'seed'
  /** SHA-256 over ids, split and the contents of every file, in hexadecimal. */
  datasetHash: string
}

export interface DatasetOptions {
  /** Seed of the 80/20 split of a dataset that brings none. */
  seed?: number
}

const VALIDATION_FRACTION = 0.2

/** The parts of dataset.json that are read; the Decathlon's other fields may be there. */
const datasetSchema = z.looseObject({
  training: z
    .array(z.looseObject({ image: z.string().min(1), label: z.string().min(1) }))
    .optional(),
  split: z
    .looseObject({
      train: z.array(z.string().min(1)),
      validation: z.array(z.string().min(1)),
      test: z.array(z.string().min(1)).default([])
    })
    .optional()
})
type DatasetFile = z.infer<typeof datasetSchema>
type DeclaredSplit = Record<Part, string[]>
type Pair = Omit<DatasetCase, 'split'>

/**
 * Opens labelled cases in the layout of the Medical Segmentation Decathlon: imagesTr, labelsTr and dataset.json.
 *
 * dataset.json lists the cases under `training` (the Decathlon's way), or divides them under
 * `split: { train: [ids], validation: [ids], test: [ids] }`, or both; with neither, imagesTr and labelsTr are paired by
 * name. `test` may be missing; training never reads it. Cases that a `split` leaves out are not used.
 *
 * @throws HippospikeError (input) naming what is missing or contradictory
 */
export async function openDataset(dir: string, options: DatasetOptions = {}): Promise<Dataset> {
  const file = await readDatasetFile(dir)
  const pairs = file.training ? listedPairs(dir, file.training) : await pairedFiles(dir)
  const cases = file.split
    ? declaredSplit(dir, pairs, file.split)
    : seededSplit(pairs, options.seed ?? 0)
  if (cases.length === 0)
    throw badInput(dir, 'holds no labelled cases; put them in imagesTr and labelsTr')
  cases.sort((a, b) => compare(a.id, b.id))
  return {
    dir: resolve(dir),
    cases,
    splitBy: file.split ? 'dataset.json' : 'seed',
    datasetHash: await hashCases(cases)
  }
}

async function readDatasetFile(dir: string): Promise<DatasetFile> {
  const path = join(dir, 'dataset.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const problem =
      code === 'ENOENT' || code === 'ENOTDIR' ? 'is missing' : `cannot be read (${code})`
    throw badInput(path, `${problem}; --data needs imagesTr, labelsTr and dataset.json`, cause)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw badInput(path, `is not JSON (${oneLine((cause as Error).message)}); correct it`, cause)
  }
  const parsed = datasetSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw badInput(
    path,
    `is not as expected at ${issue.path.join('.') || 'its top'}: ${issue.message}`
  )
}

function listedPairs(dir: string, training: { image: string; label: string }[]): Pair[] {
  const pairs = training
    .filter(({ image }) => !isAppleDouble(image))
    .map(({ image, label }) => ({
      id: caseId(image),
      imagePath: resolve(dir, normalize(image)),
      labelPath: resolve(dir, normalize(label))
    }))
  const seen = new Set<string>()
  for (const { id } of pairs) {
    if (seen.has(id)) throw badInput(dir, `dataset.json lists case ${id} twice`)
    seen.add(id)
  }
  return pairs
}

async function pairedFiles(dir: string): Promise<Pair[]> {
  const images = await imagesById(join(dir, 'imagesTr'))
  const labels = await imagesById(join(dir, 'labelsTr'))
  for (const [id, path] of labels) {
    if (!images.has(id)) throw badInput(path, 'is a label without an image in imagesTr')
  }
  return [...images].map(([id, imagePath]) => {
    const labelPath = labels.get(id)
    if (labelPath === undefined) throw badInput(imagePath, 'has no label in labelsTr')
    return { id, imagePath, labelPath }
  })
}

async function imagesById(folder: string): Promise<Map<string, string>> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (cause) {
    throw badInput(folder, 'is missing or no folder; --data needs imagesTr and labelsTr', cause)
  }
  const found = new Map<string, string>()
  for (const name of names.sort(compare)) {
    if (isAppleDouble(name) || imageExtension(name) === null) continue
    const id = caseId(name)
    if (found.has(id))
      throw badInput(join(folder, name), `is a second file of case ${id}; keep one`)
    found.set(id, resolve(folder, name))
  }
  return found
}

function declaredSplit(dir: string, pairs: Pair[], split: DeclaredSplit): DatasetCase[] {
  const byId = new Map(pairs.map((pair) => [pair.id, pair]))
  const used = new Set<string>()
  const take = (ids: string[], name: Part): DatasetCase[] =>
    ids.map((id) => {
      if (used.has(id)) {
        throw badInput(
          dir,
          `dataset.json's split names case ${id} twice; a case belongs to one part`
        )
      }
      used.add(id)
      const pair = byId.get(id)
      if (!pair)
        throw badInput(dir, `dataset.json's split names case ${id}, which has no image and label`)
      return { ...pair, split: name }
    })
  return partSchema.options.flatMap((part) => take(split[part], part))
}

/** Shuffles the sorted ids and takes the first fifth for validation, at least one of two cases. */
function seededSplit(pairs: Pair[], seed: number): DatasetCase[] {
  const sorted = [...pairs].sort((a, b) => compare(a.id, b.id))
  const least = sorted.length > 1 ? 1 : 0
  const validation = Math.max(least, Math.round(sorted.length * VALIDATION_FRACTION))
  return shuffled(sorted, createRandom(seed)).map((pair, n) => ({
    ...pair,
    split: n < validation ? 'validation' : 'train'
  }))
}

async function hashCases(cases: DatasetCase[]): Promise<string> {
  const whole = createHash('sha256')
  for (const { id, split, imagePath, labelPath } of cases) {
    const image = await hashFile(imagePath, `the image of case ${id}`)
    const label = await hashFile(labelPath, `the label of case ${id}`)
    whole.update(`${id}\t${split}\t${image}\t${label}\n`)
  }
  return whole.digest('hex')
}

async function hashFile(path: string, what: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const problem = code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`
    throw badInput(
      path,
      `${what} ${problem}; restore it or take the case out of dataset.json`,
      cause
    )
  }
}

function caseId(path: string): string {
  const name = basename(path)
  return name.slice(0, name.length - (imageExtension(name)?.length ?? 0))
}

/** macOS leaves a `._name` file beside every file on foreign disks and in archives. */
function isAppleDouble(path: string): boolean {
  return basename(path).startsWith('._')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
