import type { ModelManifest } from '../../../shared/model'

const STAGE_NAMES: Readonly<Record<ModelManifest['stage'], string>> = {
  ann: 'stage 1 of three: an ordinary network (ANN)',
  converted: 'stage 2 of three: converted from an ANN, without training as a spiking network',
  'fine-tuned':
    'stage 3 of three: converted from an ANN, then fine-tuned by spike-based backpropagation',
  direct: 'trained as a spiking network from random weights, for comparison'
}

type Described = Omit<ModelManifest, 'format' | 'version' | 'weights' | 'weightsSha256'>

/** The README.md of a model folder: what the model is, how it came about and how it scored, from its manifest alone. */
export function modelCard({
  id,
  name,
  stage,
  spiking,
  scores,
  provenance,
  licence
}: Described): string {
  const timesteps = spiking?.variants.map((variant) => variant.timesteps).join(', ')
  const neurons = spiking
    ? `Spikes: ${spiking.mode}; tuned for T = ${timesteps} (default ${spiking.defaultTimesteps}); initial potential ${spiking.initialPotential} of the threshold.\n`
    : ''
  return `# ${name}

\`${id}\`: ${STAGE_NAMES[stage]}. Segments a T1-weighted crop around one hippocampus into 1 anterior, 2 posterior. Research use only, not a medical device.

${neurons}
## Scores

Dice on the validation split, measured when the model was written (\`hippospike evaluate\` repeats it):

${scoreTable(scores)}
${spiking ? eventSection(id) : ''}
## How it came about

\`\`\`json
${JSON.stringify(provenance, null, 2)}
\`\`\`

## Limits

- Trained on crops around one hippocampus (T1-weighted, 1 mm); it knows nothing of whole heads, other contrasts or pathology that its cases do not show.
- Scores are on the data it was trained on; other scanners and other ways of drawing the hippocampus score lower. Look at every mask.

## Licence

Weights: ${licence}, as the data they were trained on; name the data's source when you pass them on.
`
}

/** The options that trade accuracy for time are measured on demand: what they cost is another matter for every model. */
function eventSection(id: string): string {
  return `
## On the event runtime

Scores are of 32-bit floats over all timesteps. Faster and less exact: 16-bit integers (\`--precision int16\`), and stopping once the mask settles (\`--early-exit\`). What they cost on labelled cases:

\`\`\`
hippospike evaluate --data DIR --model ${id} --precision int16
hippospike evaluate --data DIR --model ${id} --early-exit 0.08
\`\`\`
`
}

function scoreTable(scores: Described['scores']): string {
  const rows = Object.entries(scores).filter(
    (entry): entry is [string, Record<string, number>] =>
      typeof entry[1] === 'object' && entry[1] !== null
  )
  const lines = rows.map(
    ([what, dice]) =>
      `| ${what} | ${['anterior', 'posterior', 'whole'].map((key) => dice[key]?.toFixed(4) ?? '–').join(' | ')} |`
  )
  return ['| on | anterior | posterior | whole |', '| --- | --- | --- | --- |', ...lines].join('\n')
}
