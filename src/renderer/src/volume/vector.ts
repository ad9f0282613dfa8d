import type { Triple } from '../../../shared/geometry'

export function dot(a: Readonly<Triple>, b: Readonly<Triple>): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function cross(a: Readonly<Triple>, b: Readonly<Triple>): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/** `a + factor · b` */
export function addScaled(a: Readonly<Triple>, b: Readonly<Triple>, factor: number): Triple {
  return [a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]]
}

export function subtract(a: Readonly<Triple>, b: Readonly<Triple>): Triple {
  return addScaled(a, b, -1)
}

/** `factor · a`, without negative zeros. */
export function scaled(a: Readonly<Triple>, factor: number): Triple {
  return [a[0] * factor + 0, a[1] * factor + 0, a[2] * factor + 0]
}

export function normalised(a: Readonly<Triple>): Triple {
  return scaled(a, 1 / Math.hypot(a[0], a[1], a[2]))
}
