import { createHash } from 'node:crypto'
import type { Model, ModelManifest, Spiking } from '../../../shared/model'
import { calibrate } from '../../../core/conversion/calibration'
import { checkActivations, checkNetwork } from '../../../core/conversion/checks'
import { foldBatchNorm } from '../../../core/conversion/fold-batch-norm'
import { spikingParameters } from '../../../core/conversion/spiking-parameters'
import { balanceThresholds, THRESHOLD_DEFAULTS } from '../../../core/conversion/thresholds'
import { modelParameters, storedTensors, variantOf } from '../../../core/snn/model-parameters'
import type { NetworkInput } from '../../../core/snn/prediction'
import { openDataset } from '../../imaging/dataset'
import { readImage } from '../../imaging/read-image'
import { networkInput } from '../cases'
import { describeProblem, refuseErrors } from '../conversion-problems'
import { throwIfCancelled, yieldToHost, type JobContext } from '../jobs/job'

/** A conversion that nothing was trained after. */
export interface PlainConversion {
  model: Model
  /** Cases that the thresholds were balanced on. */
  cases: number
  warnings: string[]
}

/**
 * Converts an ANN in memory, as `convert` does where nothing else is asked for: by percentile, a threshold a layer, each spike worth it.
 *
 * @param spiking mode, initial potential and default timesteps of the result
 * @param calibration folder of a data set, of which the images alone are used; TensorFlow's runtime is loaded
 * @throws HippospikeError (input) for an ANN that cannot be converted, or a data set that cannot be read; (cancelled)
 */
export async function plainConversion(
  ann: Model,
  spiking: Pick<Spiking, 'mode' | 'initialPotential' | 'defaultTimesteps'>,
  calibration: string,
  context: JobContext
): Promise<PlainConversion> {
  const { manifest } = ann
  const folded = foldBatchNorm(manifest.architecture, modelParameters(ann))
  refuseErrors(manifest.id, checkNetwork(folded.architecture, folded.parameters))
  const inputs = await readInputs(calibration, manifest, context)
  const statistics = await calibrate(
    folded.architecture,
    folded.parameters,
    inputs,
    manifest.preprocessing.padMultiple,
    async (done) => {
      const message = `calibrating on case ${done} of ${inputs.length}`
      context.progress('calibrate', done / inputs.length, message)
      await yieldToHost(context)
    }
  )
  const problems = checkActivations(statistics)
  refuseErrors(manifest.id, problems)
  const thresholds = balanceThresholds(statistics, THRESHOLD_DEFAULTS)
  const parameters = spikingParameters(folded.parameters, thresholds, true)
  const tensors = storedTensors(parameters, true)
  const { mode, initialPotential, defaultTimesteps } = spiking
  const model: Model = {
    manifest: {
      ...manifest,
      id: `${manifest.id}-converted`,
      name: `Plain conversion of ${manifest.name}`,
      stage: 'converted',
      architecture: folded.architecture,
      spiking: {
        mode,
        initialPotential,
        defaultTimesteps,
        variants: [variantOf(parameters, defaultTimesteps, '')]
      },
      weights: tensors.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      weightsSha256: sha256(tensors),
      provenance: { parent: { id: manifest.id, weightsSha256: manifest.weightsSha256 } },
      scores: {}
    },
    weights: new Map(tensors.map(({ name, shape, values }) => [name, { shape, values }]))
  }
  return { model, cases: inputs.length, warnings: problems.map(describeProblem) }
}

async function readInputs(
  calibration: string,
  { preprocessing }: ModelManifest,
  context: JobContext
): Promise<NetworkInput[]> {
  const { cases } = await openDataset(calibration)
  const inputs: NetworkInput[] = []
  for (const { id, imagePath } of cases) {
    context.progress('load', inputs.length / cases.length, `reading calibration case ${id}`)
    const { volume } = await readImage(imagePath)
    inputs.push(networkInput(volume, preprocessing).input)
    throwIfCancelled(context)
  }
  return inputs
}

function sha256(tensors: readonly { values: Float32Array }[]): string {
  const hash = createHash('sha256')
  for (const { values } of tensors) {
    hash.update(Buffer.from(values.buffer, values.byteOffset, values.byteLength))
  }
  return hash.digest('hex')
}
