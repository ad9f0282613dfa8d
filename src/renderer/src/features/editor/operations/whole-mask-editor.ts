import { Background } from '../../../volume/background'
import type { Edit } from './edit'
import type { WholeMaskWork } from './whole-mask'

/** Works on whole masks without keeping the window waiting. */
export function createWholeMaskEditor(): Background<WholeMaskWork, Edit> {
  return new Background(
    () => new Worker(new URL('./whole-mask.worker.ts', import.meta.url), { type: 'module' })
  )
}
