/** What only Electron can do for the renderer. In a browser there is no bridge. */
export interface Bridge {
  readonly version: string
  /** Native dialogs. Null where the user gives up. */
  readonly dialogs?: NativeDialogs
}

export interface NativeDialogs {
  /** Images to import; several may be chosen. */
  openImages: () => Promise<string[] | null>
  openFolder: (title: string) => Promise<string | null>
  /** Asks itself before a file is replaced. */
  saveFile: (suggestedName: string) => Promise<string | null>
  /** Path of a file that was dropped onto the window; empty where it has none. */
  pathOf: (file: File) => string
  /** Shows a file, such as the log or an export, in the system's file manager. */
  reveal: (path: string) => Promise<void>
}

/** The bridge's name on the renderer's `window`. */
export const BRIDGE_NAME = 'hippospike'
