import { basename } from 'node:path'
import { stat } from 'node:fs/promises'
import { DICOM_START, startsAsDicom } from '../../../shared/dicom-start'
import { diskFile } from './file'

/** Whether a file is DICOM, told by how it begins. */
export async function isDicomFile(path: string): Promise<boolean> {
  const { size } = await stat(path)
  return startsAsDicom(await diskFile(path, basename(path), size).read(DICOM_START))
}
