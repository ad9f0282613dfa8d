import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HippospikeError } from '../../shared/errors'
import { outputError } from './atomic-write'
import { isRunning } from './temporary-file'

const NAME = /^hippospike-study-(\d+)-/
const MOST_FILES = 20_000
const MOST_BYTES = 8 * 2 ** 30

/** Those that are there, to be removed if the process exits. */
const pending = new Set<string>()
let watchingExit = false

/**
 * DICOM files that were sent, in a temporary folder that only this user can look into. They carry who was scanned: the folder is
 * outside the workspace, is removed with the study or with the process, and what a killed process left is removed by the next one.
 */
export class StudyFolder {
  /** What each file was called where it came from. */
  private readonly names = new Map<string, string>()
  private readonly folder: string
  private bytes = 0

  /** @throws HippospikeError (output) where there is no place for it */
  constructor() {
    removeLeftBehind()
    try {
      this.folder = mkdtempSync(join(tmpdir(), `hippospike-study-${process.pid}-`))
      chmodSync(this.folder, 0o700)
    } catch (cause) {
      throw outputError(tmpdir(), cause)
    }
    pending.add(this.folder)
    if (watchingExit) return
    watchingExit = true
    process.on('exit', () => {
      for (const folder of pending) rmSync(folder, { recursive: true, force: true })
    })
  }

  get paths(): string[] {
    return [...this.names.keys()]
  }

  /**
   * Takes a file in, by a number: names of files may lead astray.
   *
   * @throws HippospikeError (usage) for more than a study has, (output) where the disk takes no more
   */
  async add(name: string, bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.length
    if (this.names.size === MOST_FILES || this.bytes > MOST_BYTES) {
      throw new HippospikeError(
        'usage',
        `the study is larger than ${MOST_FILES} files or ${MOST_BYTES / 2 ** 30} GiB; give one series or study alone`
      )
    }
    const kind = /\.zip$/i.test(name) ? 'zip' : 'dcm'
    const path = join(this.folder, `${String(this.names.size + 1).padStart(6, '0')}.${kind}`)
    this.names.set(path, name)
    await writeFile(path, bytes, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
      throw outputError(tmpdir(), cause)
    })
  }

  /** A message with the files called as they were where they came from. */
  named(message: string): string {
    if (!message.includes('00')) return message
    let text = message
    for (const [path, name] of this.names) {
      text = text.replaceAll(path, name).replaceAll(path.slice(this.folder.length + 1), name)
    }
    return text
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
    pending.delete(this.folder)
  }
}

function removeLeftBehind(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = NAME.exec(name)?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true })
    } catch {
      // It is somebody else's.
    }
  }
}
