import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openStudy } from '../../../../src/main/imaging/dicom'
import { readImage } from '../../../../src/main/imaging/read-image'
import { failureOf } from '../../../fixtures/failure'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const FILES = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'dicom-files')
const folder = temporaryFolder()

/** What was stored, as README.md beside the files says. */
const stored = (n: number): number => 37 * (n % 16) - 29 * (Math.floor(n / 16) % 12)

describe('voxels packed by other programs', () => {
  test.each([
    ['jpeg-lossless', 'JPEG lossless'],
    ['jpeg-ls', 'JPEG-LS lossless'],
    ['jpeg-2000', 'JPEG 2000 lossless'],
    ['rle', 'RLE'],
    ['deflated', 'deflated'],
    ['big-endian', 'uncompressed, big-endian']
  ])('%s', async (name, packing) => {
    const path = folder.file(name)
    mkdirSync(path)
    for (const n of [1, 2]) copyFileSync(join(FILES, `${name}-${n}.dcm`), join(path, `${n}`))
    const { volume, dicom } = await readImage(path)
    expect(dicom!.summary.packing).toBe(packing)
    expect(volume.geometry).toMatchObject({ size: [16, 12, 2], spacing: [1, 1, 2] })
    const meant = Float32Array.from(volume.voxels, (_, n) => 2 * stored(n) + 5)
    expect(volume.voxels).toEqual(meant)
  })

  test('a compressed multi-frame file, by the positions of its frames', async () => {
    const { volume } = await readImage(join(FILES, 'frames-jpeg-ls.dcm'))
    expect(volume.geometry).toMatchObject({ size: [16, 12, 3], spacing: [1, 1, 2] })
    const meant = Float32Array.from(volume.voxels, (_, n) => 2 * stored(n) - 3)
    expect(volume.voxels).toEqual(meant)
  })

  test('that are damaged end in one line, and nothing on stdout', async () => {
    const path = folder.file('damaged')
    mkdirSync(path)
    copyFileSync(join(FILES, 'jpeg-ls-1.dcm'), join(path, '1'))
    const bytes = readFileSync(join(FILES, 'jpeg-ls-2.dcm'))
    const start = bytes.indexOf(Buffer.of(0xff, 0xd8, 0xff))
    bytes.fill(0, start, start + 40)
    folder.write('damaged/2', bytes)
    const failure = await failureOf(() => readImage(path))
    expect(failure.kind).toBe('input')
    expect(failure.message).toMatch(/voxels \(JPEG-LS lossless\) cannot be unpacked; a file may be/)
  })

  test('a packing that nobody here knows is told in the list', async () => {
    const bytes = readFileSync(join(FILES, 'frames-jpeg-ls.dcm'))
    const at = bytes.indexOf('1.2.840.10008.1.2.4.80')
    // MPEG-4 has a UID of just that length less two; NUL pads it.
    bytes.write('1.2.840.10008.1.2.4.99', at, 'latin1')
    const path = folder.write('unknown.dcm', bytes)
    const study = await openStudy([path])
    const [series] = study.listing.series
    study.close()
    expect(series!.readable).toBe(false)
    expect(series!.problems[0]!.text).toContain('1.2.840.10008.1.2.4.99, which is not read')
  })
})
