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

/** What an import said of one file. */
export interface ImportRemark extends ImportOutcome {
  /** Of that file alone, to import it again. */
  source: ImportSource
}

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
  readonly remarks: ShallowRef<readonly ImportRemark[]>
  /** The cases that were made; what failed is in `remarks`. */
  importFrom: (source: ImportSource) => Promise<string[]>
  /** Imports a repaired copy of a file that a remark offers that for. */
  importRepaired: (remark: ImportRemark) => Promise<string[]>
  /** Puts a case into the workspace's trash; the answer brings it back. */
  remove: (id: string) => Promise<() => Promise<void>>
}

export function createCaseListStore(): CaseListStore {
  const cases = shallowRef<readonly CaseSummary[]>([])
  const loaded = ref(false)
  const problem = ref<string | null>(null)
  const importing = ref<string | null>(null)
  const remarks = shallowRef<readonly ImportRemark[]>([])
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
    return importBeside(source, false)
  }

  /** Imports, and adds its remarks to those that are there. */
  async function importBeside(source: ImportSource, repair: boolean): Promise<string[]> {
    const outcomes: ImportRemark[] = []
    try {
      for (const one of singles(source)) {
        importing.value = nameOf(one)
        const found = await outcomesOf(one, repair)
        outcomes.push(...found.map((outcome) => ({ ...outcome, source: one })))
      }
    } finally {
      importing.value = null
      const told = outcomes.filter((one) => one.problem !== null || one.warnings.length > 0)
      remarks.value = [...remarks.value, ...told]
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
    async importRepaired(remark) {
      remarks.value = remarks.value.filter((one) => one !== remark)
      return importBeside(remark.source, true)
    },
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

/** A source for each file: they are imported one after the other, so that each one's failure is its own. */
function singles(source: ImportSource): ImportSource[] {
  if (source.kind === 'paths') return source.paths.map((path) => ({ kind: 'paths', paths: [path] }))
  if (source.kind === 'files') return source.files.map((file) => ({ kind: 'files', files: [file] }))
  return [source]
}

/** For people. */
function nameOf(source: ImportSource): string {
  if (source.kind === 'sample') return 'the sample case'
  if (source.kind === 'files') return source.files.map(({ name }) => name).join(', ')
  return source.paths.map((path) => path.split(/[\\/]/).pop() ?? path).join(', ')
}

async function outcomesOf(source: ImportSource, repair: boolean): Promise<ImportOutcome[]> {
  try {
    return await imported(source, repair)
  } catch (error) {
    const problem = messageOf(error)
    return [{ name: nameOf(source), caseId: null, problem, repairable: false, warnings: [] }]
  }
}

async function imported(source: ImportSource, repair: boolean): Promise<ImportOutcome[]> {
  if (source.kind === 'sample') return api.post('/api/cases/sample', outcomesSchema)
  if (source.kind === 'paths') {
    return api.post('/api/cases', outcomesSchema, { paths: source.paths, repair })
  }
  const outcomes: ImportOutcome[] = []
  for (const file of source.files) {
    const url = path`/api/cases/upload?name=${file.name}&repair=${String(repair)}`
    outcomes.push(...(await api.post(url, outcomesSchema, file)))
  }
  return outcomes
}
