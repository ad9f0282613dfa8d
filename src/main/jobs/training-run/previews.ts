import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PreviewInfo } from '../../../shared/api/training'
import type { RunFiles } from '../../workspace/run-files'

const STAGES = ['ann', 'fine-tuning'] as const

/** `<case>_epoch-003.png` */
const NAME = /^(.+)_epoch-(\d+)\.png$/

/** The pictures of a run, by stage and epoch. */
export async function previewsOf(files: Pick<RunFiles, 'previews'>): Promise<PreviewInfo[]> {
  return (await found(files)).map(({ stage, epoch, caseId }) => ({ stage, epoch, caseId }))
}

/**
 * Where a picture lies.
 *
 * @param wanted a stage or case that is null is any
 * @returns null where there is none
 */
export async function previewFile(
  files: Pick<RunFiles, 'previews'>,
  epoch: number,
  wanted: { stage: string | null; caseId: string | null }
): Promise<string | null> {
  const all = await found(files)
  const match = all.findLast(
    (one) =>
      one.epoch === epoch &&
      (wanted.stage ?? one.stage) === one.stage &&
      (wanted.caseId ?? one.caseId) === one.caseId
  )
  return match?.path ?? null
}

async function found({
  previews
}: Pick<RunFiles, 'previews'>): Promise<(PreviewInfo & { path: string })[]> {
  const stages = await Promise.all(
    STAGES.map(async (stage) => {
      const folder = join(previews, stage)
      const names = await readdir(folder).catch(() => [] as string[])
      return names
        .flatMap((name) => {
          const [, caseId, epoch] = NAME.exec(name) ?? []
          if (caseId === undefined) return []
          return [{ stage, epoch: Number(epoch), caseId, path: join(folder, name) }]
        })
        .sort((a, b) => a.epoch - b.epoch)
    })
  )
  return stages.flat()
}
