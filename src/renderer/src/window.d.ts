import type { Bridge } from '../../shared/bridge'

declare global {
  interface Window {
    /** Absent in a browser. */
    readonly hippospike?: Bridge
  }
}
