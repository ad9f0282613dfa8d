import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { oneLine } from '../../shared/issues'

/** A log that is longer at the start becomes the old one. */
const LARGEST_BYTES = 2 ** 20

/** What went on, for whoever has to find out why something did not work. No contents of images, no names but those of files. */
export class LogFile {
  readonly path: string

  constructor(folder: string) {
    this.path = join(folder, 'hippospike.log')
    try {
      mkdirSync(dirname(this.path), { recursive: true })
      if (statSync(this.path).size > LARGEST_BYTES) renameSync(this.path, `${this.path}.old`)
    } catch {
      // It is not there yet, or cannot be: then nothing is logged, and nothing else suffers.
    }
  }

  /** Written at once: a crash must not take the last lines with it. */
  write(text: string): void {
    try {
      appendFileSync(this.path, `${new Date().toISOString()} ${oneLine(text)}\n`)
    } catch {
      // A log that cannot be written must stop nobody.
    }
  }
}
