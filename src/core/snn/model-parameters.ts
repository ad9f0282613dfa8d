import { HippospikeError } from '../../shared/errors'
import { variantFor, type Model, type ModelManifest, type SpikingVariant } from '../../shared/model'
import {
  activatedLayers,
  buildLayers,
  inChannelsOf,
  sizeMultiple,
  type ConvLayer
} from './architecture'
import {
  createParameterSet,
  type ParameterInit,
  type ParameterRole,
  type ParameterSet
} from './parameter-set'

interface TensorSpec {
  name: string
  shape: number[]
  role: ParameterRole
}

/** The tensors that a network of this manifest is made of, without a variant's prefix. */
function tensorsOf(manifest: ModelManifest): TensorSpec[] {
  const { architecture } = manifest
  return buildLayers(architecture).flatMap((layer) => {
    const perChannel = (name: string, role: ParameterRole): TensorSpec => ({
      name: `${layer.name}.${name}`,
      shape: [layer.outChannels],
      role
    })
    const kernel: TensorSpec = {
      name: `${layer.name}.kernel`,
      shape: [layer.kernel, layer.kernel, layer.kernel, inChannelsOf(layer), layer.outChannels],
      role: 'kernel'
    }
    const lambda: TensorSpec[] =
      architecture.activation.kind === 'qcfs' && layer.activated && manifest.spiking === null
        ? [{ name: `${layer.name}.logThreshold`, shape: [1], role: 'threshold' }]
        : []
    return architecture.batchNorm && layer.activated
      ? [
          kernel,
          perChannel('gamma', 'scale'),
          perChannel('beta', 'bias'),
          perChannel('mean', 'statistic'),
          perChannel('variance', 'statistic')
        ]
      : [kernel, perChannel('bias', 'bias'), ...lambda]
  })
}

/** Prefixes of the sets of tensors in weights.bin: one a variant, or a single '' for an ANN. */
function prefixesOf(manifest: ModelManifest): string[] {
  const prefixes = manifest.spiking?.variants.map((variant) => variant.weightsPrefix) ?? ['']
  return [...new Set(prefixes)]
}

/**
 * Whether the tensors and thresholds are those that the architecture asks for, all of them and no others.
 *
 * @throws HippospikeError (input) naming the first that is missing, strange or of another shape; or a padding that the levels cannot halve
 */
export function checkTensors(manifest: ModelManifest): void {
  const refuse = (problem: string): never => {
    throw new HippospikeError('input', `model ${manifest.id}: ${problem}; get the model again`)
  }
  const wanted = new Map(
    prefixesOf(manifest).flatMap((prefix) =>
      tensorsOf(manifest).map(({ name, shape }) => [prefix + name, shape] as const)
    )
  )
  for (const { name, shape } of manifest.weights) {
    const expected = wanted.get(name)
    if (!expected) return refuse(`tensor ${name} is not part of its architecture`)
    if (expected.join() !== shape.join()) {
      refuse(`tensor ${name} has shape [${shape.join(', ')}], expected [${expected.join(', ')}]`)
    }
    wanted.delete(name)
  }
  for (const name of wanted.keys()) refuse(`tensor ${name} is missing`)
  for (const variant of manifest.spiking?.variants ?? []) {
    const layers = activatedLayers(manifest.architecture)
    for (const layer of layers) checkVariant(variant, layer, refuse)
    const known = new Set(layers.map(({ name }) => name))
    for (const [what, table] of tablesOf(variant)) {
      const strange = Object.keys(table).find((name) => !known.has(name))
      if (strange !== undefined) refuse(`the ${what} of ${strange} belongs to no spiking layer`)
    }
  }
  const multiple = sizeMultiple(manifest.architecture)
  const { padMultiple } = manifest.preprocessing
  if (padMultiple % multiple !== 0) {
    refuse(
      `it pads to multiples of ${padMultiple}, its architecture needs multiples of ${multiple}`
    )
  }
}

function tablesOf({
  thresholds,
  amplitudes
}: SpikingVariant): [string, SpikingVariant['thresholds']][] {
  return [
    ['threshold', thresholds],
    ['amplitude', amplitudes]
  ]
}

function checkVariant(
  variant: SpikingVariant,
  layer: ConvLayer,
  refuse: (problem: string) => void
): void {
  for (const [what, table] of tablesOf(variant)) {
    const value = table[layer.name]
    if (value === undefined) {
      return refuse(`the ${what} of ${layer.name} at T=${variant.timesteps} is missing`)
    }
    if (Array.isArray(value) && value.length !== layer.outChannels) {
      refuse(`${layer.name} has ${value.length} ${what}s for ${layer.outChannels} channels`)
    }
  }
}

/**
 * The parameters of a model as the forward passes take them.
 *
 * @param timesteps chooses the variant of a spiking model (see `variantFor`); null takes its default
 */
export function modelParameters(model: Model, timesteps: number | null = null): ParameterSet {
  const { manifest, weights } = model
  const { spiking } = manifest
  const variant = spiking ? variantFor(manifest, timesteps ?? spiking.defaultTimesteps) : null
  const prefix = variant?.weightsPrefix ?? ''
  const inits: ParameterInit[] = tensorsOf(manifest).map((spec) => ({
    ...spec,
    values: weights.get(prefix + spec.name)!.values
  }))
  if (variant) {
    for (const layer of activatedLayers(manifest.architecture)) {
      const threshold = listOf(variant.thresholds[layer.name]!)
      const amplitude = listOf(variant.amplitudes[layer.name]!)
      inits.push({
        name: `${layer.name}.logThreshold`,
        shape: [threshold.length],
        role: 'threshold',
        values: threshold.map(Math.log)
      })
      if (amplitude.join() !== threshold.join()) {
        inits.push({
          name: `${layer.name}.amplitude`,
          shape: [amplitude.length],
          role: 'statistic',
          values: amplitude
        })
      }
    }
  }
  return createParameterSet(inits)
}

function listOf(value: number | number[]): number[] {
  return Array.isArray(value) ? value : [value]
}

const THRESHOLD_SUFFIX = '.logThreshold'
const AMPLITUDE_SUFFIX = '.amplitude'

/** The tensors for weights.bin, in order, under a prefix. Thresholds of an SNN are not among them: model.json holds these. */
export function storedTensors(
  parameters: ParameterSet,
  spiking: boolean,
  prefix = ''
): { name: string; shape: number[]; values: Float32Array }[] {
  return parameters.entries
    .filter(
      ({ name }) =>
        !spiking || !(name.endsWith(THRESHOLD_SUFFIX) || name.endsWith(AMPLITUDE_SUFFIX))
    )
    .map(({ name, shape, offset, size }) => ({
      name: prefix + name,
      shape,
      values: parameters.values.slice(offset, offset + size)
    }))
}

/** Thresholds and amplitudes of an SNN's parameters as model.json holds them. */
export function variantOf(
  parameters: ParameterSet,
  timesteps: number,
  weightsPrefix: string
): SpikingVariant {
  const thresholds: SpikingVariant['thresholds'] = {}
  const amplitudes: SpikingVariant['amplitudes'] = {}
  const compact = (values: number[]): number | number[] =>
    values.length === 1 ? values[0]! : values
  for (const { name, offset, size } of parameters.entries) {
    if (!name.endsWith(THRESHOLD_SUFFIX)) continue
    const values = Array.from(parameters.values.subarray(offset, offset + size), Math.exp)
    const layer = name.slice(0, -THRESHOLD_SUFFIX.length)
    thresholds[layer] = compact(values)
    const amplitude = parameters.entries.find((entry) => entry.name === layer + AMPLITUDE_SUFFIX)
    amplitudes[layer] = amplitude
      ? compact([
          ...parameters.values.subarray(amplitude.offset, amplitude.offset + amplitude.size)
        ])
      : compact(values)
  }
  return { timesteps, weightsPrefix, thresholds, amplitudes }
}
