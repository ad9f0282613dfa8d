// Writes what the shipped models' training cases are like, which new training cases are held against; and says which of both splits would be pointed out.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadParts, root } from './support/programs.mjs'

const { values } = parseArgs({ options: { data: { type: 'string' } } })
if (values.data === undefined) {
  console.error('usage: node bench/training-statistics.mjs --data DIR')
  process.exit(2)
}

const parts = await loadParts()
const dataset = await parts.openDataset(values.data)
const seen = []
for (const source of dataset.cases) {
  const { sides } = await parts.inspectCase(source.imagePath, source.labelPath)
  seen.push({ ...source, sides })
}
const training = seen.filter(({ split }) => split === 'train')
const command = 'node bench/training-statistics.mjs --data Task04_Hippocampus'
const statistics = parts.statisticsOf(
  training.flatMap(({ sides }) => sides),
  command
)
const path = join(root, 'resources', 'models', 'training-statistics.json')
writeFileSync(path, `${JSON.stringify(statistics, null, 2)}\n`)
console.log(JSON.stringify(statistics, null, 2))
for (const one of seen) {
  for (const { kind, message } of parts.outlierFindings(one, statistics)) {
    console.log(`${one.split} ${one.id}: ${kind}: ${message}`)
  }
}
