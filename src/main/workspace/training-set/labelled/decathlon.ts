import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { readJson } from '../../json-file'
import { imagesBelow, paired, stemOf, type Labelled } from './found'

const listSchema = z.looseObject({
  training: z
    .array(z.looseObject({ image: z.string().min(1), label: z.string().min(1) }))
    .optional()
})

/**
 * The labelled images of a folder in the layout of the Medical Segmentation Decathlon: those that dataset.json lists, or imagesTr and labelsTr
 * paired by name (nnU-Net's `_0000` is left out).
 *
 * @throws HippospikeError (input) where dataset.json is damaged
 */
export async function decathlonPairs(dir: string): Promise<Labelled> {
  const list = await readJson(join(dir, 'dataset.json'), listSchema)
  if (!list?.training) {
    const [images, labels] = await Promise.all(
      ['imagesTr', 'labelsTr'].map((name) => imagesBelow(join(dir, name), 0))
    )
    return paired(images!, labels!, stemOf)
  }
  const found: Labelled = { pairs: [], unpaired: [] }
  for (const { image, label } of list.training) {
    const pair = { image: resolve(dir, image), mask: resolve(dir, label) }
    const missing = [
      ...((await isFile(pair.image)) ? [] : [pair.image]),
      ...((await isFile(pair.mask)) ? [] : [pair.mask])
    ]
    if (missing.length === 0) found.pairs.push(pair)
    for (const path of missing) {
      const problem = 'is listed in dataset.json but is not there: restore it, or take its case out'
      found.unpaired.push({ path, problem })
    }
  }
  return found
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false
  )
}
