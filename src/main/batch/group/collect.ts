import { readFile, stat } from 'node:fs/promises'
import { readJsonOrNull } from '../../workspace/json-file'
import { sidecarSchema, type ResultRecord } from '../../workspace/result-record'
import { listDerived, scanErrorSchema, scanFiles, type Derived } from '../outputs'
import type { BidsScan } from '../../workspace/bids-scans'

/** What the participant level has left of a scan. */
export interface Segmented {
  place: Derived & { result: string }
  record: ResultRecord
  /** PNG; null where it is gone. */
  picture: Buffer | null
}

export interface Failed {
  participant: string
  session: string | null
  entities: string
  message: string
}

export interface Collected {
  segmented: Segmented[]
  failed: Failed[]
  /** Scans of the source dataset of which there is neither a result nor an error. */
  missing: BidsScan[]
}

/** Reads a derivative dataset; a sidecar or error file that is damaged counts as a failed scan. */
export async function collect(outputDir: string, source: readonly BidsScan[]): Promise<Collected> {
  const segmented: Segmented[] = []
  const failed: Failed[] = []
  for (const place of await listDerived(outputDir)) {
    const { participant, session, entities, result, path } = place
    if (result === null) {
      const error = await readJsonOrNull(path, scanErrorSchema)
      const message = error?.message ?? 'its error file is damaged; run the participant again'
      failed.push({ participant, session, entities, message })
      continue
    }
    const sidecar = await readJsonOrNull(path, sidecarSchema)
    const { mask, picture } = scanFiles(outputDir, { ...place, file: '' }, result)
    const isThere = (await stat(mask).catch(() => null)) !== null
    if (sidecar === null || !isThere) {
      const what = sidecar === null ? 'its record is damaged' : 'its mask is gone'
      failed.push({
        participant,
        session,
        entities,
        message: `seg-${result}: ${what}; run the participant again`
      })
      continue
    }
    segmented.push({
      place: { ...place, result },
      record: sidecar.Hippospike,
      picture: await readFile(picture).catch(() => null)
    })
  }
  const places = [...segmented.map(({ place }) => place), ...failed]
  const known = new Set(places.map(({ entities }) => entities))
  return { segmented, failed, missing: source.filter((scan) => !known.has(scan.entities)) }
}
