import { statfs } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'
import type { Preflight } from '../../../shared/api/training'
import type { TrainingPlan } from '../../../shared/training'
import { assessSet } from '../../workspace/training-set/assess'
import type { TrainingSetEngine } from '../training-set'
import type { EngineCall } from './engine-call'
import { legsOf, measurePace, stepsOf, type KnownMeasures, type Pace, type SetSizes } from './pace'
import { referenceSet, sourcesOf } from './places'
import { setSizes } from './set-sizes'
import type { StageSources } from './stages'

const MEBIBYTE = 2 ** 20
const GIBIBYTE = 2 ** 30

/** A crop with its labels, packed on the disk, and as the engine holds it. */
const CASE_DISK_BYTES = 0.5 * MEBIBYTE
const CASE_MEMORY_BYTES = 1.5 * MEBIBYTE
/** A number of a network. */
const FLOAT_BYTES = 4
/** A checkpoint holds the parameters, their average, two moments and the best ones; there are two, and a third while it is written. */
const CHECKPOINT_COPIES = 15
/** Curves and pictures. */
const OTHER_DISK_BYTES = 20 * MEBIBYTE
/** What is left free for everything else. */
const SPARE_DISK_BYTES = 200 * MEBIBYTE

const LONG_SECONDS = 8 * 3600

/** What an estimate is made with. */
export interface PreflightPlace {
  root: string
  resources: string
  call: EngineCall
  engine: Pick<TrainingSetEngine, 'inspect'>
  known: KnownMeasures
  /** Whether something else computes at the moment. */
  busy: boolean
}

/** What a plan would take here: measured on a few real steps, and warnings. */
export async function preflight(
  place: PreflightPlace,
  plan: TrainingPlan,
  caseIds: readonly string[]
): Promise<Preflight> {
  const { root, resources } = place
  const sources = await sourcesOf(plan, resources, root)
  const sizes = await sizesOf(place, sources, caseIds)
  const pace = await measurePace(plan, sources, place.call, place.known)
  const seconds = legsOf(pace, sizes).reduce((sum, leg) => sum + leg.seconds, 0)
  const estimate = {
    runtime: pace.snn.runtime,
    steps: stepsOf(pace, sizes),
    secondsPerStep: pace.snn.secondsPerStep,
    seconds,
    memoryBytes: memoryOf(pace, sizes),
    diskBytes: diskOf(pace, sizes),
    freeDiskBytes: await freeDisk(root)
  }
  const machine = {
    freeMemoryBytes: freemem(),
    totalMemoryBytes: memoryHere(),
    busy: place.busy
  }
  return { ...estimate, warnings: preflightWarnings(estimate, machine) }
}

/** What the machine has to give. */
export interface Machine {
  freeMemoryBytes: number
  totalMemoryBytes: number
  busy: boolean
}

/** What should be known before the start, the gravest first. */
export function preflightWarnings(
  estimate: Omit<Preflight, 'warnings'>,
  { freeMemoryBytes, totalMemoryBytes, busy }: Machine
): string[] {
  const { runtime, seconds, memoryBytes, diskBytes, freeDiskBytes } = estimate
  const warnings: string[] = []
  if (freeDiskBytes !== null && freeDiskBytes < diskBytes + SPARE_DISK_BYTES) {
    warnings.push(
      `The disk of the workspace is too full: the run needs ${sizeText(diskBytes)}, and ${sizeText(freeDiskBytes)} are free. Free some space first.`
    )
  }
  if (memoryBytes > totalMemoryBytes) {
    warnings.push(
      `The run needs about ${sizeText(memoryBytes)} of memory, and this machine has ${sizeText(totalMemoryBytes)}. Use a smaller batch, or fewer timesteps.`
    )
  } else if (memoryBytes > freeMemoryBytes) {
    warnings.push(
      `The run needs about ${sizeText(memoryBytes)} of memory, and ${sizeText(freeMemoryBytes)} are free. Close other programs first.`
    )
  }
  if (runtime === 'wasm') {
    warnings.push(
      'Training runs on WebAssembly here, which is some forty times slower than the native runtime. Run "npm run setup:engine" to install that, or "hippospike doctor" to see what is missing.'
    )
  }
  if (seconds > LONG_SECONDS) {
    warnings.push(
      `The run takes about ${Math.round(seconds / 3600)} hours. It can be paused, and goes on after the program was closed.`
    )
  }
  if (busy) {
    warnings.push('Something else is computing at the moment, so the time is estimated too long.')
  }
  return warnings
}

function sizeText(bytes: number): string {
  return bytes >= GIBIBYTE
    ? `${(bytes / GIBIBYTE).toFixed(1)} GB`
    : `${Math.ceil(bytes / MEBIBYTE)} MB`
}

/** The parts' sizes, as the cases would be divided; which seed divides them makes next to no difference. */
async function sizesOf(
  { root, resources, engine }: PreflightPlace,
  { rehearsal }: StageSources,
  caseIds: readonly string[]
): Promise<SetSizes> {
  const { cases } = await assessSet(root, caseIds, 0, engine, null)
  const hippocampi = cases.flatMap(({ part, facts }) =>
    part === null || facts === null ? [] : facts.sides.map(() => ({ part }))
  )
  return setSizes(hippocampi, rehearsal, referenceSet(resources))
}

function memoryOf({ ann, snn }: Pace, sizes: SetSizes): number {
  const held = (sizes.train + sizes.validation + sizes.rehearsal) * CASE_MEMORY_BYTES
  return Math.max(ann?.peakMemoryBytes ?? 0, snn.peakMemoryBytes) + held
}

function diskOf({ ann, snn }: Pace, sizes: SetSizes): number {
  const crops = (sizes.train + sizes.validation + sizes.test) * CASE_DISK_BYTES
  const numbers = (ann?.parameters ?? 0) + snn.parameters
  // A model, and the one that it becomes when it is accepted.
  const models = 3 * numbers * FLOAT_BYTES
  return crops + numbers * FLOAT_BYTES * CHECKPOINT_COPIES + models + OTHER_DISK_BYTES
}

/** Of the disk of a folder; null where the system does not tell. */
async function freeDisk(folder: string): Promise<number | null> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null
  )
}

/** Memory that a process may have: the machine's, or what a container was given of it. */
function memoryHere(): number {
  const allowed = process.constrainedMemory()
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem()
}
