import type { Preprocessing } from '../../../shared/model'

/** What an image goes through before the network: fixed for the models of this version, and recorded in each. */
export const PREPROCESSING: Preprocessing = {
  orientation: 'RAS',
  spacing: [1, 1, 1],
  clipPercentiles: [0.5, 99.5],
  normalisation: 'z-score',
  padMultiple: 8
}
