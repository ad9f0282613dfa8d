// Real heads with the hippocampi that an atlas or another method sees in them, and what is made of them: turned, shifted, stored otherwise.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The heads of a folder laid out as data/head is: see docs/decisions/locating.md. */
export const HEADS = ['t1_head_lia', 'icbm152_t1', 'colin27_t1']

/**
 * @returns the scan, and for each side the centres of the voxels of its hippocampus, LPS millimetres; null where the folder has no such head
 */
export async function openHead(parts, folder, name) {
  const path = join(folder, `${name}.nii.gz`)
  if (!existsSync(path)) return null
  const { volume } = await parts.readImage(path)
  const points = {}
  for (const side of ['left', 'right']) points[side] = await structure(parts, folder, name, side)
  return { name, volume, points }
}

async function structure(parts, folder, name, side) {
  const atlas = join(folder, `${name.replace(/_t1$/, '')}_aal_hippocampus.nii.gz`)
  const isAtlas = existsSync(atlas)
  const other = join(folder, 'reference', `${name}_mask_${side === 'left' ? 'L' : 'R'}.nii.gz`)
  const { volume } = await parts.readImage(isAtlas ? atlas : other)
  const { size } = volume.geometry
  const points = []
  volume.voxels.forEach((value, n) => {
    if (!(isAtlas ? value === (side === 'left' ? 1 : 2) : value > 127)) return
    const index = [
      n % size[0],
      Math.floor(n / size[0]) % size[1],
      Math.floor(n / (size[0] * size[1]))
    ]
    points.push(parts.indexToPhysical(volume.geometry, index))
  })
  return points
}

/** A rotation by up to so many degrees about any axis, row-major. */
function randomRotation(random, degrees) {
  const axis = [random.gaussian(), random.gaussian(), random.gaussian()]
  const [x, y, z] = axis.map((value) => value / Math.hypot(...axis))
  const angle = (random.between(-degrees, degrees) * Math.PI) / 180
  const [c, s, t] = [Math.cos(angle), Math.sin(angle), 1 - Math.cos(angle)]
  return [
    ...[c + x * x * t, x * y * t - z * s, x * z * t + y * s],
    ...[y * x * t + z * s, c + y * y * t, y * z * t - x * s],
    ...[z * x * t - y * s, z * y * t + x * s, c + z * z * t]
  ]
}

/** A motion of the patient in the scanner: turned about the scan's middle and shifted, LPS millimetres. */
export function randomMotion(parts, { geometry }, random, degrees, millimetres) {
  const middle = parts.indexToPhysical(
    geometry,
    geometry.size.map((n) => (n - 1) / 2)
  )
  const shift = [0, 1, 2].map(() => random.between(-millimetres, millimetres))
  return parts.affineAbout(randomRotation(random, degrees), middle, shift)
}

/** The scan after a motion that its header tells: no voxel changes. */
export function movedByHeader(parts, { geometry, voxels }, by) {
  const direction = parts.multiply3(parts.linearPart(by), geometry.direction)
  return {
    voxels,
    geometry: { ...geometry, origin: parts.transformPoint(by, geometry.origin), direction }
  }
}

/** The scan after a motion that its voxels show: sampled again on a straight grid that holds all of it. */
export function movedByVoxels(parts, scan, by) {
  const ordered = parts.reorder(scan, parts.nearestAxisOrder(scan.geometry.direction))
  const { geometry } = movedByHeader(parts, ordered, by)
  return parts.resampleOnto({ geometry, voxels: ordered.voxels }, straightGrid(parts, geometry))
}

/** A grid along right, front and top that covers an image. */
function straightGrid(parts, geometry) {
  const corners = Array.from({ length: 8 }, (_, corner) =>
    parts.indexToPhysical(
      geometry,
      geometry.size.map((n, axis) => ((corner >> axis) & 1 ? n - 1 : 0))
    )
  )
  const low = [0, 1, 2].map((axis) => Math.min(...corners.map((corner) => corner[axis])))
  const high = [0, 1, 2].map((axis) => Math.max(...corners.map((corner) => corner[axis])))
  const { spacing } = geometry
  return {
    size: spacing.map((step, axis) => Math.ceil((high[axis] - low[axis]) / step) + 1),
    spacing: [...spacing],
    origin: [high[0], high[1], low[2]],
    direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1]
  }
}

/** The same image with its axes stored in another order, some of them backwards: nothing moves. */
export function storedOtherwise(parts, scan, random) {
  const axes = [0, 1, 2]
  for (let n = 2; n > 0; n--) {
    const m = random.index(n + 1)
    ;[axes[n], axes[m]] = [axes[m], axes[n]]
  }
  return parts.reorder(scan, { axes, flipped: axes.map(() => random.chance(0.5)) })
}
