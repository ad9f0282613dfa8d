import type { Runtime } from '../../../shared/runtime'
import type { JobContext } from '../jobs/job'

/** Says before the start that training on wasm takes forever: it works, but some forty times slower than the native runtime. */
export function checkCrawl(runtime: Runtime, context: JobContext): void {
  if (runtime !== 'wasm') return
  context.warn(
    'training on the wasm runtime works but is some forty times slower than on the native one; run npm run setup:engine, or hippospike doctor to see what is missing'
  )
}
