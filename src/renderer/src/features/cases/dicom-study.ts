import { shallowRef } from 'vue'
import { z } from 'zod'
import { importOutcomeSchema, type ImportOutcome } from '../../../../shared/api/cases'
import {
  dicomOpenedSchema,
  dicomStudySchema,
  dicomUploadSchema,
  type DicomImport,
  type DicomStudyView
} from '../../../../shared/api/dicom'
import { api, path } from '../../api'
import type { NamedFile } from './dicom-files'

/** A study whose series the user is shown to choose from. */
export interface ShownStudy extends DicomStudyView {
  id: string
}

/** The study in the dialog; null where there is no dialog. */
export const shownStudy = shallowRef<ShownStudy | null>(null)

/** Files that are sent at the same time. */
const SENDERS = 4

/** Opens what is DICOM among paths of the host; the rest comes back. */
export async function openPaths(
  paths: readonly string[]
): Promise<{ study: string | null; images: string[] }> {
  return api.post('/api/dicom', dicomOpenedSchema, { paths })
}

/** Sends the files of a study. @param onSent how many are there */
export async function sendStudy(
  files: readonly NamedFile[],
  onSent: (count: number) => void
): Promise<string> {
  const { study } = await api.post('/api/dicom/uploads', dicomUploadSchema)
  let next = 0
  let sent = 0
  const sender = async (): Promise<void> => {
    for (let one = files[next++]; one !== undefined; one = files[next++]) {
      const url = path`/api/dicom/${study}/files?name=${one.path}`
      await api.post(url, z.null(), one.file, { packed: false })
      onSent(++sent)
    }
  }
  try {
    await Promise.all(Array.from({ length: SENDERS }, sender))
    return study
  } catch (error) {
    next = files.length
    await forget(study)
    throw error
  }
}

/** Lists the series of a study and asks which to import. */
export async function showStudy(id: string): Promise<void> {
  try {
    const view = await api.get(path`/api/dicom/${id}`, dicomStudySchema)
    closeStudy()
    shownStudy.value = { ...view, id }
    window.addEventListener('pagehide', closeStudy)
  } catch (error) {
    await forget(id)
    throw error
  }
}

export async function importSeries(series: readonly DicomImport[]): Promise<ImportOutcome[]> {
  const id = shownStudy.value?.id ?? ''
  return api.post(path`/api/dicom/${id}/import`, z.array(importOutcomeSchema), { series })
}

/** Takes the dialog away; the host forgets the study and removes what was sent of it. */
export function closeStudy(): void {
  window.removeEventListener('pagehide', closeStudy)
  const id = shownStudy.value?.id
  shownStudy.value = null
  if (id !== undefined) void forget(id)
}

/** Nothing is lost where that fails: the host forgets by itself. */
async function forget(id: string): Promise<void> {
  await api.delete(path`/api/dicom/${id}`, z.null(), { keepalive: true }).catch(() => undefined)
}
