import { HippospikeError } from '../../shared/errors'

/** Something that was asked for by its name is not there (any more). */
export class MissingError extends HippospikeError {
  constructor(message: string) {
    super('input', message)
  }
}
