import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import type { DicomRequest } from '../../../../shared/dicom'
import { HippospikeError } from '../../../../shared/errors'
import type { Triple } from '../../../../shared/geometry'
import type { GivenBox } from '../../../../shared/head'
import {
  segmentRequestSchema,
  segmentResultSchema,
  type SegmentRequest,
  type SegmentResult
} from '../../../../shared/jobs'
import { STRUCTURES } from '../../../../shared/labels'
import { runRecordPath } from '../../../engine/provenance'
import { checkMaskName } from '../../../imaging/write-mask'
import { assertWritable } from '../../../workspace/atomic-write'
import type { CliHost } from '../host'
import { inferenceOf, withInferenceOptions, type GivenInferenceOptions } from '../inference-options'
import { DEFAULT_MODEL, resolveModel } from '../models'
import {
  boxOption,
  roiOption,
  voxelOption,
  withCommonOptions,
  type CommonOptions
} from '../options'
import { decimals, fields, printResult, table } from '../output'
import { runForCommand } from '../run-job'

interface SegmentOptions extends CommonOptions, GivenInferenceOptions {
  out: string
  model: string
  probabilities?: string
  spikes?: string
  potentials?: Triple[]
  roi: SegmentRequest['roi']
  box?: GivenBox[]
  side: SegmentRequest['side']
  labels: SegmentRequest['labels']
  series?: string
  seg?: string
  keepIdentity?: true
  repeatability?: true
  repairGeometry?: true
  force?: true
}

/** `hippospike segment`: one image, one mask. */
export function addSegment(program: Command, host: CliHost): void {
  const command = program
    .command('segment')
    .summary('segment the hippocampus in an image')
    .description(
      'Segments both hippocampi of a T1-weighted MRI of a head, or the one in a crop around it, and writes\n' +
        'the mask as NIfTI on the grid of the image, with MASK.run.json beside it.\n' +
        'Labels: 1 anterior and 2 posterior in a crop; in a head 1 and 2 on the left, 3 and 4 on the right.'
    )
    .argument('<image>', 'NIfTI, NRRD, MetaImage, MGH or MGZ file; or DICOM: folder, zip or file')
    .requiredOption('--out <mask>', 'NIfTI file to write (.nii.gz or .nii)')
    .option(
      '--model <id|dir>',
      'a model of "hippospike models", or the folder of one',
      DEFAULT_MODEL
    )
  withInferenceOptions(command)
    .option('--probabilities <file>', "also write the classes' probabilities (4-D NIfTI)")
    .option('--spikes <dir>', 'also write the spikes of every layer')
    .option(
      '--potentials <i,j,k>',
      'with --spikes, on event: also the membrane potentials of the neurons at a voxel of the image (0-based indices in ' +
        'stored axis order); may be given several times',
      voxelOption('--potentials')
    )
    .option(
      '--roi <auto|whole|i0,j0,k0,i1,j1,k1>',
      'auto: locate both hippocampi in an image larger than a crop; whole: the image is a crop; or a box around one ' +
        'hippocampus (0-based voxel indices in stored axis order, end exclusive)',
      roiOption,
      'auto' as const
    )
    .option(
      '--box <side=i,j,k>',
      'of a head, instead of locating: left= or right= and the voxel in the middle of that hippocampus (0-based indices in ' +
        'stored axis order), around which a box of 52×68×52 mm is laid; may be given once a side',
      boxOption
    )
    .addOption(
      new Option('--side <side>', 'of a head: what to segment; of a crop: what it shows')
        .choices(['left', 'right', 'both'])
        .default('both')
    )
    .addOption(
      new Option(
        '--labels <table>',
        'native: 1 anterior and 2 posterior of a crop, in a head 1 and 2 left, 3 and 4 right; freesurfer: 17 left, 53 right'
      )
        .choices(['native', 'freesurfer'])
        .default('native')
    )
    .option(
      '--series <n|uid>',
      'of several DICOM series: a number that "hippospike dicom" lists, or a SeriesInstanceUID'
    )
    .option('--seg <file>', 'of DICOM: also write the mask as DICOM SEG')
    .option('--keep-identity', 'copy patient and study into the DICOM SEG; left blank otherwise')
    .option(
      '--repeatability',
      'of a head: segment it again in moved boxes, and give the interval of its volumes (takes longer)'
    )
    .option('--repair-geometry', 'mend axes that are not orthonormal, on a copy in memory')
    .option('--force', 'replace an existing output')
    .action((image: string, options: SegmentOptions) => segment(host, image, options))
  withCommonOptions(command, [
    'hippospike segment crop.nii.gz --out mask.nii.gz',
    'hippospike segment crop.mgz --out mask.nii.gz --timesteps 2 --json',
    'hippospike segment crop.nii --out mask.nii.gz --precision int16 --early-exit',
    'hippospike segment crop.nii.gz --out mask.nii.gz --spikes spikes --potentials 17,25,18',
    'hippospike segment dicom-folder --out mask.nii.gz --series 3 --seg mask.dcm',
    'hippospike segment head.nii.gz --out mask.nii.gz',
    'hippospike segment head.nii.gz --out mask.nii.gz --side left --labels freesurfer',
    'hippospike segment head.nii.gz --out mask.nii.gz --roi 60,80,50,110,150,100',
    'hippospike segment head.nii.gz --out mask.nii.gz --box left=150,110,70 --box right=100,110,70'
  ])
}

async function segment(host: CliHost, image: string, options: SegmentOptions): Promise<void> {
  const { out, probabilities = null, spikes = null, seg = null, force = false } = options
  checkMaskName(out)
  if (options.potentials && spikes === null) {
    throw new HippospikeError('usage', '--potentials go into the folder of --spikes; give both')
  }
  if (options.box && options.roi !== 'auto') {
    throw new HippospikeError(
      'usage',
      '--box is for the hippocampi of a head, --roi for the one in a crop; give one of them'
    )
  }
  await assertWritable(out, force, [image])
  if (probabilities !== null) {
    checkMaskName(probabilities)
    if (resolve(probabilities) === resolve(out)) {
      throw new HippospikeError('usage', '--probabilities and --out name the same file')
    }
    await assertWritable(probabilities, force, [image])
  }
  const result = await runForCommand(host, options, {
    kind: 'segment',
    requestSchema: segmentRequestSchema,
    request: {
      image,
      out,
      model: await resolveModel(options.model, host.modelsDir),
      ...inferenceOf(options),
      probabilities,
      spikes,
      potentials: options.potentials ?? [],
      roi: options.roi,
      side: options.side,
      labels: options.labels,
      boxes: options.box ?? null,
      repeatability: options.repeatability ?? false,
      template: host.templateDir,
      repairGeometry: options.repairGeometry ?? false,
      force,
      dicom: dicomOf(options)
    },
    resultSchema: segmentResultSchema
  })
  printResult(host, options, result, () => describe(result, { probabilities, spikes, seg }))
}

/** @throws HippospikeError (usage) */
function dicomOf(options: SegmentOptions): DicomRequest {
  const { series = null, seg = null, keepIdentity = false } = options
  if (keepIdentity && seg === null) {
    throw new HippospikeError('usage', '--keep-identity is for --seg; give both or neither')
  }
  return { series, seg, keepIdentity }
}

function describe(
  result: SegmentResult,
  { probabilities, spikes, seg }: Record<'probabilities' | 'spikes' | 'seg', string | null>
): string {
  const volumes = table(volumeRows(result))
  const details = fields([
    ['mask', result.out],
    ['provenance', runRecordPath(result.out)],
    ['DICOM SEG', seg],
    ['probabilities', probabilities],
    ['spikes', spikes],
    ['intracranial', intracranialText(result)],
    ['asymmetry', asymmetryText(result)],
    ['model', modelText(result)],
    ['time', `${result.seconds.toFixed(2)} s`]
  ])
  return `${volumes}\n\n${details}`
}

function volumeRows({ volumesMm3, head }: SegmentResult): string[][] {
  if (head === null) {
    const rows = STRUCTURES.map((structure) => [structure, decimals(volumesMm3[structure], 1)])
    return [['structure', 'volume (mm³)'], ...rows]
  }
  const { left, right } = head.volumesMm3
  const rows = STRUCTURES.map((structure) => [
    structure,
    decimals(left && left[structure], 1),
    decimals(right && right[structure], 1)
  ])
  const interval = head.repeatabilityMm3
  const repeated = interval && [
    ['whole, 95% within ±', decimals(interval.left, 1), decimals(interval.right, 1)]
  ]
  return [['structure', 'left (mm³)', 'right (mm³)'], ...rows, ...(repeated ?? [])]
}

function intracranialText({ head }: SegmentResult): string | null {
  if (head === null || head.intracranialMm3 === null) return null
  return `about ${(head.intracranialMm3 / 1000).toFixed(0)} ml, from the registration`
}

function asymmetryText({ head }: SegmentResult): string | null {
  if (head === null || head.asymmetryPercent === null) return null
  const { asymmetryPercent: percent } = head
  return `${Math.abs(percent).toFixed(1)}%, the ${percent > 0 ? 'left' : 'right'} is larger`
}

function modelText(result: SegmentResult): string {
  const { model, runtime, timesteps, timestepsRun, meanFiringRate } = result
  const run = timestepsRun === timesteps ? '' : `${timestepsRun ?? 0} of `
  const spiking =
    timesteps === null
      ? ''
      : `, ${run}${timesteps} timesteps, mean firing rate ${decimals(meanFiringRate, 3)}`
  return `${model} on ${runtime}${spiking}`
}
