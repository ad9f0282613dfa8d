import type { LayerStyle, Stop } from '../../cornerstone'
import type { HeatMap, OverlaySettings, ScalarOverlay } from './types'

type Rgb = [number, number, number]

/** Thickness in pixels of a label's outline. */
const OUTLINE = 2
const NOTHING: Stop = { value: 0, rgb: [0, 0, 0], opacity: 0 }

/** `#rrggbb` as three numbers from 0 to 1. */
export function rgbOf(colour: string): Rgb {
  const number = Number.parseInt(colour.slice(1), 16)
  return [(number >> 16) / 255, ((number >> 8) & 255) / 255, (number & 255) / 255]
}

/** How the mask looks. */
export function maskStyle(overlay: OverlaySettings): LayerStyle {
  const labels = Object.keys(overlay.colours).map(Number)
  return {
    kind: 'labels',
    outline: overlay.outline ? OUTLINE : 0,
    visible: overlay.visible,
    stops: [
      NOTHING,
      ...labels.map((value) => ({
        value,
        rgb: rgbOf(overlay.colours[value]!),
        opacity: overlay.hiddenLabels.includes(value) ? 0 : overlay.opacity
      }))
    ]
  }
}

/** Warm for positive spikes, cold for negative ones. */
export const HEAT_SCALES = {
  positive: ['#b3262b', '#f0762f', '#ffd98a'],
  negative: ['#2b4bc4', '#2fa3f0', '#a8f0ff']
} as const

export function heatStyle(sign: keyof typeof HEAT_SCALES, { peak }: HeatMap): LayerStyle {
  return { kind: 'quantity', outline: 0, visible: true, stops: ramp(HEAT_SCALES[sign], peak, 0.9) }
}

export const SCALAR_SCALE = ['#3a0f6e', '#b63679', '#fb8861', '#fcfdbf'] as const

export function scalarStyle({ max }: ScalarOverlay): LayerStyle {
  const stops = ramp(SCALAR_SCALE, max, 0.8)
  return { kind: 'quantity', outline: 0, visible: true, stops }
}

/** By the value of the difference layer: see differenceOf in difference.ts. */
export const DIFFERENCE_COLOURS = { onlyA: '#e0609f', onlyB: '#63d08a', otherLabel: '#e8d35e' }

export function differenceStyle(): LayerStyle {
  const { onlyA, onlyB, otherLabel } = DIFFERENCE_COLOURS
  const colours = [onlyA, onlyB, otherLabel]
  return {
    kind: 'labels',
    outline: 0,
    visible: true,
    stops: [
      NOTHING,
      ...colours.map((colour, n) => ({ value: n + 1, rgb: rgbOf(colour), opacity: 0.75 }))
    ]
  }
}

/** From clear at 0 over visible at 1 to the last colour at `end`. */
function ramp(colours: readonly string[], end: number, opacity: number): Stop[] {
  const last = Math.max(1, end)
  const faintest = 0.45 * opacity
  return [
    NOTHING,
    ...colours.map((colour, n) => {
      const along = colours.length === 1 ? 1 : n / (colours.length - 1)
      return {
        value: last === 1 ? 1 + n * 1e-3 : 1 + along * (last - 1),
        rgb: rgbOf(colour),
        opacity: last === 1 ? opacity : faintest + along * (opacity - faintest)
      }
    })
  ]
}
