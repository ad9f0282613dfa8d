// Trains the models of resources/models from scratch by the program's own commands, and the two that they are compared with. Takes hours; can be interrupted and run
// again: what is finished is skipped, and what is not goes on from its last checkpoint.
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root, runNode } from './support/run.mjs'

const HELP = `Usage: npm run train:models -- --data DIR [--work DIR] [--install]

  --data DIR   the Decathlon's Task04_Hippocampus, or any data set in its layout
  --work DIR   where models and checkpoints go (runs/models)
  --install    copy the finished models to resources/models

The settings of each stage are in resources/recipes.`

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    work: { type: 'string', default: join(root, 'runs', 'models') },
    install: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
})
if (values.help || values.data === undefined) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

const at = (name) => join(values.work, name)
const recipe = (name) => join(root, 'resources', 'recipes', `${name}.json`)
const tune = (from, name) => [
  'finetune',
  ...['--model', at(from), '--teacher', at('ann'), '--config', recipe(name)]
]

/** In order: each may start from those before it. */
const stages = [
  { name: 'ann', args: ['train', '--config', recipe('ann')] },
  { name: 'converted', args: ['convert', '--model', at('ann')] },
  { name: 'converted-s085', args: ['convert', '--model', at('ann'), '--scale', '0.85'] },
  { name: 'snn-t4', args: tune('converted-s085', 'snn-t4') },
  { name: 'snn-t4b', args: tune('snn-t4', 'snn-t4b') },
  { name: 'snn-t4c', args: [...tune('snn-t4b', 'snn-t4c'), '--timesteps', '4'] },
  { name: 'snn-t2', args: [...tune('snn-t4c', 'snn-t2'), '--timesteps', '2'] },
  { name: 'snn-t4d', args: [...tune('snn-t2', 'snn-t4d'), '--timesteps', '4'] },
  { name: 'snn-t4e', args: [...tune('snn-t4d', 'snn-t4e'), '--timesteps', '4'] },
  { name: 'snn', args: [...tune('snn-t4e', 'snn'), '--timesteps', '2'] },
  {
    name: 'converted-ternary',
    args: ['convert', '--model', at('ann'), '--spikes', 'ternary-memory']
  },
  { name: 'snn-ternary-a', args: tune('converted-ternary', 'snn-ternary-a') },
  { name: 'snn-ternary', args: [...tune('snn-ternary-a', 'snn-ternary'), '--timesteps', '4'] },
  { name: 'direct', args: ['train', '--config', recipe('direct')] }
]
const SHIPPED = ['ann', 'snn', 'snn-ternary']
const MODEL_FILES = ['model.json', 'weights.bin', 'README.md', 'curves.jsonl']

mkdirSync(values.work, { recursive: true })
for (const { name, args } of stages) {
  if (existsSync(join(at(name), 'model.json'))) {
    console.log(`> ${name}: finished already`)
    continue
  }
  console.log(`> ${name}`)
  const command = [...args, '--data', values.data, '--out', at(name)]
  const code = await runNode(join(root, 'bin', 'hippospike.mjs'), command)
  if (code !== 0) process.exit(code)
}
if (values.install) {
  for (const name of SHIPPED) {
    const target = join(root, 'resources', 'models', name)
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    for (const file of MODEL_FILES) cpSync(join(at(name), file), join(target, file))
    console.log(`> ${name}: copied to resources/models`)
  }
}
