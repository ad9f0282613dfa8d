/** What only Electron can do for the renderer. In a browser there is no bridge. */
export interface Bridge {
  readonly version: string
}

/** The bridge's name on the renderer's `window`. */
export const BRIDGE_NAME = 'hippospike'
