import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dropDownloads, verifiedDownload } from '../../../scripts/engine/download.mjs'
import { linkEngine, unlinkEngine } from '../../../scripts/engine/link.mjs'
import { seal } from '../../../scripts/engine/manifest.mjs'
import { ADDON_PATH, engineDir } from '../../../scripts/engine/paths.mjs'

const root = join(import.meta.dirname, '..', '..', '..')
const before = process.env['HIPPOSPIKE_ENGINE_DIR']
let folder: string
let cache: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hippospike-setup-'))
  cache = join(folder, 'cache')
  await mkdir(cache)
  process.env['HIPPOSPIKE_ENGINE_DIR'] = cache
})

afterEach(async () => {
  if (before === undefined) delete process.env['HIPPOSPIKE_ENGINE_DIR']
  else process.env['HIPPOSPIKE_ENGINE_DIR'] = before
  await rm(folder, { recursive: true, force: true })
})

describe('a download of known hash', () => {
  const content = 'a wheel'
  const wanted = { name: 'a.whl', sha256: createHash('sha256').update(content).digest('hex') }
  let fetched: number
  let runs: number

  beforeEach(() => {
    fetched = runs = 0
  })

  /** What a run does, in a folder of its own. @returns what it gets */
  async function download(served = content): Promise<string> {
    const dir = join(cache, `.making-${runs++}`)
    await mkdir(dir)
    const path = await verifiedDownload(wanted, dir, async (to: string) => {
      fetched++
      await writeFile(to, served)
    })
    expect(dirname(path)).toBe(dir)
    return readFileSync(path, 'utf8')
  }

  it('is not repeated after a kill', async () => {
    expect(await download()).toBe(content)
    // What the next run sweeps away.
    await rm(join(cache, '.making-0'), { recursive: true })
    expect(await download()).toBe(content)
    expect(fetched).toBe(1)
  })

  it('is repeated where what was kept is damaged', async () => {
    await download()
    const [kept] = (await readdir(cache)).filter((name) => !name.startsWith('.making'))
    await rm(join(cache, kept!))
    await writeFile(join(cache, kept!), 'a whe')
    expect(await download()).toBe(content)
    await download()
    expect(fetched).toBe(2)
  })

  it('is neither used nor kept where the hash is another', async () => {
    await expect(download('a worm')).rejects.toThrow(/SHA-256 of a\.whl .* it is not used/)
    expect(await readdir(join(cache, '.making-0'))).toEqual([])
    expect(await readdir(cache)).toEqual(['.making-0'])
  })

  it('is dropped with all others, and not under the feet of a run that uses it', async () => {
    await download()
    await dropDownloads()
    expect(await readdir(cache)).toEqual(['.making-0'])
    expect(readFileSync(join(cache, '.making-0', wanted.name), 'utf8')).toBe(content)
  })
})

// Windows has copies where other systems have links.
describe.skipIf(process.platform === 'win32')('an engine that is damaged', () => {
  let project: string
  let engine: string
  const packageDir = (): string => join(project, 'node_modules', '@tensorflow', 'tfjs-node-gpu')
  const addon = (): string => join(packageDir(), ADDON_PATH)
  const isLinked = (): boolean => lstatSync(addon(), { throwIfNoEntry: false }) !== undefined

  /** A project whose dependencies are stand-ins, with an engine that is linked, on a machine where none can be made. */
  beforeEach(async () => {
    project = join(folder, 'project')
    await cp(join(root, 'scripts'), join(project, 'scripts'), { recursive: true })
    await mkdir(packageDir(), { recursive: true })
    await writeFile(join(packageDir(), 'package.json'), '{"version":"0.0.0"}')
    engine = engineDir('stock', '2.9.1', '0.0.0')
    await mkdir(dirname(join(engine, ADDON_PATH)), { recursive: true })
    await writeFile(join(engine, ADDON_PATH), 'addon')
    await seal(engine, { origin: 'test' })
    await linkEngine(engine, packageDir())
  })

  function setUp(...options: string[]): { status: number | null; stdout: string } {
    return spawnSync(
      process.execPath,
      [join(project, 'scripts', 'setup-engine.mjs'), '--require', ...options],
      { encoding: 'utf8', env: { ...process.env, PATH: join(folder, 'nothing') } }
    )
  }

  it('is not left to be loaded when it cannot be made anew', async () => {
    expect(setUp()).toMatchObject({ status: 0 })
    expect(isLinked()).toBe(true)
    await writeFile(join(engine, ADDON_PATH), 'addox')
    const { status, stdout } = setUp('--verify')
    expect(stdout).toMatch(/tfjs_binding\.node is damaged/)
    expect(stdout).toMatch(/no native engine/)
    expect(status).toBe(1)
    expect(isLinked()).toBe(false)
  })

  it('takes no other addon with it', async () => {
    const another = join(folder, 'another.node')
    await writeFile(another, 'another')
    await rm(addon())
    await symlink(another, addon())
    await unlinkEngine(engine, packageDir())
    expect(readFileSync(addon(), 'utf8')).toBe('another')
    await rm(addon())
    await writeFile(addon(), 'built by hand')
    await unlinkEngine(engine, packageDir())
    expect(readFileSync(addon(), 'utf8')).toBe('built by hand')
  })
})
