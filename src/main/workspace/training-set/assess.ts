import type { Finding, TrainingCheck } from '../../../shared/api/training'
import type { CaseFacts } from '../../../shared/training-set'
import type { Part } from '../../../shared/training'
import { LEAST_TRAINING, splitBySubject } from '../../../core/training-set/split'
import type { TrainingSetEngine } from '../../jobs/training-set'
import { merged, trainingCandidate, type TrainingCandidate } from './candidates'
import { factsOf } from './facts'
import { factFindings } from './mask-findings'
import { outlierFindings } from './outliers'
import type { TrainingStatistics } from './statistics'
import { subjectOfCase } from './subjects'
import { error, warning } from './trainable-mask'
import { twinFindings } from './twins'

/** More would be better; from here on results settle. */
const ENOUGH_TRAINING = 5

export interface AssessedCase extends TrainingCandidate {
  /** Null where it cannot be looked at, or has no mask. */
  facts: CaseFacts | null
  findings: Finding[]
  part: Part | null
}

export interface AssessedSet {
  /** Each case once, in the order that they were named. */
  cases: AssessedCase[]
  /** About the set. */
  findings: Finding[]
  counts: Record<Part, number>
  canStart: boolean
}

/**
 * How cases would be trained on: what is wrong with each and with the set, and which part each belongs to. A case with an error belongs to none.
 *
 * @param statistics to hold the cases against; null to leave that out, which only ever warns
 * @throws MissingError where there is no such case
 */
export async function assessSet(
  root: string,
  caseIds: readonly string[],
  seed: number,
  engine: Pick<TrainingSetEngine, 'inspect'>,
  statistics: TrainingStatistics | null
): Promise<AssessedSet> {
  const candidates: TrainingCandidate[] = []
  for (const id of new Set(caseIds)) candidates.push(await trainingCandidate(root, id))
  const looked = await look(root, candidates, engine)
  const twins = twinFindings(
    candidates.flatMap(({ candidate: { caseId } }) => {
      const seen = looked.get(caseId)
      return seen === undefined || 'problem' in seen ? [] : [{ caseId, facts: seen }]
    })
  )
  const assessed = candidates.map((one): Omit<AssessedCase, 'part'> => {
    const { caseId } = one.candidate
    const seen = looked.get(caseId)
    const facts = seen === undefined || 'problem' in seen ? null : seen
    const own = merged(one.candidate.findings, [
      ...(seen !== undefined && 'problem' in seen ? [error('unreadable', seen.problem)] : []),
      ...(facts ? factFindings(facts, one.found.record.image.geometry, one.boxes) : []),
      ...(twins.get(caseId) ?? []),
      ...(facts && statistics ? outlierFindings(facts, statistics) : [])
    ])
    return { ...one, facts, findings: own }
  })
  const usable = assessed.filter(({ findings }) => !hasError(findings))
  const subjects = usable.map(({ found }) => ({ id: found.id, subject: subjectOfCase(found) }))
  const parts = splitBySubject(subjects, seed)
  const cases = assessed.map((one) => ({ ...one, part: parts.get(one.found.id) ?? null }))
  const counts = { train: 0, validation: 0, test: 0 }
  for (const part of parts.values()) counts[part]++
  const findings = sizeFindings(counts, new Set(subjects.map(({ subject }) => subject)).size)
  const canStart = !hasError(findings) && cases.every((one) => !hasError(one.findings))
  return { cases, findings, counts, canStart }
}

/** POST /api/training/check. */
export async function checkTrainingSet(
  root: string,
  { caseIds, seed }: { caseIds: readonly string[]; seed: number },
  engine: Pick<TrainingSetEngine, 'inspect'>,
  statistics: TrainingStatistics
): Promise<TrainingCheck> {
  const { cases, ...set } = await assessSet(root, caseIds, seed, engine, statistics)
  return {
    ...set,
    cases: cases.map(({ candidate: { caseId }, part, findings }) => ({ caseId, part, findings }))
  }
}

async function look(
  root: string,
  candidates: readonly TrainingCandidate[],
  engine: Pick<TrainingSetEngine, 'inspect'>
): Promise<Map<string, CaseFacts | { problem: string }>> {
  const pairs = candidates.flatMap(({ chosen, candidate: { caseId } }) =>
    chosen === null ? [] : [{ caseId, image: chosen.image, mask: chosen.mask }]
  )
  const facts = await factsOf(root, pairs, engine)
  return new Map(pairs.map(({ caseId }, n) => [caseId, facts[n]!]))
}

/** What falls away, or cannot be done, with so few cases. */
function sizeFindings(
  { train, validation, test }: Record<Part, number>,
  subjects: number
): Finding[] {
  const usable = train + validation + test
  if (train < LEAST_TRAINING || validation === 0) {
    const have = `${usable} usable case${usable === 1 ? '' : 's'} of ${subjects} subject${subjects === 1 ? '' : 's'}`
    return [
      error(
        'too-few',
        `there are ${have}; at least ${LEAST_TRAINING} cases to train on and one of another subject to validate are needed, and 5 subjects for a test: add cases`
      )
    ]
  }
  const findings: Finding[] = []
  if (test === 0) {
    findings.push(
      warning(
        'too-few',
        `with ${subjects} subjects none is held out: whether the model became better on your cases stays untested; with 5 subjects one would be`
      )
    )
  }
  if (train < ENOUGH_TRAINING) {
    findings.push(
      warning(
        'too-few',
        `only ${train} cases are trained on; ${ENOUGH_TRAINING} or more teach more reliably`
      )
    )
  }
  return findings
}

function hasError(findings: readonly Finding[]): boolean {
  return findings.some(({ level }) => level === 'error')
}
