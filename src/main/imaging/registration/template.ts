import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { HippospikeError } from '../../../shared/errors'
import type { Volume } from '../../../core/volume/volume'
import { readNifti } from '../nifti-file'

const triple = z.tuple([z.number(), z.number(), z.number()])
const structureSchema = z.strictObject({ centre: triple, extent: triple })
const templateSchema = z.strictObject({
  name: z.string(),
  intracranialMm3: z.number().positive(),
  /** LPS millimetres of the template. */
  hippocampi: z.strictObject({ left: structureSchema, right: structureSchema })
})

/** What heads are registered to: see resources/template. */
export interface Template extends z.infer<typeof templateSchema> {
  /** 0 outside the brain. */
  volume: Volume
}

/**
 * @param folder with template.nii.gz and template.json
 * @throws HippospikeError (internal) where the program's own files are damaged or missing
 */
export async function readTemplate(folder: string): Promise<Template> {
  try {
    const facts = templateSchema.parse(
      JSON.parse(await readFile(join(folder, 'template.json'), 'utf8'))
    )
    const { geometry, voxels } = await readNifti(join(folder, 'template.nii.gz'), false)
    return { ...facts, volume: { geometry, voxels } }
  } catch (cause) {
    throw new HippospikeError(
      'internal',
      `${folder}: the template of the head is missing or damaged; install Hippospike again`,
      { cause }
    )
  }
}
