import { dirname, join } from 'node:path'
import type { RunRecord } from '../../../../shared/training'
import { rehearsalSet, sourcesOf } from '../../../jobs/training-run/places'
import { stageCalls } from '../../../jobs/training-run/stages'
import { readManifest } from '../../../workspace/model-folder'
import { provenanceOf, type ModelProvenance } from '../../../workspace/model-provenance'
import { filesIn } from '../../../workspace/run-files'
import type { CliHost } from '../host'
import type { ReplayOptions, ReplayPlan, ReplaySource } from './plan'

/** A run's folder is WORKSPACE/derivatives/hippospike/runs/RUN. */
const ABOVE = ['..', '..', '..', '..']

/** What one of the folders of a run holds, once its stage is done. */
interface Made {
  weightsSha256: string
  provenance: ModelProvenance
}

/**
 * What a run of the app is done again with: the stages that the app itself would go through.
 *
 * @param file its run.json, in the run's folder
 * @throws HippospikeError (input, usage) where what it began with is not there
 */
export async function planOfApp(
  host: CliHost,
  file: string,
  record: RunRecord,
  { out, data: elsewhere }: ReplayOptions
): Promise<ReplayPlan> {
  const folder = dirname(file)
  const original = filesIn(folder)
  const resources = join(host.modelsDir, '..')
  const sources = await sourcesOf(record.plan, resources, join(folder, ...ABOVE))
  const files = { ...filesIn(out), data: elsewhere ?? original.data }
  const calls = stageCalls(record.plan, files, sources)
  const names = { train: 'ann', convert: 'converted', finetune: 'snn' } as const

  const made = await Promise.all(calls.map(({ kind }) => madeIn(original[names[kind]])))
  const [first, last] = [made[0], made.at(-1)]
  const models: ReplaySource[] = []
  if (sources.model !== null) {
    models.push({
      what: 'the model to begin with',
      dir: sources.model,
      sha256: first?.provenance.parent?.weightsSha256 ?? null,
      option: null
    })
  }
  const rehearsal: ReplaySource[] = sources.rehearsal
    ? [
        {
          what: 'the rehearsal data set',
          dir: rehearsalSet(resources),
          sha256: last?.provenance.rehearsal?.hash ?? null,
          option: null
        }
      ]
    : []
  return {
    program: record.program,
    runtime: record.plan.runtime ?? last?.provenance.runtime ?? null,
    dataSets: [
      { what: 'the data set', dir: files.data, sha256: record.dataSha256, option: '--data' },
      ...rehearsal
    ],
    models,
    stages: calls.map(({ kind, out: folder, request }, i) => ({
      kind,
      out: folder,
      request,
      name: names[kind],
      original: original[names[kind]],
      weightsSha256: made[i]?.weightsSha256 ?? null
    }))
  }
}

/** Null for a stage that is not done, or not whole. */
async function madeIn(dir: string): Promise<Made | null> {
  const manifest = await readManifest(dir).catch(() => null)
  if (manifest === null) return null
  return { weightsSha256: manifest.weightsSha256, provenance: provenanceOf(manifest) }
}
