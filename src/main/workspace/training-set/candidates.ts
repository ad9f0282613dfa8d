import type { Candidate, Finding } from '../../../shared/api/training'
import type { Result } from '../../../shared/api/cases'
import type { HeadBox } from '../../../shared/head'
import { caseIds, readCase, type Case } from '../case-record'
import { resultFiles } from '../layout'
import { listResults } from '../result-record'
import { knownFacts, type InspectedPair } from './facts'
import { factFindings, labelFindings } from './mask-findings'
import { error, fileFindings, recordedSides, trainableMask } from './trainable-mask'

/** A case as something to train on, with what leads to its files. */
export interface TrainingCandidate {
  found: Case
  candidate: Candidate
  /** Its mask's file is that of a version, which no later edit changes; null without a mask. */
  chosen: (InspectedPair & { result: Result; version: number }) | null
  /** Where the hippocampi were located, by any result of the case. */
  boxes: readonly HeadBox[]
}

/**
 * Every case of the workspace as something to train on. Quick: what is said of a mask comes from what is recorded of it, from its header, and
 * from an earlier look at its voxels.
 *
 * @param onDamaged hears of a case that cannot be read
 */
export async function listCandidates(
  root: string,
  onDamaged: (id: string, problem: unknown) => void = () => undefined
): Promise<Candidate[]> {
  const candidates: Candidate[] = []
  for (const id of await caseIds(root)) {
    try {
      const one = await trainingCandidate(root, id)
      const facts = one.chosen && (await knownFacts(root, id, one.chosen))
      const seen = facts ? factFindings(facts, one.found.record.image.geometry, one.boxes) : []
      candidates.push({ ...one.candidate, findings: merged(one.candidate.findings, seen) })
    } catch (problem) {
      onDamaged(id, problem)
    }
  }
  return candidates
}

/** @throws MissingError where there is no such case; HippospikeError (input) where its scan cannot be read */
export async function trainingCandidate(root: string, id: string): Promise<TrainingCandidate> {
  const found = await readCase(root, id)
  const results = await listResults(root, id)
  const boxes =
    results.find(({ head }) => head !== null && head.boxes.length > 0)?.head?.boxes ?? []
  const result = trainableMask(results)
  const about = { caseId: id, name: found.record.name }
  if (result === null) {
    const message =
      'no person has made, corrected or approved a mask of it; segment it, look at the mask, and approve it'
    const findings = [error('no-mask', message)]
    return { found, chosen: null, boxes, candidate: { ...about, mask: null, sides: [], findings } }
  }
  const version = result.approved?.version ?? result.versions.at(-1)!.version
  const mask = resultFiles(root, id, result.id).version(version)
  const sides = recordedSides(result)
  const findings: Finding[] = [
    ...(result.approved === null
      ? [
          error(
            'not-approved',
            `its mask ${result.name} is not approved; look at it, and approve it`
          )
        ]
      : []),
    ...(sides.length === 0
      ? [error('empty-mask', 'its mask is empty; draw the hippocampus, or take the case out')]
      : labelFindings(sides)),
    ...(await fileFindings(mask, found.record.image.geometry))
  ]
  return {
    found,
    chosen: { image: found.scan, mask, result, version },
    boxes,
    candidate: {
      ...about,
      mask: {
        resultId: result.id,
        name: result.name,
        version,
        kind: sides.some((one) => one.mask === 'parts') ? 'parts' : 'whole',
        approved: result.approved !== null
      },
      sides: sides.map(({ side }) => side ?? found.record.side),
      findings
    }
  }
}

/** Two lists, each sentence once. */
export function merged(a: readonly Finding[], b: readonly Finding[]): Finding[] {
  const said = new Set(a.map(({ message }) => message))
  return [...a, ...b.filter(({ message }) => !said.has(message))]
}
