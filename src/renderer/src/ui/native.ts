import type {} from '../window'

/**
 * Dialogs, native in Electron and the browser's own else. What they answer says which: the host reads paths, a browser sends
 * files.
 */

/** File names that the host reads; a hint for dialogs, the host decides by the content. */
const IMAGE_SUFFIXES = [
  ...['.nii', '.nii.gz', '.gz', '.nrrd', '.nhdr', '.mha', '.mhd', '.mgh', '.mgz'],
  ...['.dcm', '.ima', '.zip']
]

export type ChosenImages =
  { kind: 'paths'; paths: readonly string[] } | { kind: 'files'; files: readonly File[] }

/** Whether paths of this machine can be asked for in a dialog. */
export function hasNativeDialogs(): boolean {
  return window.hippospike?.dialogs !== undefined
}

/** Images to import; null where the user gave up. */
export async function chooseImages(): Promise<ChosenImages | null> {
  const dialogs = window.hippospike?.dialogs
  if (dialogs === undefined) {
    return chooseFiles((input) => {
      input.accept = IMAGE_SUFFIXES.join(',')
    })
  }
  const paths = await dialogs.openImages()
  return paths === null || paths.length === 0 ? null : { kind: 'paths', paths }
}

/** One file by the browser's own dialog, which Electron answers with the system's; null where the user gave up. */
export async function chooseFile(): Promise<File | null> {
  const chosen = await chooseFiles((input) => {
    input.multiple = false
  })
  return chosen?.kind === 'files' ? (chosen.files[0] ?? null) : null
}

/** A folder of images to import; null where the user gave up. */
export async function chooseImageFolder(title: string): Promise<ChosenImages | null> {
  if (!hasNativeDialogs()) {
    return chooseFiles((input) => {
      input.webkitdirectory = true
    })
  }
  const folder = await chooseFolder(title)
  return folder === null ? null : { kind: 'paths', paths: [folder] }
}

/** A folder by the native dialog; null where the user gave up or there is none. */
export async function chooseFolder(title: string): Promise<string | null> {
  return (await window.hippospike?.dialogs?.openFolder(title)) ?? null
}

/** Where to save a file, by the native dialog, which asks before it replaces one; null where the user gave up. */
export async function chooseSavePath(suggestedName: string): Promise<string | null> {
  return (await window.hippospike?.dialogs?.saveFile(suggestedName)) ?? null
}

/** Dropped files as the host can get them: by their paths where all have one, so that files that belong together are found. */
export function pathsOf(files: readonly File[]): ChosenImages {
  const dialogs = window.hippospike?.dialogs
  if (dialogs === undefined) return { kind: 'files', files }
  const paths = files.map((file) => dialogs.pathOf(file))
  return paths.every((path) => path !== '') ? { kind: 'paths', paths } : { kind: 'files', files }
}

/** Shows a file in the system's file manager, where there is one to ask. */
export async function reveal(path: string): Promise<void> {
  await window.hippospike?.dialogs?.reveal(path)
}

function chooseFiles(prepare: (input: HTMLInputElement) => void): Promise<ChosenImages | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.multiple = true
    prepare(input)
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])]
      resolve(files.length === 0 ? null : { kind: 'files', files })
    })
    input.addEventListener('cancel', () => {
      resolve(null)
    })
    input.click()
  })
}
