import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { assemblyScript } from './scripts/support/assemblyscript.mjs'

const root = import.meta.dirname

/** Programs of the main side, by the name of the file they are built into: out/main/<name>.cjs. */
const programs = {
  index: 'src/main/hosts/electron/index.ts',
  cli: 'src/main/hosts/cli/index.ts',
  engine: 'src/main/engine/index.ts',
  'event-worker': 'src/main/engine/event-worker.ts',
  probe: 'src/main/engine/probe.ts'
}

const input = Object.fromEntries(
  Object.entries(programs).map(([name, file]) => [name, resolve(root, file)])
)

/**
 * CommonJS, because Electron's utility processes and older Electrons start no ES module. Packages that are ES modules only
 * (itk-wasm, webgpu) are loaded by `import()`, which must therefore stay an `import()` in the output.
 */
const commonJs = {
  format: 'cjs',
  entryFileNames: '[name].cjs',
  // Beside the entries, so that __dirname is the same folder in an entry and in a chunk.
  chunkFileNames: '[name]-[hash].cjs',
  dynamicImportInCjs: true
} as const

export default defineConfig({
  main: {
    plugins: [assemblyScript()],
    build: {
      target: 'node18',
      sourcemap: true,
      // Bundled, they start in a tenth of the time: zod alone is a hundred files, and every command loads it twice.
      externalizeDeps: { exclude: ['commander', 'zod'] },
      rolldownOptions: { input, output: commonJs }
    }
  },
  preload: {
    build: {
      target: 'node18',
      sourcemap: true,
      // A sandboxed preload script can load nothing but electron: everything else is bundled.
      externalizeDeps: false,
      rolldownOptions: { input: { index: resolve(root, 'src/preload/index.ts') }, output: commonJs }
    }
  },
  renderer: {
    root: resolve(root, 'src/renderer'),
    plugins: [vue()],
    build: {
      target: 'chrome114',
      sourcemap: true,
      outDir: resolve(root, 'out/renderer'),
      // Inlined assets would need `data:` in the content security policy.
      assetsInlineLimit: 0,
      rolldownOptions: { input: resolve(root, 'src/renderer/index.html') }
    }
  }
})
