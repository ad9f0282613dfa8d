import { basename, resolve } from 'node:path'
import { MODEL_ID } from '../../shared/model'

/** Longer ids make names of files that some systems refuse. */
const LONGEST_ID = 40

/**
 * A text as the id of a model: `Scanner B, 2026` is `Scanner-B-2026`.
 *
 * @param otherwise where no letter and no digit is left of it
 */
export function modelIdOf(text: string, otherwise = 'site'): string {
  // Taken apart, a letter loses its accent and stays.
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '')
  const words = plain.match(/[A-Za-z0-9]+/g) ?? []
  return words.join('-').slice(0, LONGEST_ID).replace(/-+$/, '') || otherwise
}

/** The id of the model in a folder: its name, or what of that can be one. */
export function modelIdOfFolder(dir: string): string {
  const name = basename(resolve(dir))
  return MODEL_ID.test(name) ? name : modelIdOf(name, 'model')
}
