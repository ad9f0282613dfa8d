import { join } from 'node:path'
import type { Model } from '../../../shared/model'
import type { RunRecord, Verdict, VerdictDice, VerdictSet } from '../../../shared/training'
import { modelCard } from '../../engine/training/card'
import { ensureDerivatives } from '../../workspace/folder'
import { workspaceModels } from '../../workspace/layout'
import { readModel, writeModel } from '../../workspace/model-folder'
import { modelIdOf } from '../../workspace/model-id'
import { freeModelId } from '../../workspace/site-models'

/**
 * Makes the model of a run one of the workspace's, with a card that says where it is from and what its verdict was.
 *
 * @param made folder of the run's model
 * @returns its id
 */
export async function keepSiteModel(
  root: string,
  shipped: string,
  record: RunRecord,
  verdict: Verdict,
  made: string
): Promise<string> {
  const model = await readModel(made)
  const id = await freeModelId(root, shipped, modelIdOf(record.name))
  const described = { ...describe(model, record, verdict), id }
  const tensors = [...model.weights].map(([name, { shape, values }]) => ({ name, shape, values }))
  const card = `${modelCard(described)}\n${verdictSection(verdict)}`
  await ensureDerivatives(root)
  await writeModel(join(workspaceModels(root), id), described, tensors, card)
  return id
}

function describe({ manifest }: Model, record: RunRecord, verdict: Verdict) {
  const { stage, architecture, spiking, preprocessing, labels, licence, provenance, scores } =
    manifest
  const timesteps = record.plan.timesteps ?? spiking?.defaultTimesteps
  const at = timesteps === undefined ? '' : ` (T=${timesteps})`
  const { site, reference } = verdict
  return {
    name: record.name,
    ...{ stage, architecture, preprocessing, labels, licence },
    // What was trained is what it runs with, unless its user asks for another number.
    spiking: spiking && { ...spiking, defaultTimesteps: timesteps ?? spiking.defaultTimesteps },
    provenance: { ...provenance, run: runProvenance(record, verdict) },
    scores: {
      ...scores,
      ...(site ? { [`held-out cases${at}`]: site.after } : {}),
      [`reference cases${at}`]: reference.after
    }
  }
}

function runProvenance(
  { id, name, createdAt, program, dataSha256, cases }: RunRecord,
  { says }: Verdict
): Record<string, unknown> {
  const count = (part: string): number => cases.filter((one) => one.part === part).length
  const hippocampi = {
    training: count('train'),
    validation: count('validation'),
    test: count('test')
  }
  return { id, name, createdAt, program, dataSha256, hippocampi, verdict: says }
}

const SAYS: Readonly<Record<Verdict['says'], string>> = {
  better: 'It segments the held-out cases better than the model before it.',
  'no-better': 'It does not segment the held-out cases better than the model before it.',
  forgets: 'It lost more than 0.01 Dice on the reference cases that come with Hippospike.',
  untested: 'No cases were held out: whether it is better on cases like them is not known.'
}

function verdictSection({ site, reference, says }: Verdict): string {
  const rows = [
    ...(site ? row('held-out cases of the site', site) : []),
    ...row('reference cases that come with Hippospike', reference)
  ]
  return `## Verdict

${SAYS[says]}

| on | cases | | anterior | posterior | whole |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Means of Dice.${testText(site?.p ?? null)}
`
}

function testText(p: number | null): string {
  if (p === null) return ''
  return ` Two-sided Wilcoxon signed-rank test on the held-out cases' whole hippocampus: p = ${p.toPrecision(2)}.`
}

function row(what: string, { cases, before, after }: VerdictSet): string[] {
  const dice = (value: VerdictDice): string =>
    [value.anterior, value.posterior, value.whole].map((one) => one?.toFixed(4) ?? '–').join(' | ')
  return [
    `| ${what} | ${cases.length} | before | ${dice(before)} |`,
    `| | | after | ${dice(after)} |`
  ]
}
