import type { Architecture } from '../../shared/model'
import { buildLayers, inChannelsOf } from './architecture'

/** What a parameter is to the optimiser. */
export type ParameterRole = 'kernel' | 'bias' | 'scale' | 'threshold' | 'statistic'

export interface ParameterEntry {
  name: string
  shape: number[]
  role: ParameterRole
  offset: number
  size: number
}

/**
 * All parameters of a network in one flat array, so that the optimiser, the moving average and the checkpoints are plain
 * loops and copies. Statistics (running mean and variance) are kept beside the trained ones but get no gradient.
 */
export interface ParameterSet {
  entries: ParameterEntry[]
  values: Float32Array
}

export interface ParameterInit {
  name: string
  shape: number[]
  role: ParameterRole
  values: ArrayLike<number>
}

/** @throws RangeError when a shape and its values do not fit. */
export function createParameterSet(inits: ParameterInit[]): ParameterSet {
  let offset = 0
  const entries = inits.map((init) => {
    const size = init.shape.reduce((product, n) => product * n, 1)
    if (init.values.length !== size) {
      throw new RangeError(
        `${init.name}: ${init.values.length} values for shape [${init.shape.join(', ')}]`
      )
    }
    const entry = { name: init.name, shape: init.shape, role: init.role, offset, size }
    offset += size
    return entry
  })
  const values = new Float32Array(offset)
  inits.forEach((init, index) => values.set(init.values, entries[index]!.offset))
  return { entries, values }
}

/** A view (no copy) of one parameter's values. @throws RangeError for an unknown name. */
export function parameterValues(parameters: ParameterSet, name: string): Float32Array {
  const entry = parameters.entries.find((candidate) => candidate.name === name)
  if (!entry) throw new RangeError(`no parameter ${name}`)
  return parameters.values.subarray(entry.offset, entry.offset + entry.size)
}

/**
 * Fresh parameters of the ANN: He-normal kernels (He et al. 2015, fan-in), zero biases, unit scales.
 *
 * @param gaussian seeded source of standard normal numbers
 */
export function initialParameters(
  architecture: Architecture,
  gaussian: () => number
): ParameterSet {
  const inits: ParameterInit[] = []
  for (const layer of buildLayers(architecture)) {
    const inChannels = inChannelsOf(layer)
    const fanIn = layer.kernel ** 3 * inChannels
    const deviation = Math.sqrt((layer.activated ? 2 : 1) / fanIn)
    const count = fanIn * layer.outChannels
    inits.push({
      name: `${layer.name}.kernel`,
      shape: [layer.kernel, layer.kernel, layer.kernel, inChannels, layer.outChannels],
      role: 'kernel',
      values: Float32Array.from({ length: count }, () => gaussian() * deviation)
    })
    const perChannel = (name: string, role: ParameterRole, value: number): void => {
      inits.push({
        name: `${layer.name}.${name}`,
        shape: [layer.outChannels],
        role,
        values: new Float32Array(layer.outChannels).fill(value)
      })
    }
    if (architecture.batchNorm && layer.activated) {
      perChannel('gamma', 'scale', 1)
      perChannel('beta', 'bias', 0)
      perChannel('mean', 'statistic', 0)
      perChannel('variance', 'statistic', 1)
    } else {
      perChannel('bias', 'bias', 0)
    }
  }
  return createParameterSet(inits)
}
