import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix, relative, sep } from 'node:path'
import { confined, featuresFolder, layers, openFiles } from './layers.js'

const manifest = new URL('../package.json', import.meta.url)
const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8'))
const builtins = new Set(builtinModules)

/** Reports every import, export-from, `import()` and `import('…')` type against the arrows of layers.js. */
export const importDirection = {
  meta: {
    type: 'problem',
    docs: { description: 'keep imports in the direction of the architecture' },
    schema: [],
    messages: { wrong: '{{reason}}' }
  },
  create(context) {
    const file = slashed(relative(context.cwd, context.filename))
    const check = (source) => {
      if (typeof source?.value !== 'string') return
      const reason = reasonAgainst(file, source.value)
      if (reason !== undefined)
        context.report({ node: source, messageId: 'wrong', data: { reason } })
    }
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source)
    }
  }
}

/** Why `file` (relative to the root, with forward slashes) may not import `specifier`, or undefined where it may. */
export function reasonAgainst(file, specifier) {
  if (!file.startsWith('src/')) return undefined
  const layer = layerOf(file)
  if (layer === undefined) return `${file} is in no part of the architecture (eslint/layers.js)`
  return specifier.startsWith('.')
    ? againstFile(file, layer, posix.join(posix.dirname(file), specifier.replace(/\?.*$/, '')))
    : againstPackage(file, layer, specifier)
}

function againstFile(file, layer, target) {
  if (openFiles.includes(target)) return undefined
  const other = layerOf(target)
  if (other === undefined || (other !== layer && !layer.imports.includes(other.folder))) {
    const allowed = ['itself', ...layer.imports.filter((folder) => folder !== layer.folder)]
    return `${layer.folder} must not import ${target}: it may import ${allowed.join(', ')}`
  }
  return againstFeature(file, target)
}

function againstFeature(file, target) {
  const feature = featureOf(target)
  if (feature === undefined || featureOf(file) === feature) return undefined
  const home = `${featuresFolder}/${feature}`
  const entries = [home, `${home}/index`, `${home}/index.ts`]
  return entries.includes(target) ? undefined : `import ${home} through its index.ts`
}

function againstPackage(file, layer, specifier) {
  const name = specifier.startsWith('node:') || builtins.has(specifier) ? 'node:' : specifier
  const isOneOf = (names) =>
    names.some((known) => name === known || specifier.startsWith(`${known}/`))

  if (layer.packages !== undefined && !isOneOf(layer.packages)) {
    return `${layer.folder} must not import ${specifier}: the only packages there are ${layer.packages.join(', ')}`
  }
  if (layer.notPackages !== undefined && isOneOf(layer.notPackages)) {
    return `${layer.folder} must not import ${specifier}`
  }
  const home = confined.find(({ packages }) => isOneOf(packages))?.folder
  if (home !== undefined && !isWithin(file, home))
    return `${specifier} is imported in ${home} alone`
  return againstUndeclared(layer, name)
}

/** A package that is there only because another needs it can go at any update, and the build would bundle it. */
function againstUndeclared(layer, name) {
  if (layer.bundled || name === 'node:' || name === 'electron') return undefined
  const declared = Object.keys(dependencies).some(
    (one) => name === one || name.startsWith(`${one}/`)
  )
  return declared ? undefined : `${name} is not among the dependencies in package.json`
}

function layerOf(path) {
  return layers.find(({ folder }) => isWithin(path, folder))
}

function featureOf(path) {
  if (!isWithin(path, featuresFolder)) return undefined
  return path.slice(featuresFolder.length + 1).split('/')[0] || undefined
}

function isWithin(path, folder) {
  return path === folder || path.startsWith(`${folder}/`)
}

function slashed(path) {
  return path.split(sep).join('/')
}
