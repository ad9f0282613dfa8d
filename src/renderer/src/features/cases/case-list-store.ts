import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { z } from 'zod'
import {
  caseListSchema,
  importOutcomeSchema,
  trashedSchema,
  type CaseSummary,
  type ImportOutcome
} from '../../../../shared/api/cases'
import { api, messageOf, path } from '../../api'

const outcomesSchema = z.array(importOutcomeSchema)

/** What is imported: files that the host can read by their path, files of the browser, or the sample. */
export type ImportSource =
  | { kind: 'paths'; paths: readonly string[] }
  | { kind: 'files'; files: readonly File[] }
  | { kind: 'sample' }

export interface CaseListStore {
  readonly cases: ShallowRef<readonly CaseSummary[]>
  /** Whether the list has been read since the workspace was opened. */
  readonly loaded: Ref<boolean>
  readonly problem: Ref<string | null>
  load: () => Promise<void>
  clear: () => void
  /** What is being imported, for people; null where nothing is. */
  readonly importing: Ref<string | null>
  /** What the last import said of each file that failed or that is to be minded. */
  readonly remarks: ShallowRef<readonly ImportOutcome[]>
  /** The cases that were made; what failed is in `remarks`. */
  importFrom: (source: ImportSource) => Promise<string[]>
  /** Puts a case into the workspace's trash; the answer brings it back. */
  remove: (id: string) => Promise<() => Promise<void>>
}

export function createCaseListStore(): CaseListStore {
  const cases = shallowRef<readonly CaseSummary[]>([])
  const loaded = ref(false)
  const problem = ref<string | null>(null)
  const importing = ref<string | null>(null)
  const remarks = shallowRef<readonly ImportOutcome[]>([])
  let asked = 0

  async function load(): Promise<void> {
    const mine = ++asked
    try {
      const list = await api.get('/api/cases', caseListSchema)
      if (mine !== asked) return
      cases.value = list
      problem.value = null
    } catch (error) {
      if (mine === asked) problem.value = messageOf(error)
    } finally {
      if (mine === asked) loaded.value = true
    }
  }

  async function importFrom(source: ImportSource): Promise<string[]> {
    remarks.value = []
    const outcomes: ImportOutcome[] = []
    try {
      for await (const some of outcomesOf(source, (what) => (importing.value = what))) {
        outcomes.push(...some)
      }
    } finally {
      importing.value = null
      remarks.value = outcomes.filter((one) => one.problem !== null || one.warnings.length > 0)
    }
    await load()
    return outcomes.flatMap(({ caseId }) => (caseId === null ? [] : [caseId]))
  }

  return {
    cases,
    loaded,
    problem,
    load,
    clear() {
      asked++
      cases.value = []
      loaded.value = false
      problem.value = null
      remarks.value = []
    },
    importing,
    remarks,
    importFrom,
    async remove(id) {
      const { trashId } = await api.delete(path`/api/cases/${id}`, trashedSchema)
      await load()
      return async () => {
        await api.post(path`/api/trash/${trashId}/restore`, z.unknown())
        await load()
      }
    }
  }
}

/** Imports one after the other, so that each file's failure is its own. */
async function* outcomesOf(
  source: ImportSource,
  say: (what: string) => void
): AsyncGenerator<ImportOutcome[]> {
  if (source.kind === 'sample') {
    say('the sample case')
    yield await orProblem('sample case', () => api.post('/api/cases/sample', outcomesSchema))
    return
  }
  if (source.kind === 'paths') {
    for (const one of source.paths) {
      const name = one.split(/[\\/]/).pop() ?? one
      say(name)
      yield await orProblem(name, () => api.post('/api/cases', outcomesSchema, { paths: [one] }))
    }
    return
  }
  for (const file of source.files) {
    say(file.name)
    yield await orProblem(file.name, () =>
      api.post(path`/api/cases/upload?name=${file.name}`, outcomesSchema, file)
    )
  }
}

async function orProblem(
  name: string,
  call: () => Promise<ImportOutcome[]>
): Promise<ImportOutcome[]> {
  try {
    return await call()
  } catch (error) {
    return [{ name, caseId: null, problem: messageOf(error), warnings: [] }]
  }
}
