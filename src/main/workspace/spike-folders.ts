import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SIDES, type Side } from '../../shared/labels'
import { INDEX_FILE } from './spike-store-index'

/** A folder with the spikes of one hippocampus. */
export interface SpikeFolder {
  /** Null for that of a crop. */
  side: Side | null
  dir: string
  /** Another one once its spikes are others. */
  stamp: string
}

/**
 * Where the spikes of a result lie: those of a crop in the folder itself, those of a head in one a side. None where there are no spikes.
 *
 * @param dir of the result
 */
export async function spikeFolders(dir: string): Promise<SpikeFolder[]> {
  const places = [{ side: null, dir }, ...SIDES.map((side) => ({ side, dir: join(dir, side) }))]
  const found = await Promise.all(
    places.map(async (place): Promise<SpikeFolder | null> => {
      const index = await stat(join(place.dir, INDEX_FILE)).catch(() => null)
      return index && { ...place, stamp: `${index.mtimeMs} ${index.size}` }
    })
  )
  const folders = found.filter((folder) => folder !== null)
  const whole = folders.find(({ side }) => side === null)
  return whole ? [whole] : folders
}
