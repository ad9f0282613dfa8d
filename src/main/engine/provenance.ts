import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** SHA-256 of a file, in hexadecimal. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** `mask.nii.gz` → `mask.run.json`, beside it. */
export function runRecordPath(maskPath: string): string {
  return `${maskPath.replace(/\.nii(\.gz)?$/i, '')}.run.json`
}
