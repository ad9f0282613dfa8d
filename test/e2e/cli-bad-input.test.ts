import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badImages, SHEARED_ROWS, shearedImage } from '../fixtures/bad-images'
import { niftiBytes } from '../fixtures/nifti-bytes'
import { dice, rawNifti } from '../fixtures/nifti-read'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { TINY_EDGE, writeTinyDataset } from '../fixtures/tiny-dataset'
import { cli, errorLine, listing, MODELS_DIR, ROOT } from './cli'

const folder = temporaryFolder()
const IMAGE = join(ROOT, 'resources', 'sample', 'imagesTr', 'hippocampus_023.nii.gz')
const LABELS = join(ROOT, 'resources', 'sample', 'labelsTr', 'hippocampus_023.nii.gz')
const packed = readFileSync(IMAGE)

function newFolder(name: string): string {
  mkdirSync(folder.file(name))
  return folder.file(name)
}

/** Every failure: its exit code, and one line on stderr; with nothing on stdout and nothing left behind or changed. */
async function expectFailure(
  args: readonly string[],
  code: number,
  message: RegExp,
  out: string
): Promise<void> {
  const before = listing(out)
  const run = await cli(args)
  expect(errorLine(run.stderr)).toMatch(message)
  expect(run.code, run.stderr).toBe(code)
  expect(run.stdout).toBe('')
  expect(listing(out)).toEqual(before)
}

/** A whole request, with all that could be left behind. */
function segmentInto(out: string, image: string, model = 'ann'): string[] {
  return [
    ...['segment', image, '--out', join(out, 'mask.nii.gz'), '--model', model],
    ...['--probabilities', join(out, 'probabilities.nii.gz')]
  ]
}

describe('an image that cannot be segmented', () => {
  it.each(badImages(IMAGE))('is refused in one line: $name', async ({ name, content, message }) => {
    const path = content === null ? folder.file(name) : folder.write(name, content)
    const out = newFolder(`out of ${name}`)
    writeFileSync(join(out, 'of somebody else'), '')
    await expectFailure(segmentInto(out, path), 3, message, out)
  })

  it('is refused where it is a directory without DICOM', async () => {
    const out = newFolder('out of a directory')
    const path = newFolder('dicom')
    await expectFailure(segmentInto(out, path), 3, /dicom: is empty; give a folder of DICOM/, out)
  })

  it('is reported as one JSON document on stdout too, with --json', async () => {
    const run = await cli([...segmentInto(folder.path, folder.file('none.nii')), '--json'])
    expect(run.code).toBe(3)
    const { error } = JSON.parse(run.stdout) as { error: { kind: string; message: string } }
    expect(error.kind).toBe('input')
    expect(errorLine(run.stderr)).toBe(`hippospike: ${error.message}`)
  })
})

describe('--repair-geometry', () => {
  it('segments a sheared image on a copy, and gives the mask the affine of the image', async () => {
    const path = folder.write('to repair.nii', shearedImage(IMAGE))
    const out = newFolder('repaired')
    const run = await cli([...segmentInto(out, path), '--repair-geometry'])
    expect(run.code, run.stderr).toBe(0)
    const mask = rawNifti(join(out, 'mask.nii.gz'))
    expect(mask.header.srow).toEqual([...Float32Array.from(SHEARED_ROWS)])
    expect(dice(mask.voxels, rawNifti(LABELS).voxels, null)).toBeGreaterThan(0.8)
    expect(readFileSync(path).equals(shearedImage(IMAGE))).toBe(true)
  })
})

describe('an output that cannot be written', () => {
  let out: string
  beforeAll(() => {
    out = newFolder('outputs')
    writeFileSync(join(out, 'file'), 'no folder')
    mkdirSync(join(out, 'folder.nii.gz'))
    writeFileSync(join(out, 'existing.nii.gz'), 'precious')
    writeFileSync(join(out, 'recorded.run.json'), 'precious')
    mkdirSync(join(out, 'spikes'))
    writeFileSync(join(out, 'spikes', 'spikes.json'), 'precious')
  })
  afterAll(() => {
    expect(readFileSync(join(out, 'existing.nii.gz'), 'utf8')).toBe('precious')
    expect(readFileSync(join(out, 'recorded.run.json'), 'utf8')).toBe('precious')
    expect(readFileSync(join(out, 'spikes', 'spikes.json'), 'utf8')).toBe('precious')
  })

  it.each([
    ['none/mask.nii.gz', 4, /none\/mask\.nii\.gz: cannot be written: its folder does not exist; c/],
    ['file/mask.nii.gz', 4, /cannot be written: its folder is not a folder; choose another/],
    ['folder.nii.gz', 4, /is a directory; give the name of a file/],
    ['existing.nii.gz', 4, /existing\.nii\.gz: exists already.*--force/],
    ['recorded.nii.gz', 4, /recorded\.run\.json: exists already.*--force/],
    ['mask.mha', 2, /mask\.mha: masks are NIfTI; give a name that ends in \.nii\.gz/]
  ])('is refused: --out %s, exit code %i', async (name, code, message) => {
    const args = ['segment', IMAGE, '--model', 'ann', '--out', join(out, name)]
    await expectFailure(args, code, message, out)
  })

  it('is refused where probabilities exist, or would be the mask', async () => {
    const args = ['segment', IMAGE, '--model', 'ann', '--out', join(out, 'm.nii.gz')]
    const existing = [...args, '--probabilities', join(out, 'existing.nii.gz')]
    await expectFailure(existing, 4, /existing\.nii\.gz: exists already/, out)
    const same = [...args, '--probabilities', join(out, 'm.nii.gz')]
    await expectFailure(same, 2, /same file|both/, out)
  })

  it('is refused where spikes exist, before anything is computed', async () => {
    const args = ['segment', IMAGE, '--out', join(out, 'm.nii.gz'), '--spikes', join(out, 'spikes')]
    await expectFailure(args, 4, /spikes\.json: exists already.*--force/, out)
  })

  it('is refused where it is the image itself, even with --force', async () => {
    const path = join(out, 'scan.nii.gz')
    writeFileSync(path, packed)
    const args = ['segment', path, '--out', path, '--model', 'ann', '--force']
    await expectFailure(args, 4, /scan\.nii\.gz: is the input itself; give another/, out)
    expect(readFileSync(path).equals(packed)).toBe(true)
  })

  it('is refused in a read-only folder', async ({ skip }) => {
    let readOnly = join(out, 'read-only')
    mkdirSync(readOnly, { mode: 0o555 })
    if (canWrite(readOnly)) {
      // The administrator may write anywhere but where the kernel itself says no.
      if (process.platform !== 'linux') skip('this user may write to a read-only folder')
      readOnly = '/sys'
    }
    const args = ['segment', IMAGE, '--model', 'ann', '--out', join(readOnly, 'mask.nii.gz')]
    const message = /mask\.nii\.gz: cannot be written: (permission denied|the place is read-only)/
    await expectFailure(args, 4, message, out)
    chmodSync(join(out, 'read-only'), 0o755)
  })
})

function canWrite(dir: string): boolean {
  try {
    writeFileSync(join(dir, 'probe'), '')
    rmSync(join(dir, 'probe'))
    return true
  } catch {
    return false
  }
}

describe('a full disk', () => {
  let disk: string
  let isMounted = false
  beforeAll(() => {
    disk = newFolder('disk')
    // Takes a file of some bytes, but not a mask that is not compressed.
    const options = ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', disk]
    isMounted = process.platform === 'linux' && spawnSync('mount', options).status === 0
  })
  afterAll(() => {
    if (isMounted) spawnSync('umount', [disk])
  })

  it('ends with one line, and leaves no file of the run on any disk', async ({ skip }) => {
    if (!isMounted) skip('a full disk is not tested: a small one cannot be mounted here')
    const roomy = newFolder('roomy')
    const args = [
      ...['segment', IMAGE, '--model', 'ann', '--out', join(disk, 'mask.nii')],
      ...['--probabilities', join(roomy, 'probabilities.nii.gz')]
    ]
    const message = /disk\/mask\.nii: cannot be written: the disk is full; free some space/
    await expectFailure(args, 4, message, disk)
    expect(listing(roomy)).toEqual([])
  })
})

describe('a model that cannot be used', () => {
  /** A copy of the ANN that something has happened to. */
  function damaged(name: string, damage: (dir: string) => void): string {
    const dir = folder.file(name)
    cpSync(join(MODELS_DIR, 'ann'), dir, { recursive: true })
    damage(dir)
    return dir
  }

  it.each<[string, (dir: string) => void, RegExp]>([
    ['without weights', (dir) => rmSync(join(dir, 'weights.bin')), /has no weights\.bin; a model/],
    ['without manifest', (dir) => rmSync(join(dir, 'model.json')), /has no model\.json; a model/],
    [
      'with truncated weights',
      (dir) => truncateSync(join(dir, 'weights.bin'), 1000),
      /weights\.bin has 1000 bytes, model\.json asks for \d+; get the model again/
    ],
    [
      'with damaged weights',
      (dir) => {
        const path = join(dir, 'weights.bin')
        writeFileSync(
          path,
          readFileSync(path).map((byte, n) => (n === 5000 ? byte ^ 1 : byte))
        )
      },
      /weights\.bin is damaged: its SHA-256.*get the model again/
    ],
    [
      'with a truncated manifest',
      (dir) => truncateSync(join(dir, 'model.json'), 500),
      /model\.json is not JSON.*get the model again/
    ],
    [
      'with a manifest that lacks a field',
      (dir) => {
        const path = join(dir, 'model.json')
        const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
        delete manifest['architecture']
        writeFileSync(path, JSON.stringify(manifest))
      },
      /model\.json is not a model description: .*architecture.*get the model again/
    ]
  ])('is refused %s', async (name, damage, message) => {
    const out = newFolder(`out ${name}`)
    await expectFailure(segmentInto(out, IMAGE, damaged(name, damage)), 3, message, out)
  })

  it('is refused where no model has the id', async () => {
    const out = newFolder('out of no model')
    const message = /--model nobody: is neither a folder nor one of the models here \(.*\bann\b/
    await expectFailure(segmentInto(out, IMAGE, 'nobody'), 3, message, out)
  })

  it('is refused where potentials are wanted beyond the image, or of nothing that records them', async () => {
    const out = newFolder('out of potentials')
    const wanted = (voxel: string, ...more: string[]): string[] => [
      ...segmentInto(out, IMAGE, 'snn'),
      ...['--potentials', voxel, ...more]
    ]
    const spikes = ['--spikes', join(out, 'spikes')]
    await expectFailure(wanted('1,2'), 2, /--potentials 1,2: three whole numbers i,j,k/, out)
    await expectFailure(wanted('1,2,3'), 2, /--potentials go into the folder of --spikes/, out)
    const beyond = wanted('500,2,3', ...spikes)
    await expectFailure(beyond, 2, /500,2,3: the voxel lies outside what was segmented/, out)
    const dense = wanted('1,2,3', ...spikes, '--runtime', 'wasm')
    await expectFailure(dense, 2, /wasm does not record membrane potentials/, out)
  })

  it('is refused where spikes are wanted of an ANN', async () => {
    const out = newFolder('out of an ANN')
    const args = [...segmentInto(out, IMAGE), '--spikes', join(out, 'spikes')]
    await expectFailure(args, 2, /--spikes needs a spiking model; model ann is an ANN/, out)
  })
})

describe('a folder that no model can be written to', () => {
  it.each([
    ['a file', 'file', /taken\/file: cannot be written: there is a file of that name; choose/],
    ['below a file', 'file/model', /taken\/file\/model: cannot be written: .*not a folder; choose/]
  ])('is told before anything is read: %s', async (_, name, message) => {
    const taken = folder.file('taken')
    mkdirSync(taken, { recursive: true })
    writeFileSync(join(taken, 'file'), 'precious')
    const args = ['train', '--data', folder.file('no data'), '--out', join(taken, name)]
    await expectFailure(args, 4, message, taken)
  })
})

describe('a folder that holds a model already', () => {
  const data = join(ROOT, 'resources', 'sample')

  /** The commands that write a model, as they are given. */
  const commands = (out: string): string[][] => [
    ['train', '--data', data, '--out', out],
    ['convert', '--model', 'ann', '--data', data, '--out', out],
    ['finetune', '--model', 'snn', '--data', data, '--out', out]
  ]

  it('is left as it is', async () => {
    const out = folder.file('finished')
    cpSync(join(MODELS_DIR, 'snn'), out, { recursive: true })
    const before = listing(out).map((name) => readFileSync(join(out, name)))
    const message =
      /finished: holds a model\.json already and is left as it is; .*--out, or --force/
    for (const args of commands(out)) await expectFailure(args, 4, message, out)
    expect(listing(out).map((name) => readFileSync(join(out, name)))).toEqual(before)
  })

  it('is left as it is where the model is to be made of it, even with --force', async () => {
    const out = folder.file('parent')
    cpSync(join(MODELS_DIR, 'ann'), out, { recursive: true })
    const args = ['convert', '--model', out, '--data', data, '--out', `${out}/`, '--force']
    await expectFailure(args, 4, /is the folder of a model that the new one is made of/, out)
    const teacher = ['finetune', '--model', 'snn', '--teacher', out, '--data', data, '--out', out]
    await expectFailure(teacher, 4, /is the folder of a model that the new one is made of/, out)
  })

  it('is left as it is where it is no model, but has a README.md', async () => {
    const out = newFolder('project')
    writeFileSync(join(out, 'README.md'), 'precious')
    const message = /project: holds a README\.md already/
    for (const args of commands(out)) await expectFailure(args, 4, message, out)
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toBe('precious')
  })
})

describe('a dataset that cannot be used', () => {
  const evaluate = (dir: string): string[] => ['evaluate', '--data', dir, '--model', 'ann']

  it('is refused where labels are outside the table, naming them', async () => {
    const { dir, ids } = writeTinyDataset(folder.file('strange labels'), 1, 0)
    const path = join(dir, 'labelsTr', `${ids[0]!}.nii.gz`)
    const bytes = gunzipSync(readFileSync(path))
    bytes.set([9, 9, 200], 352)
    writeFileSync(path, gzipSync(bytes))
    const message = /labels outside the table: 9 \(2 voxels\), 200 \(1 voxels\).*relabel it/
    await expectFailure(evaluate(dir), 3, message, dir)
  })

  it('is refused where a label map is on another grid', async () => {
    const { dir, ids } = writeTinyDataset(folder.file('other grid'), 1, 0)
    const voxels = Uint8Array.from({ length: 120 }, (_, n) => n % 3)
    const bytes = niftiBytes({ datatype: 'uint8', voxels })
    writeFileSync(join(dir, 'labelsTr', `${ids[0]!}.nii.gz`), gzipSync(bytes))
    const edge = [TINY_EDGE, TINY_EDGE, TINY_EDGE].join('×')
    const message = new RegExp(
      `is 4×5×6 voxels, the image ${edge}; a mask must be on the image's grid`
    )
    await expectFailure(evaluate(dir), 3, message, dir)
  })

  it('is refused where a case is larger than a crop', async () => {
    const { dir, ids } = writeTinyDataset(folder.file('heads'), 1, 0)
    for (const part of ['imagesTr', 'labelsTr']) {
      const path = join(dir, part, `${ids[0]!}.nii.gz`)
      const bytes = gunzipSync(readFileSync(path))
      // Voxels of 6 mm: the first numbers of pixdim and of the sform.
      for (const at of [80, 280]) bytes.writeFloatLE(6, at)
      writeFileSync(path, gzipSync(bytes))
    }
    const message = /spans 96×16×16 mm; a crop .* at most 80 mm an axis: cut each hippocampus out/
    await expectFailure(evaluate(dir), 3, message, dir)
  })

  it('is refused where a label map lies elsewhere than its image', async () => {
    const { dir, ids } = writeTinyDataset(folder.file('mirrored label'), 1, 0)
    const path = join(dir, 'labelsTr', `${ids[0]!}.nii.gz`)
    const bytes = gunzipSync(readFileSync(path))
    // The sform's first number: from left to right, that is, and no longer from right to left.
    bytes.writeFloatLE(-bytes.readFloatLE(280), 280)
    writeFileSync(path, gzipSync(bytes))
    const message = /tiny_1\.nii\.gz: lies elsewhere in space than the image.*resample it/
    await expectFailure(evaluate(dir), 3, message, dir)
  })

  it.each<[string, (dir: string) => void, RegExp]>([
    [
      'without dataset.json',
      (dir) => rmSync(join(dir, 'dataset.json')),
      /dataset\.json: is missing; --data/
    ],
    [
      'with a dataset.json that is no JSON',
      (dir) => truncateSync(join(dir, 'dataset.json'), 9),
      /not JSON/
    ],
    ['without a label', (dir) => rmSync(join(dir, 'labelsTr', 'tiny_1.nii.gz')), /has no label/]
  ])('is refused %s', async (name, damage, message) => {
    const { dir } = writeTinyDataset(folder.file(name), 1, 0)
    damage(dir)
    await expectFailure(evaluate(dir), 3, message, dir)
    const out = newFolder(`trained ${name}`)
    const train = ['train', '--data', dir, '--out', join(out, 'model')]
    await expectFailure(train, 3, message, out)
  })
})
