// Makes a head to measure with: an image of 256³ voxels, and a mask with two bodies of a hippocampus' size in it.
import { writeFileSync } from 'node:fs'

const SIZE = 256
const HEADER_BYTES = 352

/** Writes an uncompressed NIfTI-1 image of 1 mm voxels: an ellipsoid with shells and noise in it, int16. */
export function writeHead(path) {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeInt32LE(348, 0)
  ;[3, SIZE, SIZE, SIZE, 1, 1, 1, 1].forEach((value, n) => header.writeInt16LE(value, 40 + 2 * n))
  header.writeInt16LE(4, 70)
  header.writeInt16LE(16, 72)
  ;[1, 1, 1, 1, 0, 0, 0, 0].forEach((value, n) => header.writeFloatLE(value, 76 + 4 * n))
  header.writeFloatLE(HEADER_BYTES, 108)
  header.writeFloatLE(1, 112)
  header.writeUInt8(2, 123)
  header.writeInt16LE(1, 254)
  const affine = [
    [1, 0, 0, -SIZE / 2],
    [0, 1, 0, -SIZE / 2],
    [0, 0, 1, -SIZE / 2]
  ]
  affine.flat().forEach((value, n) => header.writeFloatLE(value, 280 + 4 * n))
  header.write('n+1\0', 344, 'latin1')
  const voxels = new Int16Array(SIZE ** 3)
  let seed = 1
  eachVoxel((n, x, y, z) => {
    const radius = Math.hypot(x / 78, y / 98, z / 88)
    seed = (1103515245 * seed + 12345) & 0x7fffffff
    const noise = (seed >> 16) % 40
    voxels[n] = radius > 1 ? noise : 300 + 250 * Math.cos(9 * radius) + noise
  })
  writeFileSync(path, Buffer.concat([header, Buffer.from(voxels.buffer)]))
}

/** Labels 1 and 2, the front and the back of an ellipsoid on each side, on a grid of any size; and specks around them. */
export function headMask([nx, ny, nz]) {
  const labels = new Uint8Array(nx * ny * nz)
  for (const side of [-1, 1]) {
    const centre = [nx / 2 + 0.11 * side * nx, ny / 2, nz / 2]
    for (let k = 0; k < nz; k++) {
      for (let j = 0; j < ny; j++) {
        for (let i = 0; i < nx; i++) {
          const radius = Math.hypot((i - centre[0]) / 8, (j - centre[1]) / 19, (k - centre[2]) / 7)
          const speck = radius > 1.3 && radius < 2 && (i * 7 + j * 13 + k * 29) % 97 === 0
          // Every fourth slice is left out, for interpolation to fill in.
          if ((radius <= 1 && j % 4 !== 0) || speck)
            labels[i + nx * (j + ny * k)] = j < centre[1] ? 1 : 2
        }
      }
    }
  }
  return labels
}

function eachVoxel(visit) {
  let n = 0
  for (let k = 0; k < SIZE; k++) {
    for (let j = 0; j < SIZE; j++) {
      for (let i = 0; i < SIZE; i++) visit(n++, i - SIZE / 2, j - SIZE / 2, k - SIZE / 2)
    }
  }
}
