import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The repository's own sample cases, always there. */
export const SAMPLE_DIR = join(root, 'resources', 'sample')

/** Folder of data kept outside the repository: HIPPOSPIKE_SHARED, or `shared` beside the repository. */
const sharedDir = resolve(root, process.env['HIPPOSPIKE_SHARED'] ?? join('..', 'shared'))

/**
 * A file or folder of the data kept outside the repository, or null where it is absent.
 *
 * Use: `const path = sharedData('data/head/colin27_t1.nii.gz')`, then `test.skipIf(path === null)(…)`. What is missing
 * is said once, on stderr.
 */
export function sharedData(relative: string): string | null {
  const path = join(sharedDir, relative)
  if (existsSync(path)) return path
  console.warn(`skipping: ${relative} is not in ${sharedDir} (set HIPPOSPIKE_SHARED to its folder)`)
  return null
}
