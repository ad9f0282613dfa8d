import { randomUUID } from 'node:crypto'
import { openStudy, type DicomStudy } from '../imaging/dicom'
import { MissingError } from './missing'
import { StudyFolder } from './study-folder'

/** Studies that are open at the same time; another takes the place of the oldest. */
const MOST_OPEN = 4
/** Milliseconds after which a study that nobody asks for is let go of. */
const IDLE = 60 * 60_000

interface Entry {
  /** Null where the study lies where it was. */
  folder: StudyFolder | null
  opened: Promise<DicomStudy> | null
  idle: NodeJS.Timeout | undefined
}

/** The DICOM studies that are being looked at on their way into the workspace. */
export class DicomStudies {
  private readonly entries = new Map<string, Entry>()

  /** Opens a study that lies on this machine. @throws HippospikeError as {@link openStudy} */
  async open(paths: readonly string[]): Promise<string> {
    const study = await openStudy(paths)
    return this.keep({ folder: null, opened: Promise.resolve(study), idle: undefined })
  }

  /** A study whose files are to be added. @throws HippospikeError (output) */
  async begin(): Promise<string> {
    return this.keep({ folder: new StudyFolder(), opened: null, idle: undefined })
  }

  /** @throws HippospikeError (usage), (output), MissingError */
  async add(id: string, name: string, bytes: Uint8Array): Promise<void> {
    const { folder, opened } = this.entryOf(id)
    if (folder === null || opened !== null) throw missing()
    await folder.add(name, bytes)
  }

  /** Reads what a study consists of, once. @throws HippospikeError as {@link openStudy}, MissingError */
  async study(id: string): Promise<DicomStudy> {
    const entry = this.entryOf(id)
    entry.opened ??= openStudy(entry.folder?.paths ?? [])
    return entry.opened
  }

  /** A message about a study, its files called as they were where they came from. */
  named(id: string, message: string): string {
    return this.entries.get(id)?.folder?.named(message) ?? message
  }

  /** Lets go of a study, and removes what was sent of it. */
  async close(id: string): Promise<void> {
    const entry = this.entries.get(id)
    if (entry === undefined) return
    this.entries.delete(id)
    clearTimeout(entry.idle)
    const study = await entry.opened?.catch(() => null)
    study?.close()
    await entry.folder?.remove()
  }

  private async keep(entry: Entry): Promise<string> {
    const id = randomUUID()
    this.entries.set(id, entry)
    this.entryOf(id)
    const [oldest] = this.entries.keys()
    if (this.entries.size > MOST_OPEN && oldest !== undefined) await this.close(oldest)
    return id
  }

  private entryOf(id: string): Entry {
    const entry = this.entries.get(id)
    if (entry === undefined) throw missing()
    clearTimeout(entry.idle)
    entry.idle = setTimeout(() => void this.close(id), IDLE)
    entry.idle.unref()
    return entry
  }
}

function missing(): MissingError {
  return new MissingError('the DICOM study is no longer open; choose its files again')
}
