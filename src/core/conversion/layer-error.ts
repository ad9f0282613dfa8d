/** Sums over the neurons of a layer, of one image or of several. */
export interface LayerErrorSums {
  /** Σ|a − r| */
  difference: number
  /** Σ|a| */
  activation: number
}

/** What one spiking layer did over all timesteps. */
export interface LayerRates {
  /** Positive minus negative spikes of each neuron over all timesteps, channels innermost. */
  netSpikes: Float32Array
  /** What a spike is worth: one number, or one a channel. */
  amplitudes: readonly number[]
  timesteps: number
}

/**
 * How far a spiking layer is from the ANN's layer of the same name: over its neurons, Σ|a − r| and Σ|a|, where a is the ANN's activation
 * and r = net spikes × amplitude / T is what the neuron's spikes stand for.
 *
 * @param activations of the ANN on the same image, in the neurons' order
 * @throws RangeError where the two have not as many neurons
 */
export function layerErrorSums(
  activations: Float32Array,
  { netSpikes, amplitudes, timesteps }: LayerRates
): LayerErrorSums {
  if (activations.length !== netSpikes.length) {
    throw new RangeError(`${activations.length} activations and ${netSpikes.length} neurons`)
  }
  const worth = amplitudes.map((amplitude) => amplitude / timesteps)
  const sums: LayerErrorSums = { difference: 0, activation: 0 }
  for (let n = 0; n < activations.length; n++) {
    // One amplitude serves all channels.
    const rate = netSpikes[n]! * worth[n % worth.length]!
    sums.difference += Math.abs(activations[n]! - rate)
    sums.activation += Math.abs(activations[n]!)
  }
  return sums
}

/**
 * The error of a layer, mean|a − r| / mean|a|: 0 where the spikes stand for the ANN's activations exactly, 1 where they might as well be
 * silent.
 *
 * For a plain conversion, whose weights are the ANN's, this is the conversion error: it comes from the steps of the rate, from what is
 * above the threshold, and from the errors of the layers before, and falls with T. Fine-tuning changes weights and thresholds, so that a
 * layer need no longer stand for the ANN's: then the number tells how far the network has gone its own way, and says nothing against it.
 *
 * @param parts sums of the layer over the images
 * @returns null where the ANN's activations are all 0
 */
export function relativeError(parts: readonly LayerErrorSums[]): number | null {
  const activation = parts.reduce((sum, part) => sum + part.activation, 0)
  if (activation === 0) return null
  return parts.reduce((sum, part) => sum + part.difference, 0) / activation
}
