import { ref } from 'vue'
import type { CaseSummary, ImportOutcome } from '../../../../shared/api/cases'
import { messageOf } from '../../api'
import { chooseImageFolder, chooseImages, pathsOf } from '../../ui/native'
import { toast } from '../../ui/toasts'
import type { ImportRemark, ImportSource } from './case-list-store'
import { droppedFiles, namedFile, sortFiles, type NamedFile } from './dicom-files'
import { openPaths, sendStudy, showStudy } from './dicom-study'
import { useCases } from './store'
import { useWorkspace } from './workspace-store'

/** Whether the sample is on its way, from the first click to the image on the screen. */
export const openingSample = ref(false)

/**
 * Imports and shows the first case that came of it. What failed is told in the list of cases. Of DICOM a dialog asks which series is
 * meant.
 */
export async function importCases(source: ImportSource): Promise<void> {
  if (source.kind === 'sample') await importImages(source)
  else if (source.kind === 'paths') await importPaths(source.paths)
  else await importFiles(source.files.map(namedFile))
}

async function importImages(source: ImportSource): Promise<void> {
  const cases = useCases()
  const [first] = await cases.files.importFrom(source)
  if (first !== undefined) await cases.select(first)
}

async function importPaths(paths: readonly string[]): Promise<void> {
  await withRemarks(paths.map(lastPart).join(', '), async () => {
    const { study, images } = await openPaths(paths)
    if (images.length > 0) await importImages({ kind: 'paths', paths: images })
    if (study !== null) await showStudy(study)
  })
}

async function importFiles(files: readonly NamedFile[]): Promise<void> {
  const { dicom, images, empty } = await sortFiles(files)
  if (images.length > 0) await importImages({ kind: 'files', files: images })
  else clearRemarks()
  for (const { folder, files: count } of empty) {
    const what =
      count === 0 ? 'is empty' : `holds no DICOM image among its files (${String(count)})`
    remark(folder, `${what}; give a folder of DICOM files, or image files by themselves`)
  }
  if (dicom.length === 0) return
  const name = [...new Set(dicom.map(({ path }) => path.split('/')[0]))]
  const label = name.length === 1 ? (name[0] ?? '') : `${String(dicom.length)} files`
  await withRemarks(
    label,
    async () => {
      const { importing } = useCases().files
      const study = await sendStudy(dicom, (count) => {
        importing.value = `${label} (${String(count)} of ${String(dicom.length)} files)`
      })
      await showStudy(study)
    },
    false
  )
}

/** Reads a study and tells in the list of cases what went wrong. */
async function withRemarks(name: string, read: () => Promise<void>, clear = true): Promise<void> {
  const { importing } = useCases().files
  if (clear) clearRemarks()
  importing.value = name
  try {
    await read()
  } catch (error) {
    remark(name, messageOf(error))
  } finally {
    importing.value = null
  }
}

function clearRemarks(): void {
  useCases().files.remarks.value = []
}

function remark(name: string, problem: string | null, warnings: string[] = []): void {
  const { remarks } = useCases().files
  const source: ImportSource = { kind: 'paths', paths: [] }
  remarks.value = [
    ...remarks.value,
    { name, caseId: null, problem, repairable: false, warnings, source }
  ]
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path
}

/** Shows what came of the series that were chosen. */
export async function finishDicomImport(outcomes: readonly ImportOutcome[]): Promise<void> {
  const cases = useCases()
  await cases.files.load()
  for (const { name, warnings } of outcomes) {
    if (warnings.length > 0) remark(name, null, warnings)
  }
  const first = outcomes.find(({ caseId }) => caseId !== null)?.caseId
  if (first !== undefined && first !== null) await cases.select(first)
}

/** Imports and shows a repaired copy of a file that was refused. */
export async function importRepaired(remark: ImportRemark): Promise<void> {
  const cases = useCases()
  const [first] = await cases.files.importRepaired(remark)
  if (first !== undefined) await cases.select(first)
}

/** Opens a first workspace where none is open; false where that failed, which the first page tells. */
async function ensureWorkspace(): Promise<boolean> {
  const { state, load, open } = useWorkspace()
  if (state.value === null) await load()
  if (state.value === null || state.value.workspace !== null) return true
  if (!(await open(state.value.suggestedPath, true))) return false
  await useCases().files.load()
  return true
}

/** Imports the images that the user chooses, making a first workspace where none is open. */
export async function chooseAndImport(): Promise<void> {
  const chosen = await chooseImages()
  if (chosen !== null && (await ensureWorkspace())) await importCases(chosen)
}

/** Imports the folder that the user chooses. */
export async function chooseFolderAndImport(): Promise<void> {
  const chosen = await chooseImageFolder('Import a DICOM folder')
  if (chosen !== null) await importCases(chosen)
}

/** Imports what was dropped onto the window, making a first workspace where none is open. */
export async function importDropped(data: DataTransfer): Promise<void> {
  const dropped = pathsOf([...data.files])
  // Asked for at once: when the event is over, the browser has taken it away.
  const files = dropped.kind === 'files' ? droppedFiles(data.items) : Promise.resolve([])
  files.catch(() => undefined)
  if (!(await ensureWorkspace())) return
  if (dropped.kind === 'paths') {
    if (dropped.paths.length > 0) await importPaths(dropped.paths)
    return
  }
  try {
    await importFiles(await files)
  } catch (error) {
    clearRemarks()
    remark('What was dropped', messageOf(error))
  }
}

/** Shows the sample case, making a first workspace where none is open. */
export async function openSample(): Promise<void> {
  openingSample.value = true
  try {
    if (!(await ensureWorkspace())) return
    useCases().settings.panel = 'segment'
    await importCases({ kind: 'sample' })
  } finally {
    openingSample.value = false
  }
}

/** Removes a case to the trash and offers to bring it back. */
export async function removeCase({ id }: CaseSummary): Promise<void> {
  try {
    const bringBack = await useCases().remove(id)
    toast(`${id} is in the trash of this workspace`, {
      action: {
        label: 'Undo',
        run: () => {
          bringBack().catch((error: unknown) => {
            toast(messageOf(error), { kind: 'problem' })
          })
        }
      }
    })
  } catch (error) {
    toast(messageOf(error), { kind: 'problem' })
  }
}
