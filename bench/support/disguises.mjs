// What scans of heads may look like, and what is taken for one by mistake: each makes an image of a head that was scanned well.

/** Values up to which tissues reach, as shares of white matter's in a T1: CSF, grey matter, white matter. */
const TISSUES = [0.3, 0.7, 1]

/** Appearances of a T1-weighted head. */
export const T1_LOOKS = {
  'as it is': (head) => head.volume,
  'bias by a surface coil at one side': (head) => biased(head.volume, [1, 0.3, 0], 1.4),
  'bias from front to back': (head) => biased(head.volume, [0, 1, 0.2], 1.2),
  'bias from top to bottom': (head) => biased(head.volume, [0.1, 0.2, 1], 1.4),
  'bright middle': (head) => biased(head.volume, [0, 0, 0], 0, 1),
  'dark middle, as at 7 T': (head) => biased(head.volume, [0, 0, 0], 0, -0.8),
  'less contrast': (head) => mapped(head.volume, (value) => Math.sqrt(Math.max(0, value))),
  'more contrast': (head) => mapped(head.volume, (value) => Math.max(0, value) ** 1.6),
  noisy: (head, random) => {
    const deviation = 0.12 * head.white
    const value = (v) =>
      Math.hypot(v + deviation * random.gaussian(), deviation * random.gaussian())
    return mapped(head.volume, value)
  },
  blurred: (head) => smoothed(head.volume, 3),
  'brain alone': (head) => mapped(head.volume, (value, n) => (head.brain[n] ? value : 0)),
  'bright fat and vessels': (head) =>
    mapped(head.volume, (value, n) =>
      head.brain[n] || value < 0.5 * head.white ? value : 4 * value
    ),
  'a slab of 110 mm, bottom to top': (head) => slab(head, 2, 110),
  'a slab of 90 mm, back to front': (head) => slab(head, 1, 90),
  'a slab of 60 mm, back to front': (head) => slab(head, 1, 60),
  'a slab of 40 mm, back to front': (head) => slab(head, 1, 40),
  'a slab of 45 mm, bottom to top': (head) => slab(head, 2, 45),
  'a slab of 100 mm, left to right': (head) => slab(head, 0, 100),
  'a long neck': (head) => withNeck(head),
  'offset background': (head) => mapped(head.volume, (value) => value + 0.5 * head.white)
}

/** What is no T1-weighted head. */
export const IMPOSTORS = {
  'T2-weighted': (head) => tissues(head, [0.1, 1, 0.6, 0.45, 0.7]),
  'proton density': (head) => tissues(head, [0.05, 0.8, 1, 0.75, 0.9]),
  FLAIR: (head) => tissues(head, [0.05, 0.15, 1, 0.75, 0.6]),
  'diffusion, brain alone': (head) =>
    alone(head, smoothed(tissues(head, [0, 0.05, 1, 0.85, 0]), 3)),
  'diffusion, brain alone, a slab of 45 mm, back to front': (head) =>
    slab({ ...head, volume: IMPOSTORS['diffusion, brain alone'](head) }, 1, 45),
  'functional, brain alone': (head) => alone(head, smoothed(tissues(head, [0, 1, 0.8, 0.6, 0]), 4)),
  'FDG-PET': (head) => smoothed(tissues(head, [0, 0.1, 1, 0.3, 0.1]), 6),
  CT: (head, random) => ct(head, random),
  'T1 upside down by its header': ({ volume: { geometry, voxels } }) => {
    const direction = geometry.direction.map((value, n) => (n < 3 ? value : -value))
    return { voxels, geometry: { ...geometry, direction } }
  },
  noise: ({ volume }, random) => mapped(volume, () => random.uniform()),
  'smooth noise': ({ volume }, random) =>
    smoothed(
      mapped(volume, () => random.gaussian()),
      12
    ),
  phantom: ({ volume }) => phantom(volume),
  shells: ({ volume }) => shells(volume),
  'the outline of a head': (head) =>
    mapped(head.volume, (v, n) => (head.brain[n] ? 1 : v > 0.2 * head.white ? 0.6 : 0))
}

/** A head with what the disguises need to know of it: the brain's voxels, and how bright white matter is. */
export function withTissues(parts, head, template, fit) {
  const { geometry, voxels } = head.volume
  const toTemplate = parts.composeAffines(
    parts.invertAffine(
      parts.composeAffines(fit.transform, parts.geometryAffine(template.volume.geometry))
    ),
    parts.geometryAffine(geometry)
  )
  const values = parts.sampleLinear(
    template.volume.voxels,
    template.volume.geometry.size,
    1,
    geometry.size,
    toTemplate
  )
  const brain = Uint8Array.from(values, (value) => (value > 20 ? 1 : 0))
  const within = Float32Array.from(voxels.filter((_, n) => brain[n] === 1)).sort()
  const inOrder = (volume) =>
    parts.reorder(volume, parts.nearestAxisOrder(volume.geometry.direction))
  return { ...head, inOrder, brain, white: within[Math.floor(0.85 * within.length)] }
}

function mapped({ geometry, voxels }, value) {
  return { geometry, voxels: voxels.map(value) }
}

/** Of every voxel, its place from −1 to 1 along each stored axis. */
function mappedByPlace({ geometry, voxels }, value) {
  const [nx, ny, nz] = geometry.size
  const out = new Float32Array(voxels.length)
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, n++) {
        out[n] = value(voxels[n], (2 * i) / nx - 1, (2 * j) / ny - 1, (2 * k) / nz - 1)
      }
    }
  }
  return { geometry, voxels: out }
}

/** A coil that hears one direction louder, exp(±strength) from end to end, and the middle louder or less loud. */
function biased(volume, [x, y, z], strength, middle = 0) {
  const length = Math.hypot(x, y, z) || 1
  return mappedByPlace(volume, (value, i, j, k) => {
    const along = (strength * (x * i + y * j + z * k)) / length
    return value * Math.exp(along - middle * (i * i + j * j + k * k))
  })
}

/** Another contrast: how bright background, CSF, grey matter, white matter and what is brighter still become. */
function tissues({ volume, white }, levels) {
  const places = [0, ...TISSUES, 1.6]
  return mapped(volume, (value) => {
    const share = Math.min(Math.max(value / white, 0), 1.599)
    const n = places.findIndex((place) => share < place) - 1
    const part = (share - places[n]) / (places[n + 1] - places[n])
    return 1000 * (levels[n] + part * (levels[n + 1] - levels[n]))
  })
}

/** Of the scan only so many millimetres along a body axis (0 from side to side, 1 from back to front, 2 from bottom to top), around both hippocampi. */
function slab({ volume, points, inOrder }, axis, millimetres) {
  const { geometry, voxels } = inOrder(volume)
  const all = [...points.left, ...points.right]
  const middle = all.reduce((sum, point) => sum + point[axis], 0) / all.length
  const place =
    (middle - geometry.origin[axis]) / (geometry.direction[4 * axis] * geometry.spacing[axis])
  const half = millimetres / 2 / geometry.spacing[axis]
  const low = Math.max(0, Math.round(place - half))
  const high = Math.min(geometry.size[axis], Math.round(place + half))
  const size = geometry.size.map((n, a) => (a === axis ? high - low : n))
  const origin = [...geometry.origin]
  origin[axis] += low * geometry.spacing[axis] * geometry.direction[4 * axis]
  const out = new Float32Array(size[0] * size[1] * size[2])
  const [nx, ny] = geometry.size
  for (let k = 0, n = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, n++) {
        const at = [i, j, k]
        at[axis] += low
        out[n] = voxels[at[0] + nx * (at[1] + ny * at[2])]
      }
    }
  }
  return { geometry: { ...geometry, size, origin }, voxels: out }
}

/** A cylinder of 120 mm below the scan, with a darker and a brighter core, in the place of neck and shoulders. */
function withNeck({ volume, white, inOrder }) {
  const { geometry, voxels } = inOrder(volume)
  const more = Math.round(120 / geometry.spacing[2])
  const size = [geometry.size[0], geometry.size[1], geometry.size[2] + more]
  const origin = [...geometry.origin]
  origin[2] -= more * geometry.spacing[2]
  const out = new Float32Array(size[0] * size[1] * size[2])
  out.set(voxels, size[0] * size[1] * more)
  for (let k = 0, n = 0; k < more; k++) {
    const radius = 60 + 0.5 * Math.max(0, 60 - k * geometry.spacing[2])
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, n++) {
        const far = Math.hypot(
          (i - size[0] / 2) * geometry.spacing[0],
          (j - size[1] / 2) * geometry.spacing[1]
        )
        out[n] =
          far > radius ? 0 : far > radius - 8 ? 1.5 * white : far < 15 ? 0.3 * white : 0.6 * white
      }
    }
  }
  return { geometry: { ...geometry, size, origin }, voxels: out }
}

function alone({ brain }, volume) {
  return mapped(volume, (value, n) => (brain[n] ? value : 0))
}

/** Soft tissue that hardly differs, bone around the brain, air outside. */
function ct({ volume, brain, white }, random) {
  const near = smoothed({ geometry: volume.geometry, voxels: Float32Array.from(brain) }, 8).voxels
  return mapped(volume, (value, n) => {
    if (brain[n])
      return (
        35 +
        6 * Math.min(1.2, value / white) * (value < 0.45 * white ? 0.3 : 1) +
        4 * random.gaussian()
      )
    if (near[n] > 0.08) return 900
    return value > 0.15 * white ? 20 : -1000
  })
}

function phantom(volume) {
  return mappedByPlace(volume, (_, i, j, k) => {
    if (Math.hypot(i, j) > 0.75 || Math.abs(k) > 0.8) return 0
    const holes = Math.hypot(((i + 2) % 0.3) - 0.15, ((j + 2) % 0.3) - 0.15) < 0.06
    return holes && Math.abs(k) < 0.5 ? 150 : 900
  })
}

function shells(volume) {
  return mappedByPlace(volume, (_, i, j, k) => {
    const radius = Math.hypot(i / 0.62, j / 0.78, k / 0.7)
    return radius > 1 ? 0 : 300 + 250 * Math.cos(9 * radius)
  })
}

/** Averaged over a cube of so many millimetres, twice. */
function smoothed({ geometry, voxels }, millimetres) {
  let out = voxels
  for (let pass = 0; pass < 2; pass++) {
    for (let axis = 0; axis < 3; axis++) {
      const radius = Math.max(1, Math.round(millimetres / 2 / geometry.spacing[axis]))
      out = boxAlong(out, geometry.size, axis, radius)
    }
  }
  return { geometry, voxels: out }
}

function boxAlong(values, size, axis, radius) {
  const stride = size.slice(0, axis).reduce((product, n) => product * n, 1)
  const length = size[axis]
  const out = new Float32Array(values.length)
  for (let start = 0; start < values.length; start++) {
    if (Math.floor(start / stride) % length !== 0) continue
    let sum = 0
    let count = 0
    for (let n = 0; n < Math.min(radius, length); n++, count++) sum += values[start + n * stride]
    for (let n = 0; n < length; n++) {
      if (n + radius < length) {
        sum += values[start + (n + radius) * stride]
        count++
      }
      if (n - radius - 1 >= 0) {
        sum -= values[start + (n - radius - 1) * stride]
        count--
      }
      out[start + n * stride] = sum / count
    }
  }
  return out
}
