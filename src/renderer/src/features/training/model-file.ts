import { MODEL_EXTENSION } from '../../../../shared/model'

/** Name of the one file that a model is exported as. */
export function modelFileName(id: string): string {
  return `${id}${MODEL_EXTENSION}`
}
