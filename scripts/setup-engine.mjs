// Gets TensorFlow's native library and the addon that loads it, which npm's install does not: no script of a dependency runs in it. Can be
// interrupted and run again at any time; a finished engine is kept in the user's cache and shared between copies of the project.
import { parseArgs } from 'node:util'
import { run } from './engine/command.mjs'
import { dropDownloads } from './engine/download.mjs'
import { linkEngine, unlinkEngine } from './engine/link.mjs'
import { faultOf, MISSING, putInPlace, seal } from './engine/manifest.mjs'
import { ADDON_PATH, addonPackage, engineDir, WHEEL } from './engine/paths.mjs'
import { engineFromStock } from './engine/stock.mjs'
import { engineFromInstalled, engineFromWheel } from './engine/wheel.mjs'
import { openWorkshop, sweep } from './engine/workshop.mjs'
import { join } from 'node:path'

const HELP = `Usage: npm run setup:engine [-- options]

Gets the native TensorFlow engine: faster inference with ANNs, and training. Without it everything runs on WebAssembly.

Options:
  --verify               hash every file of the engine that is there, and make it anew if one is damaged
  --from-tensorflow DIR  link to an installed TensorFlow (its site-packages/tensorflow folder), for example one with CUDA;
                         unverified: nobody has run this on a GPU yet
  --require              exit with 1 when no engine can be had (otherwise that is only said)
  --help                 show this text

HIPPOSPIKE_ENGINE_DIR names another folder for finished engines.`

const STOCK_TENSORFLOW = '2.9.1'

const say = (text) => console.log(`setup:engine: ${text}`)

/** Loads the addon in a process of its own: what crashes there must not be linked. */
async function works(engine) {
  const script = `require(${JSON.stringify(join(engine, ADDON_PATH))})`
  await run(process.execPath, ['-e', script], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' }
  })
}

function origins(addon, tensorflowDir) {
  if (tensorflowDir !== undefined) {
    const make = (workshop) => engineFromInstalled(workshop, tensorflowDir, addon.dir, say)
    const name = Buffer.from(tensorflowDir).toString('base64url').slice(-16)
    return [{ title: tensorflowDir, dir: engineDir('installed', name, addon.version), make }]
  }
  const wheel = {
    title: `TensorFlow's Python wheel ${WHEEL.version}`,
    dir: engineDir('wheel', WHEEL.version, addon.version),
    make: (workshop) => engineFromWheel(workshop, addon.dir, say)
  }
  const stock = {
    title: `the stock library (TensorFlow ${STOCK_TENSORFLOW})`,
    dir: engineDir('stock', STOCK_TENSORFLOW, addon.version),
    make: (workshop) => engineFromStock(workshop, addon.dir, say)
  }
  // The wheel is eight versions newer and twice as fast on current processors; it exists for Linux on x64 alone.
  return process.platform === 'linux' && process.arch === 'x64' ? [wheel, stock] : [stock]
}

async function make(origin, addon) {
  const workshop = await openWorkshop()
  try {
    const engine = await origin.make(workshop.dir)
    await works(engine)
    await seal(engine, { origin: origin.title, addon: addon.version })
    // A run beside this one may have been faster; its engine is as good.
    if ((await faultOf(origin.dir)) !== null) await putInPlace(engine, origin.dir)
  } finally {
    await workshop.done()
  }
}

async function setUp({ verify, tensorflowDir }) {
  const addon = addonPackage()
  await sweep()
  const candidates = origins(addon, tensorflowDir)
  for (const origin of candidates) {
    const fault = await faultOf(origin.dir, { thorough: verify })
    if (fault === null) {
      await linkEngine(origin.dir, addon.dir)
      say(`ready: ${origin.title}, in ${origin.dir}`)
      return true
    }
    if (fault === MISSING) continue
    say(`the engine in ${origin.dir} cannot be used: ${fault}`)
    // Not only once it cannot be made anew: a kill before that would leave it to be loaded.
    await unlinkEngine(origin.dir, addon.dir)
  }
  for (const origin of candidates) {
    say(`getting ${origin.title}`)
    try {
      await make(origin, addon)
      await linkEngine(origin.dir, addon.dir)
      await dropDownloads()
      say(`ready: ${origin.title}, in ${origin.dir}`)
      return true
    } catch (error) {
      say(`not possible: ${error.message}`)
    }
  }
  say(
    'no native engine: Hippospike runs on WebAssembly instead, which segments in seconds but trains some forty times slower. ' +
      'Run "npm run setup:engine" again when the cause above is mended.'
  )
  return false
}

const { values } = parseArgs({
  options: {
    verify: { type: 'boolean', default: false },
    'from-tensorflow': { type: 'string' },
    require: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
})
if (values.help) {
  console.log(HELP)
} else {
  try {
    const ready = await setUp({ verify: values.verify, tensorflowDir: values['from-tensorflow'] })
    process.exitCode = ready || !values.require ? 0 : 1
  } catch (error) {
    say(`failed: ${error.message}`)
    process.exitCode = 1
  }
}
