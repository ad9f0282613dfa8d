import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Files that a browser is about to fetch; gone with the program. */
export class Downloads {
  private readonly files = new Map<string, string>()

  /** A folder of its own for the files of one export. */
  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'hippospike-download-'))
    process.on('exit', () => {
      rmSync(folder, { recursive: true, force: true })
    })
    return folder
  }

  /** @returns the id that the file is fetched by */
  add(path: string): string {
    const id = randomUUID()
    this.files.set(id, path)
    return id
  }

  pathOf(id: string): string | null {
    return this.files.get(id) ?? null
  }
}
