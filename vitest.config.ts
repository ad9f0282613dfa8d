import { defineConfig } from 'vitest/config'
import { assemblyScript } from './scripts/support/assemblyscript.mjs'

// The numeric libraries keep global state and take gigabytes: a process for each file, and few of them at once.
const processes = { pool: 'forks', isolate: true } as const

export default defineConfig({
  plugins: [assemblyScript()],
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          ...processes,
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 30_000
        }
      },
      {
        extends: true,
        test: {
          ...processes,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000
        }
      },
      {
        extends: true,
        test: {
          ...processes,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // What is waited for is drawn by software, on a machine that may be busy.
          expect: { poll: { timeout: 15_000 } },
          fileParallelism: false,
          // One worker is allowed here alone only if this project runs after the others.
          sequence: { groupOrder: 1 }
        }
      }
    ]
  }
})
