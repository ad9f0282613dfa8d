// Runs one job of the engine in a process of its own, and answers with its result, its time and its peak memory.
import { createRequire } from 'node:module'

const { parts: path, kind, request } = JSON.parse(process.argv[2])
const parts = createRequire(import.meta.url)(path)
const job = await parts.jobs.get(kind)()
const start = performance.now()
const result = await job.run(request, {
  signal: new AbortController().signal,
  forced: null,
  progress: (_, fraction, message) => process.send({ progress: { fraction, message } }),
  warn: (message) => console.error(message),
  denseRuntime: async () => (await parts.LOADERS.native.load()).info
})
process.send({
  done: {
    result,
    seconds: (performance.now() - start) / 1000,
    // Kilobytes on Linux and macOS alike (Node documents it so).
    peakBytes: process.resourceUsage().maxRSS * 1024
  }
})
process.disconnect()
