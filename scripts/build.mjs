// Builds everything into out/, and marks the build as whole only at its end.
import { fingerprint, markBuilt, unmarkBuilt } from './support/build-state.mjs'
import { packageScript, runNode } from './support/run.mjs'

try {
  const sources = fingerprint()
  unmarkBuilt()
  const code = await runNode(packageScript('electron-vite/bin/electron-vite.js'), [
    'build',
    '--logLevel',
    'warn'
  ])
  if (code === 0) markBuilt(sources)
  process.exitCode = code
} catch (error) {
  console.error(`build: ${error.message}`)
  process.exitCode = 1
}
