import { tellsPatient } from '../../shared/dicom-identity'
import { HippospikeError } from '../../shared/errors'
import type { SegmentRequest } from '../../shared/jobs'
import type { Volume } from '../../core/volume/volume'
import { writeSeg, type MaskLabel } from '../imaging/dicom'
import type { SourceImage } from '../imaging/read-image'
import { assertWritable, type OutputSet } from '../workspace/atomic-write'
import { fileSha256 } from './provenance'

/** Nothing long is begun for a DICOM SEG that could not be written in the end. */
export async function checkSeg({ dicom, image, force }: SegmentRequest): Promise<void> {
  const path = dicom?.seg ?? null
  if (path !== null) await assertWritable(path, force, [image])
}

/** @throws HippospikeError (usage) where a DICOM SEG is asked for, and the image is no DICOM */
export function checkSegSource({ dicom, image }: SegmentRequest, source: SourceImage): void {
  if ((dicom?.seg ?? null) === null || source.dicom !== undefined) return
  throw new HippospikeError(
    'usage',
    `--seg needs a DICOM scan to refer to; ${image} is none: leave --seg out`
  )
}

/**
 * Writes the DICOM SEG that a request asks for, if it does.
 *
 * @param labels table of the mask
 * @param model what made the mask
 * @returns what the user should know of it
 */
export async function writeRequestedSeg(
  { dicom, force }: SegmentRequest,
  mask: Volume<Uint8Array>,
  labels: readonly MaskLabel[],
  source: SourceImage,
  model: string,
  outputs: OutputSet
): Promise<string[]> {
  if (!dicom?.seg || source.dicom === undefined) return []
  const { seg, keepIdentity } = dicom
  const algorithm = `Hippospike ${model}`
  await writeSeg(seg, mask, labels, source.dicom.volume, {
    keepIdentity,
    algorithm,
    force,
    outputs
  })
  if (keepIdentity) return []
  return [
    `${seg}: patient and study are left blank; --keep-identity copies them, as an archive may need`
  ]
}

/** In place of a path to DICOM files that holds a part of the patient's name or number, as folders of studies often do. */
const WITHHELD = 'withheld: it names the patient'

/** A request as a run's record may keep it: without the patient, unless that was asked for. */
export function recordedRequest<R extends { image: string; dicom?: SegmentRequest['dicom'] }>(
  request: R,
  { dicom }: SourceImage
): R {
  const keeps = request.dicom?.keepIdentity ?? false
  if (keeps || dicom === undefined || !tellsPatient(request.image, dicom.summary.patient)) {
    return request
  }
  return { ...request, image: WITHHELD }
}

/**
 * What a run's record says of the image: of DICOM the series, and the hash of its files in the order of the slices.
 *
 * @param recorded of {@link recordedRequest}
 */
export async function imageRecord(
  path: string,
  recorded: { image: string },
  { dicom }: SourceImage
): Promise<Record<string, unknown>> {
  if (dicom === undefined) return { path, sha256: await fileSha256(path) }
  const { id, files } = dicom.summary
  return { path: recorded.image, sha256: dicom.sha256, series: id, files }
}
