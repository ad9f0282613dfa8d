import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { segmentResultSchema, type SegmentResult } from '../../src/shared/jobs'
import type { Geometry, Triple } from '../../src/shared/geometry'
import { activatedLayers } from '../../src/core/snn/architecture'
import { readManifest } from '../../src/main/workspace/model-folder'
import type { ModelManifest } from '../../src/shared/model'
import { eachVoxel, grid, rotation } from '../fixtures/geometries'
import { mghBytes } from '../fixtures/mgh-bytes'
import { niftiBytes } from '../fixtures/nifti-bytes'
import { dice, rawNifti, type RawNifti } from '../fixtures/nifti-read'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { cli, cliJson, errorLine, listing, MODELS_DIR, ROOT, shippedModels } from './cli'

const folder = temporaryFolder()
const SAMPLE = 'hippocampus_023'
const OTHER_SAMPLE = 'hippocampus_033'
const image = (id: string): string => join(ROOT, 'resources', 'sample', 'imagesTr', `${id}.nii.gz`)
const label = (id: string): string => join(ROOT, 'resources', 'sample', 'labelsTr', `${id}.nii.gz`)
const PROGRESS = /^(read|segment|write): \S/

function newFolder(name: string): string {
  mkdirSync(folder.file(name))
  return folder.file(name)
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** Cubic millimetres of each structure, counted in a mask of 1 mm voxels. */
function volumes({ voxels }: RawNifti): SegmentResult['volumesMm3'] {
  const count = (value: number): number => voxels.filter((voxel) => voxel === value).length
  return { anterior: count(1), posterior: count(2), whole: count(1) + count(2) }
}

function expectGoodMask(mask: RawNifti, id: string, least = 0.8): void {
  const truth = rawNifti(label(id)).voxels
  for (const structure of [1, 2, null]) {
    expect(dice(mask.voxels, truth, structure), `${id}, ${structure ?? 'whole'}`).toBeGreaterThan(
      least
    )
  }
}

/** A label map on the grid of its source, to the bit. */
function expectHeaderOf(source: RawNifti, mask: RawNifti): void {
  expect(mask.header).toMatchObject({
    dim: source.header.dim,
    datatype: 2,
    bitpix: 8,
    slope: 1,
    intercept: 0,
    intentCode: 1002,
    unitsCode: source.header.unitsCode,
    qformCode: source.header.qformCode,
    sformCode: source.header.sformCode,
    quaternion: source.header.quaternion,
    qoffset: source.header.qoffset,
    srow: source.header.srow
  })
  expect(mask.header.pixdim.slice(0, 4)).toEqual(source.header.pixdim.slice(0, 4))
}

describe('the models that come with the program', () => {
  it('are an ANN and its spiking networks', () => {
    expect(shippedModels()).toEqual(expect.arrayContaining(['ann', 'snn', 'snn-ternary']))
  })
})

describe.each(shippedModels())('segment with the model %s', (id) => {
  let manifest: ModelManifest
  beforeAll(async () => {
    manifest = await readManifest(join(MODELS_DIR, id))
  })

  it('prints volumes and where the files are, and writes a good mask on the grid of the image', async () => {
    const out = newFolder(`${id}-human`)
    const path = join(out, 'mask.nii.gz')
    const run = await cli(['segment', image(SAMPLE), '--out', path, '--model', id])
    expect(run.code, run.stderr).toBe(0)
    expect(listing(out)).toEqual(['mask.nii.gz', 'mask.run.json'])

    const mask = rawNifti(path)
    expectHeaderOf(rawNifti(image(SAMPLE)), mask)
    expectGoodMask(mask, SAMPLE)
    for (const [structure, mm3] of Object.entries(volumes(mask))) {
      expect(run.stdout).toMatch(new RegExp(`^${structure} +${mm3.toFixed(1)}$`, 'm'))
    }
    expect(run.stdout).toMatch(new RegExp(`^mask +${path}$`, 'm'))
    expect(run.stdout).toMatch(new RegExp(`^provenance +${join(out, 'mask.run.json')}$`, 'm'))
    const runtime = manifest.spiking ? 'event' : '(native|wasm|webgpu|cuda)'
    expect(run.stdout).toMatch(new RegExp(`^model +${id} on ${runtime}`, 'm'))
  })

  it('prints one JSON document, and writes probabilities, spikes and the provenance', async () => {
    const out = newFolder(`${id}-json`)
    const path = join(out, 'mask.nii')
    const source = image(OTHER_SAMPLE)
    const { spiking, architecture } = manifest
    const { run, json } = await cliJson([
      ...['segment', source, '--out', path, '--model', id],
      ...['--probabilities', join(out, 'probabilities.nii.gz')],
      ...(spiking ? ['--spikes', join(out, 'spikes')] : [])
    ])
    const result = segmentResultSchema.parse(json)
    const lines = run.stderr.trimEnd().split('\n')
    expect(lines.filter((line) => !PROGRESS.test(line))).toEqual([])

    const mask = rawNifti(path)
    expectHeaderOf(rawNifti(source), mask)
    expectGoodMask(mask, OTHER_SAMPLE)
    expect(result).toMatchObject({
      model: id,
      timesteps: spiking?.defaultTimesteps ?? null,
      out: path,
      volumesMm3: volumes(mask),
      warnings: []
    })
    if (spiking) {
      expect(result.meanFiringRate).toBeGreaterThan(0)
      expect(result.meanFiringRate).toBeLessThan(0.2)
    } else expect(result.meanFiringRate).toBeNull()

    const layers = spiking
      ? activatedLayers(architecture).map(({ name }) => `${name}_spikes.nii.gz`)
      : []
    const spikes = spiking
      ? ['', '/labels_by_timestep.nii.gz', '/spikes.json', ...layers.map((name) => `/${name}`)]
      : []
    expect(listing(out)).toEqual(
      [
        'mask.nii',
        'mask.run.json',
        'probabilities.nii.gz',
        ...spikes.map((name) => `spikes${name}`)
      ].sort()
    )

    expectProbabilitiesOf(mask, join(out, 'probabilities.nii.gz'))
    expect(JSON.parse(readFileSync(join(out, 'mask.run.json'), 'utf8'))).toMatchObject({
      image: { path: source, sha256: sha256(source) },
      mask: { path, sha256: sha256(path) },
      model: { id, weightsSha256: sha256(join(MODELS_DIR, id, 'weights.bin')) },
      runtime: { name: result.runtime },
      result,
      request: { image: source, out: path, force: false }
    })
  })

  it('takes other timesteps where the model spikes, and refuses them where not', async () => {
    const out = newFolder(`${id}-timesteps`)
    const path = join(out, 'mask.nii.gz')
    const args = ['segment', image(SAMPLE), '--out', path, '--model', id, '--timesteps', '2']
    if (manifest.spiking === null) {
      const run = await cli(args)
      expect(run.code).toBe(2)
      expect(errorLine(run.stderr)).toContain(`model ${id} is an ANN`)
      expect(listing(out)).toEqual([])
    } else {
      const result = segmentResultSchema.parse((await cliJson(args)).json)
      expect(result.timesteps).toBe(2)
      const tuned = manifest.spiking.variants.some(({ timesteps }) => timesteps === 2)
      expect(result.warnings).toEqual(
        tuned ? [] : ['the model was tuned for T=4; T=2 uses the same weights and was not tuned']
      )
      expectGoodMask(rawNifti(path), SAMPLE, tuned ? 0.8 : 0.7)
    }
  })
})

/** Probabilities add up to 1, and the mask is the likeliest label. */
function expectProbabilitiesOf(mask: RawNifti, path: string): void {
  const probabilities = rawNifti(path)
  expect(probabilities.header.dim.slice(0, 5)).toEqual([4, ...mask.size, 3])
  expect(probabilities.header).toMatchObject({ datatype: 16, srow: mask.header.srow })
  const count = mask.voxels.length
  let [worst, wrong] = [0, 0]
  for (let n = 0; n < count; n++) {
    const values = [0, 1, 2].map((k) => probabilities.voxels[k * count + n]!)
    worst = Math.max(worst, Math.abs(1 - values[0]! - values[1]! - values[2]!))
    if (values[mask.voxels[n]!]! < Math.max(...values)) wrong++
  }
  expect(worst).toBeLessThan(1e-4)
  expect(wrong).toBe(0)
}

describe('the same head in another file', () => {
  const source = rawNifti(image(SAMPLE))
  const [nx, ny, nz] = source.size
  const first: Triple = [1, 1, 1]
  let reference: RawNifti

  /** Segments with the ANN and returns the mask. */
  async function maskOf(path: string, ...options: string[]): Promise<RawNifti> {
    const out = `${path}-mask.nii.gz`
    const run = await cli(['segment', path, '--out', out, '--model', 'ann', ...options])
    expect(run.code, run.stderr).toBe(0)
    return rawNifti(out)
  }

  beforeAll(async () => {
    reference = await maskOf(folder.write('plain.nii.gz', readFileSync(image(SAMPLE))))
    expectGoodMask(reference, SAMPLE)
  })

  /** RAS rows of a grid, as an sform has them. */
  function sform({ spacing, direction, origin }: Geometry): { code: number; rows: number[] } {
    const rows = [-1, -1, 1].flatMap((sign, row) =>
      [...[0, 1, 2].map((c) => direction[3 * row + c]! * spacing[c]!), origin[row]!].map(
        (value) => sign * value || 0
      )
    )
    return { code: 1, rows }
  }

  it.each(['LIA', 'LAS'])('stored as %s has the same mask, voxel by voxel', async (codes) => {
    // Of each stored axis: the axis of the RAS original it runs along, and whether backwards.
    const axes = codes.split('').map((code) => {
      const backwards = 'LPI'.includes(code)
      return { axis: (backwards ? 'LPI' : 'RAS').indexOf(code), backwards }
    })
    const size = axes.map(({ axis }) => source.size[axis]!) as Triple
    const there = (index: Triple): number => {
      const at: Triple = [0, 0, 0]
      axes.forEach(({ axis, backwards }, c) => {
        at[axis] = backwards ? size[c]! - 1 - index[c]! : index[c]!
      })
      return at[0] + nx * (at[1] + ny * at[2])
    }
    const voxels = new Float32Array(source.voxels.length)
    const expected = new Array<number>(source.voxels.length)
    eachVoxel(size, (n, index) => {
      voxels[n] = source.voxels[there(index)]!
      expected[n] = reference.voxels[there(index)]!
    })
    const corner = first.map((mm, axis) => {
      const c = axes.findIndex((entry) => entry.axis === axis)
      return axes[c]!.backwards ? mm + source.size[axis]! - 1 : mm
    }) as Triple
    const geometry = grid({ size, codes, first: corner })
    const mask = await maskOf(
      folder.write(
        `${codes}.nii`,
        niftiBytes({ dim: [3, ...size], voxels, sform: sform(geometry) })
      )
    )
    expect(mask.size).toEqual(size)
    expect(mask.voxels).toEqual(expected)
  })

  it('turned by 15° has its mask in the same place', async () => {
    const geometry = grid({ size: source.size, first, turn: rotation('z', 15) })
    const options = { dim: [3, nx, ny, nz], voxels: source.voxels, sform: sform(geometry) }
    const mask = await maskOf(folder.write('oblique.nii', niftiBytes(options)))
    expect(mask.header.srow).toEqual([...Float32Array.from(options.sform.rows)])
    expect(dice(mask.voxels, reference.voxels, null)).toBeGreaterThan(0.97)
  })

  const raw = new Uint8Array(Float32Array.from(source.voxels).buffer)
  const NRRD = [
    'NRRD0004',
    'type: float',
    'dimension: 3',
    'space: left-posterior-superior',
    `sizes: ${nx} ${ny} ${nz}`,
    'space directions: (-1,0,0) (0,-1,0) (0,0,1)',
    'kinds: domain domain domain',
    'endian: little',
    'encoding: raw',
    'space origin: (-1,-1,1)',
    '',
    ''
  ].join('\n')
  const MHA = [
    'ObjectType = Image',
    'NDims = 3',
    'BinaryData = True',
    'BinaryDataByteOrderMSB = False',
    'CompressedData = False',
    'TransformMatrix = -1 0 0 0 -1 0 0 0 1',
    'Offset = -1 -1 1',
    'ElementSpacing = 1 1 1',
    `DimSize = ${nx} ${ny} ${nz}`,
    'ElementType = MET_FLOAT',
    'ElementDataFile = LOCAL',
    ''
  ].join('\n')
  const centre = source.size.map((n) => 1 + n / 2) as Triple
  const mgh = mghBytes({ size: source.size, voxels: source.voxels, centre })

  it.each([
    ['sample.nrrd', Buffer.concat([Buffer.from(NRRD), raw])],
    ['sample.mha', Buffer.concat([Buffer.from(MHA), raw])],
    ['sample.mgz', gzipSync(mgh)]
  ])('%s has the same mask, as NIfTI in the same place', async (name, bytes) => {
    const mask = await maskOf(folder.write(name, bytes))
    expect(mask.voxels).toEqual(reference.voxels)
    expect(mask.header.srow).toEqual(reference.header.srow)
    expect(mask.header).toMatchObject({ datatype: 2, slope: 1, intentCode: 1002, sformCode: 1 })
  })

  describe('within a field of view of 100 mm', () => {
    const edge = 100
    const at: Triple = [30, 20, 40]
    const end = at.map((n, axis) => n + source.size[axis]!)
    const roi = [...at, ...end].join(',')
    const inWhole = ([i, j, k]: Triple): number =>
      i + at[0] + edge * (j + at[1] + edge * (k + at[2]))
    let path: string

    beforeAll(() => {
      const voxels = new Float32Array(edge ** 3).fill(50)
      eachVoxel(source.size, (n, index) => {
        voxels[inWhole(index)] = source.voxels[n]!
      })
      path = folder.write(
        'head.nii.gz',
        gzipSync(niftiBytes({ dim: [3, edge, edge, edge], voxels }))
      )
    })

    const segmentWith = (out: string, ...options: string[]) =>
      cli(['segment', path, '--out', out, '--model', 'snn', ...options])

    it('is no head: it is refused in one line that names --roi', async () => {
      const out = newFolder('no-roi')
      const run = await cli(['segment', path, '--out', join(out, 'm.nii'), '--model', 'ann'])
      expect(run.code).toBe(3)
      expect(errorLine(run.stderr)).toMatch(
        /cannot be located.*--box left=i,j,k.*--roi i0,j0,k0,i1,j1,k1/
      )
      expect(listing(out)).toEqual([])
    })

    it('is segmented around voxels that are named by --box, a side each', async () => {
      const middle = at.map((n, axis) => n + Math.round(source.size[axis]! / 2))
      const box = ['--box', `right=${middle.join(',')}`]
      const path = join(newFolder('box'), 'm.nii.gz')
      const run = await segmentWith(path, ...box)
      expect(run.code, run.stderr).toBe(0)
      expect(run.stderr).toMatch(/boxes were placed by hand/)
      const labels = new Set(rawNifti(path).voxels)
      expect([...labels].sort()).toEqual([0, 3, 4])
    })

    it.each([
      [['--box', 'middle=1,2,3'], /left=i,j,k or right=i,j,k/],
      [['--box', 'left=1,2,100'], /voxel 1,2,100, but the image has 100×100×100/],
      [['--box', 'left=1,2,3', '--roi', '0,0,0,50,50,50'], /give one of them/],
      [['--box', 'left=1,2,3', '--side', 'right'], /no box is given for the right side/]
    ])('refuses %j', async (options, message) => {
      const out = newFolder(`box-${options.join('')}`.replaceAll(/[^a-z0-9]/g, ''))
      const run = await segmentWith(join(out, 'm.nii'), ...options)
      expect(run.code).toBe(2)
      expect(errorLine(run.stderr)).toMatch(message)
      expect(listing(out)).toEqual([])
    })

    it('has, with --roi, the mask of the crop in its place', async () => {
      const mask = await maskOf(path, '--roi', roi)
      const expected = new Array<number>(edge ** 3).fill(0)
      eachVoxel(source.size, (n, index) => {
        expected[inWhole(index)] = reference.voxels[n]!
      })
      expect(mask.size).toEqual([edge, edge, edge])
      expect(mask.voxels).toEqual(expected)
    })

    it.each([
      ['0,0,0,101,10,10', 2, /101/],
      ['0,0,0,60,60', 2, /--roi|i0,j0,k0/],
      ['40,0,0,30,60,60', 2, /axis i goes from 40 to 30/],
      ['90,90,90,100,100,100', 3, /constant/]
    ])('refuses --roi %s with exit code %i', async (box, code, message) => {
      const out = newFolder(`roi-${box}`)
      const mask = join(out, 'm.nii')
      const run = await cli(['segment', path, '--out', mask, '--model', 'ann', '--roi', box])
      expect(errorLine(run.stderr)).toMatch(message)
      expect(run.code).toBe(code)
      expect(listing(out)).toEqual([])
    })
  })
})

describe('an existing mask', () => {
  it('is replaced with --force, and the provenance with it', async () => {
    const out = newFolder('force')
    const path = join(out, 'mask.nii.gz')
    writeFileSync(path, 'an old mask')
    writeFileSync(join(out, 'mask.run.json'), 'an old record')
    const run = await cli(['segment', image(SAMPLE), '--out', path, '--model', 'ann', '--force'])
    expect(run.code, run.stderr).toBe(0)
    expectGoodMask(rawNifti(path), SAMPLE)
    const record = JSON.parse(readFileSync(join(out, 'mask.run.json'), 'utf8')) as object
    expect(record).toMatchObject({ mask: { sha256: sha256(path) }, request: { force: true } })
    expect(listing(out)).toEqual(['mask.nii.gz', 'mask.run.json'])
  })
})
