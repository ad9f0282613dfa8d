import { z } from 'zod'
import { modelSummarySchema, type ModelSummary } from '../../../../shared/api/about'
import { trashedSchema } from '../../../../shared/api/cases'
import { defaultModelSchema } from '../../../../shared/api/training'
import { api, path } from '../../api'
import { useCases } from '../cases'
import { useModels } from '../segmentation'

/** What can be done with the workspace's models. Each ends with the lists of models as they are then. */
export const modelShelf = {
  /** Makes a model the default: also the way back to an earlier one. */
  async use(id: string): Promise<void> {
    await api.put('/api/models/default', defaultModelSchema, { id })
    await settle()
  },

  async importFile(file: File): Promise<ModelSummary> {
    const url = path`/api/models/upload?name=${file.name}`
    const model = await api.post(url, modelSummarySchema, file, { packed: false })
    await useModels().load()
    return model
  },

  /** The model as one file. */
  file: (id: string): Promise<Uint8Array<ArrayBuffer>> => api.bytes(path`/api/models/${id}/file`),

  /** Puts a model of the workspace into its trash; the answer brings it back. */
  async remove(id: string): Promise<() => Promise<void>> {
    const { trashId } = await api.delete(path`/api/models/${id}`, trashedSchema)
    await settle()
    return async () => {
      await api.post(path`/api/trash/${trashId}/restore`, z.unknown())
      await useModels().load()
    }
  },

  /** Another model is the default: what was chosen by hand for the next segmentation gives way to it. */
  settle
}

async function settle(): Promise<void> {
  const { settings } = useCases()
  settings.model = null
  settings.timesteps = null
  await useModels().load()
}
