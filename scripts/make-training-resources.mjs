// Makes resources/rehearsal and resources/reference from the Decathlon's Task04 in the project's split: which cases these are follows from the seed.
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string', default: join(root, 'resources') },
    seed: { type: 'string', default: '1' }
  }
})
if (values.data === undefined) {
  console.error(
    'usage: node scripts/make-training-resources.mjs --data DIR [--out resources] [--seed 1]'
  )
  process.exit(2)
}

const SETS = [
  {
    name: 'rehearsal',
    part: 'train',
    count: 16,
    use: 'mixed into fine-tuning, against forgetting'
  },
  { name: 'reference', part: 'validation', count: 10, use: 'scored before and after fine-tuning' }
]

const { split } = JSON.parse(readFileSync(join(values.data, 'dataset.json'), 'utf8'))

for (const { name, part, count, use } of SETS) {
  const place = (id) => createHash('sha256').update(`${values.seed} ${name} ${id}`).digest('hex')
  const ids = [...split[part]]
    .sort((a, b) => (place(a) < place(b) ? -1 : 1))
    .slice(0, count)
    .sort()
  const folder = join(values.out, name)
  for (const files of ['imagesTr', 'labelsTr']) {
    mkdirSync(join(folder, files), { recursive: true })
    for (const id of ids) {
      copyFileSync(join(values.data, files, `${id}.nii.gz`), join(folder, files, `${id}.nii.gz`))
    }
  }
  const description = {
    name: `Hippospike ${name}: ${count} cases of the Medical Segmentation Decathlon, Task04 Hippocampus, ${use}`,
    description:
      'Crops of T1-weighted MRI around one hippocampus, 1 mm isotropic, with anterior and posterior labelled',
    reference:
      'Antonelli et al., The Medical Segmentation Decathlon, Nature Communications 13, 4128 (2022)',
    licence: 'CC BY-SA 4.0',
    modality: { 0: 'MRI' },
    labels: {
      0: 'background',
      1: 'anterior hippocampus (head)',
      2: 'posterior hippocampus (body and tail)'
    },
    numTraining: count,
    split: { train: [], validation: [], [part]: ids }
  }
  writeFileSync(join(folder, 'dataset.json'), `${JSON.stringify(description, null, 2)}\n`)
  console.log(`${folder}: ${ids.join(' ')}`)
}
