import { join, resolve } from 'node:path'
import type { CommandRun, CommandRunStage, ModelSource } from '../../../shared/command-run'
import { HippospikeError, toHippospikeError } from '../../../shared/errors'
import { VERSION } from '../../../shared/version'
import { writeFileAtomic } from '../../workspace/atomic-write'
import { readManifest } from '../../workspace/model-folder'
import { provenanceOf, type ModelProvenance } from '../../workspace/model-provenance'
import type { CliHost } from './host'
import type { ModelStage } from './model-stage'
import { SHIPPED_REHEARSAL } from './rehearsal'

/** Where a stage begins, as it was named: an id or a folder, or the stage before. */
export type NamedModel = { stage: string } | { named: string }

/** A stage that has made its model. */
export interface RecordedStage {
  name: string
  kind: ModelStage['kind']
  folder: string
  model: NamedModel | null
  teacher: NamedModel | null
}

/** What a command was asked to do. */
export interface RecordedCommand {
  command: CommandRun['command']
  data: string
  rehearsal: string | undefined
  stages: readonly RecordedStage[]
}

export const RUN_FILE = 'run.json'

/**
 * Writes `run.json` into the folder of finished models: what they say of themselves, and where everything was. Where one does not say, as one of
 * an older program need not, there is a warning instead: its training was not in vain.
 *
 * @throws HippospikeError (output)
 */
export async function recordCommand(
  host: Pick<CliHost, 'err'>,
  out: string,
  asked: RecordedCommand
): Promise<void> {
  try {
    const run = await commandRun(out, asked)
    await writeFileAtomic(join(out, RUN_FILE), `${JSON.stringify(run, null, 2)}\n`)
  } catch (thrown) {
    const failure = toHippospikeError(thrown)
    if (failure.kind !== 'input') throw thrown
    host.err(`hippospike: warning: there is no ${RUN_FILE}: ${failure.message}\n`)
  }
}

async function commandRun(
  out: string,
  { command, data, rehearsal, stages }: RecordedCommand
): Promise<CommandRun> {
  const made = await Promise.all(stages.map((stage) => finished(out, stage)))
  const { provenance } = made.at(-1)!
  return {
    format: 'hippospike-command-run',
    version: 1,
    program: VERSION,
    command,
    createdAt: new Date().toISOString(),
    data: { named: resolve(data), sha256: provenance.data.hash },
    rehearsal:
      rehearsal === undefined || !provenance.rehearsal
        ? null
        : {
            named: rehearsal === SHIPPED_REHEARSAL ? rehearsal : resolve(rehearsal),
            sha256: provenance.rehearsal.hash
          },
    stages: made.map(({ stage }) => stage)
  }
}

async function finished(
  out: string,
  { name, kind, folder, model, teacher }: RecordedStage
): Promise<{ stage: CommandRunStage; provenance: ModelProvenance }> {
  const manifest = await readManifest(join(out, folder))
  const provenance = provenanceOf(manifest)
  // A conversion keeps what else it was asked for in the model itself.
  const converted =
    kind === 'convert' && manifest.spiking
      ? { mode: manifest.spiking.mode, timesteps: manifest.spiking.defaultTimesteps }
      : {}
  const stage: CommandRunStage = {
    name,
    kind,
    folder,
    model: sourceOf(model, provenance.parent?.weightsSha256),
    teacher: sourceOf(teacher, provenance.teacher?.weightsSha256),
    settings: { ...provenance.settings, ...converted },
    runtime: provenance.runtime,
    weightsSha256: manifest.weightsSha256
  }
  return { stage, provenance }
}

function sourceOf(model: NamedModel | null, weightsSha256: string | undefined): ModelSource | null {
  if (model === null || 'stage' in model) return model
  if (weightsSha256 === undefined) {
    throw new HippospikeError(
      'internal',
      `the model does not say that it comes from ${model.named}`
    )
  }
  return { named: model.named, weightsSha256 }
}
