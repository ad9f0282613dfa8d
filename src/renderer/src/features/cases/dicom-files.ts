import { DICOM_START, startsAsDicom } from '../../../../shared/dicom-start'

/** A file of the browser. */
export interface NamedFile {
  file: File
  /** From the folder on that was given, with slashes; the bare name of a file that was given by itself. */
  path: string
}

/** Files that were given, by what becomes of them. */
export interface SortedFiles {
  /** DICOM files and zip archives: a study. */
  dicom: NamedFile[]
  /** Given by themselves, and no DICOM. */
  images: File[]
  /** First parts of the paths of folders that hold no DICOM, and how many files there are in each. */
  empty: { folder: string; files: number }[]
}

/** Suffixes of the images that are no DICOM: of these nothing has to be read here. */
const IMAGE = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd|mgh|mgz|mgh\.gz)$/i

const MOST_FILES = 20_000
const MOST_DEEP = 32

export function namedFile(file: File): NamedFile {
  return { file, path: file.webkitRelativePath || file.name }
}

/** What was dropped, with all that is in its folders. To be called while the drop is handled: the browser forgets it then. */
export async function droppedFiles(items: DataTransferItemList): Promise<NamedFile[]> {
  const dropped = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const found: NamedFile[] = []
  for (const { entry, file } of dropped) {
    if (entry?.isDirectory) {
      const before = found.length
      await walk(entry as FileSystemDirectoryEntry, 0, found)
      // A folder without files is an answer to be given as well.
      if (found.length === before) found.push({ file: new File([], ''), path: `${entry.name}/` })
    } else if (file !== null) {
      found.push({ file, path: file.name })
    }
  }
  return found
}

async function walk(
  folder: FileSystemDirectoryEntry,
  depth: number,
  found: NamedFile[]
): Promise<void> {
  if (depth > MOST_DEEP) throw new Error(`${folder.name} lies more than ${String(MOST_DEEP)} deep`)
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory) {
      await walk(entry as FileSystemDirectoryEntry, depth + 1, found)
      continue
    }
    const file = await fileOf(entry as FileSystemFileEntry)
    found.push({ file, path: entry.fullPath.replace(/^\//, '') })
    if (found.length > MOST_FILES) {
      throw new Error(
        `the folder holds more than ${String(MOST_FILES)} files; give the folder of one study`
      )
    }
  }
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    // A reader gives some at a time, and none once it is through.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject)
    })
    if (some.length === 0) return all
    all.push(...some)
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject)
  })
}

/** Tells DICOM from images, by the first bytes where the name does not tell. */
export async function sortFiles(files: readonly NamedFile[]): Promise<SortedFiles> {
  const sorted: SortedFiles = { dicom: [], images: [], empty: [] }
  const folders = new Map<string, { files: number; dicom: number }>()
  for (const one of files) {
    const inFolder = one.path.includes('/')
    const isDicom = await isOfStudy(one)
    if (isDicom) sorted.dicom.push(one)
    else if (!inFolder) sorted.images.push(one.file)
    if (!inFolder) continue
    const folder = one.path.slice(0, one.path.indexOf('/'))
    const counts = folders.get(folder) ?? { files: 0, dicom: 0 }
    folders.set(folder, counts)
    if (one.path !== `${folder}/`) counts.files++
    if (isDicom) counts.dicom++
  }
  for (const [folder, { files: count, dicom }] of folders) {
    if (dicom === 0) sorted.empty.push({ folder, files: count })
  }
  return sorted
}

async function isOfStudy({ file, path }: NamedFile): Promise<boolean> {
  if (IMAGE.test(file.name)) return false
  if (/\.zip$/i.test(file.name)) return !path.includes('/')
  try {
    return startsAsDicom(new Uint8Array(await file.slice(0, DICOM_START).arrayBuffer()))
  } catch {
    // It is gone, or not to be read: whoever reads the whole of it says so.
    return false
  }
}
