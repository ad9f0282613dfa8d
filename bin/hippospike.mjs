#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../out/main/cli.cjs', import.meta.url))

if (existsSync(program)) {
  // Not by import(), which first searches the whole program for the names that it exports.
  createRequire(import.meta.url)(program)
} else {
  console.error('hippospike: it is not built yet: run "npm run build" in its folder first')
  process.exitCode = 1
}
