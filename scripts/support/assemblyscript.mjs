import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const QUERY = '?kernel'

/**
 * Not named where it is imported: its types declare `i32` and its like for the whole program, and an `Array.at` that is never
 * undefined.
 */
const COMPILER = 'assemblyscript/asc'

/** Threads over shared memory, 128-bit vectors; no garbage collector, since the host lays out the memory. */
const OPTIONS = [
  ...['--enable', 'simd,threads,bulk-memory'],
  ...['--sharedMemory', '--importMemory'],
  ...['--initialMemory', '1', '--maximumMemory', '65536'],
  ...['--runtime', 'stub', '--use', 'abort='],
  ...['-O3', '--converge', '--noAssert']
]

/**
 * A Vite plugin: `import base64 from './kernel/index?kernel'` gives the AssemblyScript program in that file, compiled to
 * WebAssembly. Compiling takes seconds, so what was compiled is kept in node_modules/.cache by the hash of its sources.
 */
export function assemblyScript() {
  return {
    name: 'assemblyscript',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!source.endsWith(QUERY) || importer === undefined) return null
      return `${join(dirname(importer), source.slice(0, -QUERY.length))}.ts${QUERY}`
    },
    async load(id) {
      if (!id.endsWith(QUERY)) return null
      const entry = id.slice(0, -QUERY.length)
      const sources = await programSources(dirname(entry))
      for (const { file } of sources) this.addWatchFile(file)
      const binary = await compiled(entry, sources)
      return `export default ${JSON.stringify(Buffer.from(binary).toString('base64'))}`
    }
  }
}

async function programSources(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort()
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      return { file, text: await readFile(file, 'utf8') }
    })
  )
}

async function compiled(entry, sources) {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json')
  const hash = createHash('sha256').update([version, ...OPTIONS].join('\0'))
  for (const { text } of sources) hash.update(text).update('\0')
  const cache = join(import.meta.dirname, '../../node_modules/.cache/hippospike')
  const file = join(cache, `${hash.digest('hex').slice(0, 32)}.wasm`)
  try {
    return await readFile(file)
  } catch {
    const binary = await compile(entry)
    await mkdir(cache, { recursive: true })
    await writeFile(`${file}.${process.pid}`, binary)
    await rename(`${file}.${process.pid}`, file)
    return binary
  }
}

async function compile(entry) {
  const asc = await import(COMPILER)
  let binary = null
  const { error, stderr } = await asc.main([entry, '--outFile', 'kernel.wasm', ...OPTIONS], {
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) binary = contents
    }
  })
  if (error || binary === null) {
    throw new Error(`AssemblyScript: ${entry} does not compile\n${stderr.toString()}`)
  }
  return binary
}
