import { join } from 'node:path'
import { root } from './programs.mjs'

/** A sample case as a network takes it in, cut or filled up with zeros to a size. */
export async function sampleInput(parts, model, size) {
  const { cases } = await parts.openDataset(join(root, 'resources', 'sample'))
  const { input } = await parts.readLabelledCase(cases[0], model.manifest.preprocessing)
  const image = new Float32Array(size[0] * size[1] * size[2])
  const shift = size.map((n, axis) => Math.floor((input.size[axis] - n) / 2))
  let to = 0
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, to++) {
        const at = [x + shift[0], y + shift[1], z + shift[2]]
        if (at.some((n, axis) => n < 0 || n >= input.size[axis])) continue
        image[to] = input.image[at[0] + input.size[0] * (at[1] + input.size[1] * at[2])]
      }
    }
  }
  return { size, image }
}
