import {
  computed,
  effectScope,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
  type ShallowRef
} from 'vue'
import { z } from 'zod'
import { importOutcomeSchema, resultSchema, type ImportOutcome } from '../../../../shared/api/cases'
import {
  candidateListSchema,
  trainingCheckSchema,
  type Candidate,
  type Finding,
  type TrainingCheck
} from '../../../../shared/api/training'
import { api, isCancelled, messageOf, onAppEvent, onReconnect, path } from '../../api'

export interface TrainingSet {
  readonly candidates: ShallowRef<readonly Candidate[]>
  readonly loaded: Ref<boolean>
  readonly problem: Ref<string | null>
  load: () => Promise<void>
  /** Says whether a person finds the mask right. */
  approve: (candidate: Candidate, approved: boolean) => Promise<void>
  /** Cases whose approval is on its way. */
  readonly approving: Ref<ReadonlySet<string>>
  /** Cases to train on, in the order of the list. */
  readonly chosen: ComputedRef<readonly string[]>
  choose: (caseId: string, wanted: boolean) => void
  /** Of the chosen ones; null before the first answer. */
  readonly check: ShallowRef<TrainingCheck | null>
  readonly checking: Ref<boolean>
  readonly checkProblem: Ref<string | null>
  /** Decides which subject is held out. */
  readonly seed: Ref<number>
  /** Makes cases of a labelled folder. */
  importFolder: (folder: string) => Promise<ImportOutcome[]>
}

/** Milliseconds between the last change of a choice and the check of it. */
const SETTLING = 300

const outcomesSchema = z.array(importOutcomeSchema)
let shared: TrainingSet | undefined

/** The cases of the workspace as something to train on. */
export function useTrainingSet(): TrainingSet {
  // Its watch must outlive the page that asks first.
  return (shared ??= effectScope(true).run(createTrainingSet)!)
}

/** Whether a case can be chosen: its mask is approved, and nothing is wrong with it. */
export function isUsable({ mask, findings }: Candidate): boolean {
  return mask?.approved === true && !findings.some(({ level }) => level === 'error')
}

/** Errors before warnings, in their order else; what the row says in another place is left out. */
export function findingsToShow(findings: readonly Finding[]): Finding[] {
  const told: readonly Finding['kind'][] = ['no-mask', 'not-approved']
  const others = findings.filter(({ kind }) => !told.includes(kind))
  return [
    ...others.filter(({ level }) => level === 'error'),
    ...others.filter(({ level }) => level === 'warning')
  ]
}

/** The findings of a case and what the check of the set adds to them, each once. */
export function mergedFindings(candidate: Candidate, check: TrainingCheck | null): Finding[] {
  const more = check?.cases.find(({ caseId }) => caseId === candidate.caseId)?.findings ?? []
  const all = [...candidate.findings, ...more]
  return all.filter((one, n) => all.findIndex(({ message }) => message === one.message) === n)
}

export function createTrainingSet(): TrainingSet {
  const candidates = shallowRef<readonly Candidate[]>([])
  const loaded = ref(false)
  const problem = ref<string | null>(null)
  const approving = ref<ReadonlySet<string>>(new Set())
  const left = ref<ReadonlySet<string>>(new Set())
  const check = shallowRef<TrainingCheck | null>(null)
  const checking = ref(false)
  const checkProblem = ref<string | null>(null)
  const seed = ref(1)
  let loads = 0
  let wanted = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking: AbortController | null = null

  const chosen = computed(() =>
    candidates.value
      .filter((one) => isUsable(one) && !left.value.has(one.caseId))
      .map(({ caseId }) => caseId)
  )

  async function load(): Promise<void> {
    wanted = true
    const mine = ++loads
    try {
      const list = await api.get('/api/training/cases', candidateListSchema)
      if (mine !== loads) return
      candidates.value = list
      problem.value = null
    } catch (error) {
      if (mine === loads) problem.value = messageOf(error)
    } finally {
      if (mine === loads) loaded.value = true
    }
  }

  async function runCheck(): Promise<void> {
    asking?.abort()
    asking = null
    if (chosen.value.length === 0) {
      check.value = null
      checking.value = false
      checkProblem.value = null
      return
    }
    const mine = new AbortController()
    asking = mine
    checking.value = true
    try {
      const request = { caseIds: chosen.value, seed: seed.value }
      check.value = await api.post('/api/training/check', trainingCheckSchema, request, {
        signal: mine.signal
      })
      checkProblem.value = null
    } catch (error) {
      if (isCancelled(error)) return
      check.value = null
      checkProblem.value = messageOf(error)
    } finally {
      if (asking === mine) checking.value = false
    }
  }

  function settle(): void {
    clearTimeout(timer)
    if (chosen.value.length > 0) checking.value = true
    timer = setTimeout(() => void runCheck(), SETTLING)
  }
  // A mask that was drawn on is another one, so the masks are watched as well.
  watch(
    () =>
      JSON.stringify([
        seed.value,
        candidates.value
          .filter(({ caseId }) => chosen.value.includes(caseId))
          .map(({ caseId, mask }) => [caseId, mask?.resultId, mask?.version])
      ]),
    settle
  )

  onAppEvent((event) => {
    // Nobody has looked at the list yet: it is read when somebody does.
    if (!wanted) return
    if (event.type === 'cases') void load()
    if (event.type === 'workspace') {
      candidates.value = []
      loaded.value = false
      left.value = new Set()
      void load()
    }
  })
  onReconnect(() => {
    if (wanted) void load()
  })

  return {
    candidates,
    loaded,
    problem,
    load,
    async approve({ caseId, mask }, approved) {
      if (mask === null) return
      approving.value = new Set([...approving.value, caseId])
      try {
        await api.put(path`/api/cases/${caseId}/results/${mask.resultId}/approval`, resultSchema, {
          approved
        })
        await load()
      } finally {
        approving.value = new Set([...approving.value].filter((id) => id !== caseId))
      }
    },
    approving,
    chosen,
    choose(caseId, isWanted) {
      const others = [...left.value].filter((id) => id !== caseId)
      left.value = new Set(isWanted ? others : [...others, caseId])
    },
    check,
    checking,
    checkProblem,
    seed,
    async importFolder(folder) {
      const outcomes = await api.post('/api/training/import', outcomesSchema, { path: folder })
      await load()
      return outcomes
    }
  }
}
