import { ref } from 'vue'
import type { CaseSummary } from '../../../../shared/api/cases'
import { messageOf } from '../../api'
import { chooseImages, pathsOf } from '../../ui/native'
import { toast } from '../../ui/toasts'
import type { ImportRemark, ImportSource } from './case-list-store'
import { useCases } from './store'
import { useWorkspace } from './workspace-store'

/** Whether the sample is on its way, from the first click to the image on the screen. */
export const openingSample = ref(false)

/** Imports and shows the first case that came of it. What failed is told in the list of cases. */
export async function importCases(source: ImportSource): Promise<void> {
  const cases = useCases()
  const [first] = await cases.files.importFrom(source)
  if (first !== undefined) await cases.select(first)
}

/** Imports and shows a repaired copy of a file that was refused. */
export async function importRepaired(remark: ImportRemark): Promise<void> {
  const cases = useCases()
  const [first] = await cases.files.importRepaired(remark)
  if (first !== undefined) await cases.select(first)
}

/** Imports the images that the user chooses. */
export async function chooseAndImport(): Promise<void> {
  const chosen = await chooseImages()
  if (chosen !== null) await importCases(chosen)
}

/** Imports what was dropped onto the window. */
export async function importDropped(files: readonly File[]): Promise<void> {
  if (files.length > 0) await importCases(pathsOf(files))
}

/** Shows the sample case, making a first workspace where none is open. */
export async function openSample(): Promise<void> {
  const workspace = useWorkspace()
  const cases = useCases()
  openingSample.value = true
  try {
    const { state } = workspace
    if (state.value === null) await workspace.load()
    if (state.value !== null && state.value.workspace === null) {
      if (!(await workspace.open(state.value.suggestedPath, true))) return
      await cases.files.load()
    }
    cases.settings.panel = 'segment'
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
