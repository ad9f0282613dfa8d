import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { caseFactsSchema, type CaseFacts } from '../../../shared/training-set'
import type { TrainingSetEngine } from '../../jobs/training-set'
import { readJsonOrNull, writeJson } from '../json-file'
import { privateFolder } from '../layout'

/** An image and a mask of it. */
export interface InspectedPair {
  image: string
  mask: string
}

/** To be raised when what is looked for changes: what was kept is then looked for anew. */
const FACTS_VERSION = 1

const keptSchema = z.strictObject({ key: z.string(), facts: caseFactsSchema })

/** What was seen in a case's voxels before, if neither file has changed since; null where they must be looked at. */
export async function knownFacts(
  root: string,
  caseId: string,
  pair: InspectedPair
): Promise<CaseFacts | null> {
  const kept = await readJsonOrNull(factsFile(root, caseId), keptSchema)
  return kept !== null && kept.key === (await keyOf(pair)) ? kept.facts : null
}

/**
 * What is seen in the voxels of cases. Those that were looked at before are not looked at again.
 *
 * @returns of each case, in their order; where it cannot be read, why
 */
export async function factsOf(
  root: string,
  cases: readonly (InspectedPair & { caseId: string })[],
  engine: Pick<TrainingSetEngine, 'inspect'>
): Promise<(CaseFacts | { problem: string })[]> {
  const found = await Promise.all(
    cases.map(({ caseId, ...pair }) => knownFacts(root, caseId, pair))
  )
  const unknown = cases.filter((_, n) => found[n] === null)
  if (unknown.length === 0) return found.map((facts) => facts!)
  const looked = await engine.inspect({
    cases: unknown.map(({ image, mask }) => ({ image, mask }))
  })
  const fresh = new Map(unknown.map(({ caseId }, n) => [caseId, looked[n]!]))
  for (const { caseId, ...pair } of unknown) {
    const facts = fresh.get(caseId)!
    if ('problem' in facts) continue
    // Kept to be quick the next time; a workspace that cannot be written is no reason to stop.
    await writeJson(factsFile(root, caseId), { key: await keyOf(pair), facts }).catch(
      () => undefined
    )
  }
  return cases.map(({ caseId }, n) => found[n] ?? fresh.get(caseId)!)
}

function factsFile(root: string, caseId: string): string {
  return join(privateFolder(root), 'training', `sub-${caseId}.json`)
}

/** Changes with either file. */
async function keyOf({ image, mask }: InspectedPair): Promise<string> {
  const parts = await Promise.all(
    [image, mask].map(async (path) => {
      const found = await stat(path).catch(() => null)
      return [basename(path), found?.size ?? 0, found?.mtimeMs ?? 0].join(' ')
    })
  )
  return [FACTS_VERSION, ...parts].join(' | ')
}
