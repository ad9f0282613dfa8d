/**
 * Which part of the program may import which: the arrows of the architecture, as a table.
 *
 *   shared <- core <- main/{engine,imaging,workspace,jobs,batch} <- main/api <- main/hosts
 *   shared <- preload, renderer
 */

const services = ['engine', 'imaging', 'workspace', 'jobs', 'batch'].map(
  (name) => `src/main/${name}`
)

/**
 * `packages`: the only packages a part may import. `notPackages`: those it may not. Where neither is given, any.
 * `node:` stands for all of Node's own modules. `bundled`: the build puts the packages into its output, so they may be
 * development dependencies.
 */
export const layers = [
  { folder: 'src/shared', imports: [], packages: ['zod'] },
  { folder: 'src/core', imports: ['src/shared'], packages: ['@tensorflow/tfjs-core'] },
  ...services.map((folder) => ({
    folder,
    imports: ['src/shared', 'src/core', ...services],
    notPackages: ['electron']
  })),
  {
    folder: 'src/main/api',
    imports: ['src/shared', 'src/core', ...services],
    notPackages: ['electron']
  },
  {
    folder: 'src/main/hosts/server',
    imports: ['src/shared', 'src/core', ...services, 'src/main/api'],
    notPackages: ['electron']
  },
  {
    folder: 'src/main/hosts/cli',
    // `hippospike serve` starts the server.
    imports: ['src/shared', 'src/core', ...services, 'src/main/api', 'src/main/hosts/server'],
    notPackages: ['electron']
  },
  {
    folder: 'src/main/hosts/electron',
    imports: ['src/shared', 'src/core', ...services, 'src/main/api']
  },
  { folder: 'src/preload', imports: ['src/shared'], packages: ['electron'], bundled: true },
  {
    folder: 'src/renderer',
    imports: ['src/shared'],
    notPackages: ['electron', 'node:'],
    bundled: true
  }
]

/** Packages with one home inside the renderer. */
export const confined = [
  { packages: ['@cornerstonejs', '@kitware/vtk.js'], folder: 'src/renderer/src/cornerstone' }
]

/** Each folder below is imported from outside through its index alone. */
export const featuresFolder = 'src/renderer/src/features'

/** Files outside src/ that any part may import. */
export const openFiles = ['package.json']
