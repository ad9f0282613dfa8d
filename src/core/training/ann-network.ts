import type { Architecture } from '../../shared/model'
import { annForward } from '../snn/unet-ann'
import type { ParameterSet } from '../snn/parameters'
import { batchLoss, type LossKind } from './losses'
import type { TrainableNetwork } from './network'

/** Stage 1: the ANN, trained with batch normalisation in place. */
export function annNetwork(
  architecture: Architecture,
  parameters: ParameterSet,
  loss: LossKind,
  padMultiple: number
): TrainableNetwork {
  return {
    parameters,
    classes: architecture.outputChannels,
    padMultiple,
    loss: (tensors, image, target, { onStatistics }) =>
      batchLoss(
        loss,
        annForward(architecture, tensors, image, { training: { onStatistics } }),
        target
      ),
    predict: (tensors, image) => annForward(architecture, tensors, image),
    spikeCounter: () => null
  }
}
