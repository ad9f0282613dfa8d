import type { Finding } from '../../../shared/api/training'
import type { CaseFacts } from '../../../shared/training-set'
import { error } from './trainable-mask'

/** A case whose voxels were looked at. */
export interface SeenCase {
  caseId: string
  facts: CaseFacts
}

/**
 * Cases that show the same image under two names. Where their masks agree, one is enough: all but the first are errors. Where they differ,
 * nobody can tell which is right: all are errors.
 *
 * @returns findings by case
 */
export function twinFindings(cases: readonly SeenCase[]): Map<string, Finding[]> {
  const byImage = new Map<string, SeenCase[]>()
  for (const one of [...cases].sort((a, b) => (a.caseId < b.caseId ? -1 : 1))) {
    const { imageSha256 } = one.facts
    byImage.set(imageSha256, [...(byImage.get(imageSha256) ?? []), one])
  }
  const findings = new Map<string, Finding[]>()
  for (const twins of byImage.values()) {
    if (twins.length < 2) continue
    const agree = twins.every((one) => sameMask(one.facts, twins[0]!.facts))
    for (const [n, { caseId }] of twins.entries()) {
      const others = twins.filter((one) => one.caseId !== caseId).map((one) => one.caseId)
      if (!agree) findings.set(caseId, [contradiction(others)])
      else if (n > 0) findings.set(caseId, [duplicate(twins[0]!.caseId)])
    }
  }
  return findings
}

/** Of a mask that knows only the whole and one that knows the parts, the whole must agree. */
function sameMask(a: CaseFacts, b: CaseFacts): boolean {
  return kindsOf(a) === kindsOf(b)
    ? a.maskSha256 === b.maskSha256
    : a.foregroundSha256 === b.foregroundSha256
}

function kindsOf({ sides }: CaseFacts): string {
  return sides.map(({ side, mask }) => `${side} ${mask}`).join()
}

function duplicate(other: string): Finding {
  return error(
    'duplicate',
    `it is the same image as case ${other}, with the same mask; take one of the two out`
  )
}

function contradiction(others: readonly string[]): Finding {
  return error(
    'contradiction',
    `it is the same image as case ${others.join(', ')}, but its mask differs; decide which mask is right, and take the other case out`
  )
}
