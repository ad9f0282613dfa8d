import { basename } from 'node:path'
import { stat } from 'node:fs/promises'
import { diskFile } from './file'
import { isDicom } from './tags'

/** Whether a file is DICOM, told by its content: 128 bytes of anything, then DICM. */
export async function isDicomFile(path: string): Promise<boolean> {
  const { size } = await stat(path)
  return isDicom(await diskFile(path, basename(path), size).read(256))
}
