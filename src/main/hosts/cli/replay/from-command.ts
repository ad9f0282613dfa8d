import { dirname, join } from 'node:path'
import type { CommandRun, CommandRunStage, ModelSource } from '../../../../shared/command-run'
import { HippospikeError } from '../../../../shared/errors'
import type { CliHost } from '../host'
import { modelDir } from '../models'
import { rehearsalFolder } from '../rehearsal'
import type { ReplayOptions, ReplayPlan, ReplaySource, ReplayStage } from './plan'

/**
 * What a run of the command line is done again with.
 *
 * @param file its run.json
 * @throws HippospikeError (input) where its parts contradict each other, or its rehearsal cases are gone
 */
export async function planOfCommand(
  host: CliHost,
  file: string,
  run: CommandRun,
  { out, data: elsewhere }: ReplayOptions
): Promise<ReplayPlan> {
  const data = elsewhere ?? run.data.named
  const rehearsal = await rehearsalFolder(host, run.rehearsal?.named)
  const models = new Map<string, ReplaySource>()

  async function dirOf(source: ModelSource | null, what: string): Promise<string | null> {
    if (source === null) return null
    if ('stage' in source) return join(out, stageNamed(file, run, source.stage).folder)
    const dir = await modelDir(source.named, host.modelsDir)
    models.set(dir, { what, dir, sha256: source.weightsSha256, option: null })
    return dir
  }

  const stages: ReplayStage[] = []
  for (const stage of run.stages) {
    const model = await dirOf(stage.model, 'the model to begin with')
    const teacher = await dirOf(stage.teacher, 'the teacher')
    const place = join(out, stage.folder)
    stages.push({
      kind: stage.kind,
      out: place,
      request: requestOf(stage, { data, out: place }, { model, teacher, rehearsal }),
      name: stage.name,
      original: join(dirname(file), stage.folder),
      weightsSha256: stage.weightsSha256
    })
  }
  return {
    program: run.program,
    runtime: run.stages.at(-1)!.runtime,
    dataSets: [
      { what: 'the data set', dir: data, sha256: run.data.sha256, option: '--data' },
      ...(rehearsal === null
        ? []
        : [
            {
              what: 'the rehearsal data set',
              dir: rehearsal,
              sha256: run.rehearsal!.sha256,
              option: null
            }
          ])
    ],
    models: [...models.values()],
    stages
  }
}

function requestOf(
  { kind, settings }: CommandRunStage,
  folders: { data: string; out: string },
  { model, teacher, rehearsal }: Record<'model' | 'teacher' | 'rehearsal', string | null>
): unknown {
  if (kind === 'convert') return { ...folders, model, ...settings }
  const request = { ...folders, model, rehearsal, settings }
  return kind === 'finetune' ? { ...request, teacher } : request
}

function stageNamed(file: string, { stages }: CommandRun, name: string): CommandRunStage {
  const found = stages.find((stage) => stage.name === name)
  if (found) return found
  throw new HippospikeError(
    'input',
    `${file}: a stage begins with ${name}, which is none of its stages`
  )
}
