import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writePreview } from '../../../../../src/main/engine/training/preview'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'
import { tinyCase } from '../../../../fixtures/tiny-case'

const folder = temporaryFolder()

it('shows the same plane whatever the network makes of it, and nothing but its outline', async () => {
  const source = tinyCase(16, 1)
  await writePreview(folder.path, 0, { case: source, mask: new Uint8Array(16 ** 3) })
  await writePreview(folder.path, 12, { case: source, mask: source.labels })
  const names = readdirSync(folder.path).sort()
  expect(names).toEqual(['tiny1_epoch-000.png', 'tiny1_epoch-012.png'])
  const [empty, full] = names.map((name) => readFileSync(join(folder.path, name)))
  // Width and height.
  expect(empty!.subarray(16, 24)).toEqual(full!.subarray(16, 24))
  expect(empty!.readUInt32BE(16)).toBe(160)
  expect(empty!.equals(full!)).toBe(false)
})
