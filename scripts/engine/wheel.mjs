import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { run } from './command.mjs'
import { verifiedDownload } from './download.mjs'
import { ADDON_PATH, WHEEL } from './paths.mjs'

const require = createRequire(import.meta.url)

/** Of the wheel's gigabyte: the two libraries, and the headers of TensorFlow's C interface. */
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']
const HEADERS = ['tensorflow/c', 'tensorflow/core/platform', 'xla/tsl', 'tsl']

const EXTRACT = `
import sys, zipfile
wheel, target, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    names = [n for n in archive.namelist() if any(n.startswith(p) for p in prefixes)]
    archive.extractall(target, names)
`

async function python() {
  for (const name of ['python3', 'python']) {
    if (
      await run(name, ['-m', 'pip', '--version']).then(
        () => true,
        () => false
      )
    )
      return name
  }
  throw new Error('Python 3 with pip is not installed')
}

/** Downloads the pinned wheel to a path. */
async function download(interpreter, path, say) {
  say(`downloading ${WHEEL.package} ${WHEEL.version} (274 MB) with pip`)
  const target = join(dirname(path), 'download')
  await run(interpreter, [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'],
    // Five tries, pip's own choice, keep a machine without a network waiting for half a minute.
    ...['--retries', '1', '--progress-bar', 'off'],
    ...['--python-version', WHEEL.python, '--platform', WHEEL.platform, '--dest', target],
    `${WHEEL.package}==${WHEEL.version}`
  ])
  const [name] = await readdir(target)
  await rename(join(target, name), path)
}

/** Makes an engine from the pinned wheel of TensorFlow. @returns the folder with the finished engine */
export async function engineFromWheel(workshop, addonDir, say) {
  await run('g++', ['--version']).catch(() => {
    throw new Error('g++ is not installed, which links the addon to the wheel')
  })
  const interpreter = await python()
  const wheel = { name: `${WHEEL.package}-${WHEEL.version}.whl`, sha256: WHEEL.sha256 }
  const path = await verifiedDownload(wheel, workshop, (to) => download(interpreter, to, say))
  say('unpacking what is needed of it')
  const unpacked = join(workshop, 'unpacked')
  const wanted = [
    ...LIBRARIES.map((name) => `tensorflow/${name}`),
    ...HEADERS.map((name) => `tensorflow/include/${name}/`)
  ]
  await run(interpreter, ['-c', EXTRACT, path, unpacked, ...wanted])
  await rm(path)
  return build(workshop, join(unpacked, 'tensorflow'), addonDir, say, { move: true })
}

/**
 * Makes an engine that runs on an installed TensorFlow (its site-packages/tensorflow folder), with its GPU support. Unverified: nobody has
 * run it on a GPU yet.
 */
export async function engineFromInstalled(workshop, tensorflowDir, addonDir, say) {
  return build(workshop, tensorflowDir, addonDir, say, { move: false })
}

async function build(workshop, tensorflowDir, addonDir, say, { move }) {
  say('compiling the addon (about 20 s)')
  const engine = join(workshop, 'engine')
  const lib = join(engine, 'deps', 'lib')
  await mkdir(lib, { recursive: true })
  await mkdir(dirname(join(engine, ADDON_PATH)), { recursive: true })
  const linking = join(workshop, 'linking')
  await mkdir(linking)
  for (const name of LIBRARIES) {
    const source = join(tensorflowDir, name)
    if (move) await rename(source, join(lib, name))
    const target = move ? join(lib, name) : source
    await symlink(target, join(linking, name.replace('_cc', '').replace(/\.2$/, '')))
    await symlink(target, join(linking, name))
  }
  // Moved libraries lie beside the addon; an installed TensorFlow stays where it is, since its own rpaths are relative to it.
  const rpath = move ? '$ORIGIN/../../deps/lib' : tensorflowDir
  const napi = dirname(require.resolve('node-api-headers/package.json'))
  await run('g++', [
    ...['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'],
    ...[`-I${join(napi, 'include')}`, `-I${join(tensorflowDir, 'include')}`, `-I${addonDir}`],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(addonDir, 'binding', name)),
    ...[`-L${linking}`, '-ltensorflow', '-ltensorflow_framework', `-Wl,-rpath,${rpath}`],
    ...['-o', join(engine, ADDON_PATH)]
  ])
  return engine
}
