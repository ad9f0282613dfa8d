import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import {
  aboutSchema,
  modelListSchema,
  type About,
  type ModelSummary
} from '../../../../shared/api/about'
import { defaultModelSchema, type DefaultModel } from '../../../../shared/api/training'
import { api, messageOf, onAppEvent, onReconnect } from '../../api'

export interface Models {
  readonly list: ShallowRef<readonly ModelSummary[]>
  /** Runtimes that work here; null while the doctor has not looked. */
  readonly runtimes: ShallowRef<About['runtimes']>
  /** The workspace's default model and what was it before; null until it is read. */
  readonly standard: ShallowRef<DefaultModel | null>
  readonly problem: Ref<string | null>
  load: () => Promise<void>
}

let shared: Models | undefined

/** The models and runtimes that a case can be segmented with. */
export function useModels(): Models {
  return (shared ??= createModels())
}

function createModels(): Models {
  const list = shallowRef<readonly ModelSummary[]>([])
  const runtimes = shallowRef<About['runtimes']>(null)
  const standard = shallowRef<DefaultModel | null>(null)
  const problem = ref<string | null>(null)

  async function load(): Promise<void> {
    try {
      const [models, chosen, about] = await Promise.all([
        api.get('/api/models', modelListSchema),
        api.get('/api/models/default', defaultModelSchema),
        api.get('/api/about', aboutSchema)
      ])
      list.value = models
      standard.value = chosen
      runtimes.value = about.runtimes
      problem.value = null
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  onAppEvent((event) => {
    if (event.type === 'workspace' || event.type === 'models') void load()
  })
  onReconnect(() => void load())
  void load()
  return { list, runtimes, standard, problem, load }
}

/** What a person has made the default of the workspace; null where it is the program's own. */
export function chosenDefault(standard: DefaultModel | null): string | null {
  return standard === null || standard.history.length === 0 ? null : standard.id
}

/** The model that a new case is segmented with: what was chosen, else a fine-tuned spiking one, else the first. */
export function modelToUse(
  models: readonly ModelSummary[],
  ...wishes: readonly (string | null)[]
): ModelSummary | null {
  for (const wish of wishes) {
    const found = models.find(({ id }) => id === wish)
    if (found !== undefined) return found
  }
  const tuned = models.filter(({ stage }) => stage === 'fine-tuned')
  // The plain binary network is the paper's; a site's own model is chosen by its user.
  return (
    tuned.find(({ origin, spiking }) => origin === 'shipped' && spiking?.mode === 'binary') ??
    tuned[0] ??
    models[0] ??
    null
  )
}

/** Kind of a model for people. */
export function stageName(stage: ModelSummary['stage']): string {
  return STAGE_NAMES[stage]
}

const STAGE_NAMES: Readonly<Record<ModelSummary['stage'], string>> = {
  ann: 'ANN',
  converted: 'Converted SNN',
  'fine-tuned': 'Fine-tuned SNN',
  direct: 'Directly trained SNN'
}
