import { isDeepStrictEqual } from 'node:util'
import { HippospikeError } from '../../../shared/errors'
import { readManifest } from '../../workspace/model-folder'
import { readProvenance } from '../../workspace/model-provenance'
import type { Settings } from './settings'

/**
 * Makes sure that a stage that is found finished was made as it is asked for now. A model that does not say how it was made is taken as it is.
 *
 * @param folder of its model
 * @param asked settings that are given now; those that are left out may be anything
 * @param dataHash of the data set that is given now
 * @throws HippospikeError (output) naming what differs; (input) where the model's description is damaged
 */
export async function checkFinished(
  folder: string,
  asked: Settings,
  dataHash: () => Promise<string>
): Promise<void> {
  const manifest = await readManifest(folder)
  const made = readProvenance(manifest)
  if (!made.success) return
  const { settings, data } = made.data
  // A conversion keeps these in the model itself.
  const converted =
    manifest.stage === 'converted' && manifest.spiking
      ? { mode: manifest.spiking.mode, timesteps: manifest.spiking.defaultTimesteps }
      : {}
  const known: Settings = { ...settings, ...converted }
  const other = Object.keys(asked).find((name) => !isDeepStrictEqual(known[name], asked[name]))
  if (other !== undefined) {
    throw refusal(folder, `with ${other} ${text(known[other])} and not ${text(asked[other])}`)
  }
  if (data.hash !== (await dataHash())) throw refusal(folder, 'from other data')
}

function refusal(folder: string, how: string): HippospikeError {
  return new HippospikeError(
    'output',
    `${folder}: is finished already, but was made ${how}; give another folder with --out, or remove it`
  )
}

function text(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value)
}
