// Builds what the benchmarks of the event kernel take from the sources, into out/bench, and loads it.
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { build } from 'vite'
import { assemblyScript } from '../../scripts/support/assemblyscript.mjs'

export const root = join(import.meta.dirname, '..', '..')
// Each benchmark has its own, so that two at a time do not take each other's away.
const folder = join(root, 'out', 'bench', basename(process.argv[1], '.mjs'))

/** The exports of parts.ts. */
export async function loadParts() {
  // A CommonJS program, although the package is none.
  return createRequire(import.meta.url)(await buildParts())
}

/** Builds parts.ts, and beside it the threads' program, where crew.ts looks for it; gives the path. */
export async function buildParts() {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [assemblyScript()],
    build: {
      ssr: true,
      target: 'node20',
      outDir: folder,
      emptyOutDir: true,
      rolldownOptions: {
        input: {
          parts: join(import.meta.dirname, 'parts.ts'),
          'event-worker': join(root, 'src/main/engine/event-worker.ts')
        },
        output: {
          format: 'cjs',
          entryFileNames: '[name].cjs',
          chunkFileNames: '[name]-[hash].cjs',
          dynamicImportInCjs: true
        }
      }
    }
  })
  return join(folder, 'parts.cjs')
}

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export const mean = (numbers) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length

/** A Markdown table. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
