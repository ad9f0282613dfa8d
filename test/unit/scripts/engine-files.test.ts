import { existsSync, readlinkSync } from 'node:fs'
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reason } from '../../../scripts/engine/command.mjs'
import { linkEngine } from '../../../scripts/engine/link.mjs'
import { faultOf, putInPlace, seal } from '../../../scripts/engine/manifest.mjs'
import { ADDON_PATH } from '../../../scripts/engine/paths.mjs'
import { openWorkshop } from '../../../scripts/engine/workshop.mjs'

let folder: string
let engine: string
const library = (dir: string): string => join(dir, 'deps', 'lib', 'libtensorflow.so.2')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hippospike-engine-'))
  engine = join(folder, 'engine')
  await mkdir(dirname(library(engine)), { recursive: true })
  await mkdir(dirname(join(engine, ADDON_PATH)), { recursive: true })
  await writeFile(library(engine), 'library')
  await writeFile(join(engine, ADDON_PATH), 'addon')
})

afterEach(() => rm(folder, { recursive: true, force: true }))

describe('faultOf', () => {
  it('finds nothing wrong with a sealed engine', async () => {
    await seal(engine, { origin: 'test' })
    expect(await faultOf(engine)).toBeNull()
    expect(await faultOf(engine, { thorough: true })).toBeNull()
  })

  it('takes an engine without a seal for none: a kill came before it was finished', async () => {
    expect(await faultOf(engine)).toBe('it is not there')
  })

  it('names a file that is missing, or of another size', async () => {
    await seal(engine, { origin: 'test' })
    await appendFile(library(engine), '+')
    expect(await faultOf(engine)).toMatch(/libtensorflow\.so\.2 has 8 bytes instead of 7/)
    await rm(library(engine))
    expect(await faultOf(engine)).toMatch(/libtensorflow\.so\.2 is missing/)
  })

  it('finds a changed byte when it looks thoroughly', async () => {
    await seal(engine, { origin: 'test' })
    await writeFile(library(engine), 'librarx')
    expect(await faultOf(engine)).toBeNull()
    expect(await faultOf(engine, { thorough: true })).toMatch(/libtensorflow\.so\.2 is damaged/)
  })

  it('refuses a torn seal', async () => {
    await seal(engine, { origin: 'test' })
    await truncate(join(engine, 'engine.json'), 10)
    expect(await faultOf(engine)).toBe('its manifest cannot be read')
  })
})

describe('putInPlace', () => {
  it('replaces an unusable engine and leaves nothing else behind', async () => {
    const target = join(folder, 'final')
    await mkdir(target)
    await writeFile(join(target, 'half'), '')
    await seal(engine, { origin: 'test' })
    await putInPlace(engine, target)
    expect(await faultOf(target)).toBeNull()
    expect(await readdir(folder)).toEqual(['final'])
  })
})

describe('linkEngine', () => {
  it.skipIf(process.platform === 'win32')(
    'replaces what is there by a link, again and again',
    async () => {
      const addonDir = join(folder, 'package')
      const link = join(addonDir, ADDON_PATH)
      await mkdir(dirname(link), { recursive: true })
      await writeFile(link, 'an older addon')
      await linkEngine(engine, addonDir)
      await linkEngine(engine, addonDir)
      expect(readlinkSync(link)).toBe(join(engine, ADDON_PATH))
      expect(await readFile(link, 'utf8')).toBe('addon')
      expect(await readdir(dirname(link))).toHaveLength(1)
    }
  )

  it.skipIf(process.platform === 'win32')('mends a link that points nowhere', async () => {
    const addonDir = join(folder, 'package')
    const link = join(addonDir, ADDON_PATH)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(folder, 'gone'), link)
    await linkEngine(engine, addonDir)
    expect(await readFile(link, 'utf8')).toBe('addon')
  })
})

describe('openWorkshop', () => {
  it('sweeps up after killed runs and leaves those of living ones', async () => {
    const before = process.env['HIPPOSPIKE_ENGINE_DIR']
    process.env['HIPPOSPIKE_ENGINE_DIR'] = folder
    try {
      // No process has this number: it is above the largest that Linux gives out.
      const dead = join(folder, '.making-4194999-1')
      const alive = join(folder, `.making-${process.ppid}-1`)
      await mkdir(dead)
      await mkdir(alive)
      const workshop = await openWorkshop()
      expect(existsSync(dead)).toBe(false)
      expect(existsSync(alive)).toBe(true)
      expect(existsSync(workshop.dir)).toBe(true)
      await workshop.done()
      expect(existsSync(workshop.dir)).toBe(false)
    } finally {
      if (before === undefined) delete process.env['HIPPOSPIKE_ENGINE_DIR']
      else process.env['HIPPOSPIKE_ENGINE_DIR'] = before
    }
  })
})

describe('reason', () => {
  it.each([
    [
      'node: x\nError: getaddrinfo ENOTFOUND host\n    at emitErrorNT (node:x)',
      'Error: getaddrinfo ENOTFOUND host'
    ],
    [
      'a.cc:3:10: fatal error: napi.h: No such file\ncompilation terminated.',
      'a.cc:3:10: fatal error: napi.h: No such file'
    ],
    [
      "WARNING: Retrying after connection broken by 'NameResolutionError'\nERROR: No matching distribution",
      'ERROR: No matching distribution (NameResolutionError)'
    ],
    ['killed', 'killed'],
    ['', 'it said nothing']
  ])('tells the cause in one line: %j', (output, line) => {
    expect(reason(output)).toBe(line)
  })
})
