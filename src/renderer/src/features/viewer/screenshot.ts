import type { PlaneFrame } from '../../volume/planes'
import type { BoxOutline } from './box-outlines'

/** A pane as it is on the screen. */
export interface Shot {
  canvas: HTMLCanvasElement
  /** Place in CSS pixels. */
  box: { left: number; top: number; width: number; height: number }
  name: string
  caption: string | null
  letters: PlaneFrame['letters'] | null
  /** CSS pixels inside the pane. */
  cross: readonly [number, number] | null
  outlines: readonly BoxOutline[]
}

const GAP = '#1b1f25'
const MARGIN = 8

/** The panes side by side as on the screen, with their letters, as PNG. */
export function composeScreenshot(shots: readonly Shot[], footer: string): Promise<Blob> {
  const left = Math.min(...shots.map(({ box }) => box.left))
  const top = Math.min(...shots.map(({ box }) => box.top))
  const width = Math.max(...shots.map(({ box }) => box.left + box.width)) - left
  const height = Math.max(...shots.map(({ box }) => box.top + box.height)) - top
  const scale = window.devicePixelRatio
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round((height + 22) * scale)
  const context = canvas.getContext('2d')
  if (context === null) return Promise.reject(new Error('this window has no memory left to draw'))
  context.scale(scale, scale)
  context.fillStyle = GAP
  context.fillRect(0, 0, width, height + 22)
  for (const shot of shots) {
    context.save()
    context.translate(shot.box.left - left, shot.box.top - top)
    drawShot(context, shot)
    context.restore()
  }
  text(context, footer, MARGIN, height + 11, 'left')
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('the picture could not be written as PNG: try again'))
      else resolve(blob)
    }, 'image/png')
  })
}

function drawShot(context: CanvasRenderingContext2D, shot: Shot): void {
  const { width, height } = shot.box
  context.beginPath()
  context.rect(0, 0, width, height)
  context.clip()
  context.drawImage(shot.canvas, 0, 0, width, height)
  if (shot.cross !== null) drawCross(context, shot.cross, width, height)
  shot.outlines.forEach((outline) => drawOutline(context, outline))
  text(context, shot.name, MARGIN, 14, 'left')
  if (shot.caption !== null) text(context, shot.caption, MARGIN, height - 14, 'left')
  if (shot.letters === null) return
  text(context, shot.letters.left, MARGIN, height / 2, 'left')
  text(context, shot.letters.right, width - MARGIN, height / 2, 'right')
  text(context, shot.letters.top, width / 2, 14, 'center')
  text(context, shot.letters.bottom, width / 2, height - 14, 'center')
}

function drawCross(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  width: number,
  height: number
): void {
  context.strokeStyle = '#5fd3baa6'
  context.lineWidth = 1
  context.beginPath()
  for (const [x1, y1, x2, y2] of [
    [x, 0, x, y - 7],
    [x, y + 7, x, height],
    [0, y, x - 7, y],
    [x + 7, y, width, y]
  ] as const) {
    context.moveTo(x1, y1)
    context.lineTo(x2, y2)
  }
  context.stroke()
}

function drawOutline(
  context: CanvasRenderingContext2D,
  { corners, colour, letter, letterAt }: BoxOutline
): void {
  context.strokeStyle = colour
  context.lineWidth = 1.25
  context.beginPath()
  corners.forEach(([x, y]) => context.lineTo(x, y))
  context.closePath()
  context.stroke()
  text(context, letter, ...letterAt, 'center')
}

function text(
  context: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  align: CanvasTextAlign
): void {
  context.font = "12px 'Inter', 'Segoe UI', system-ui, 'DejaVu Sans', sans-serif"
  context.textAlign = align
  context.textBaseline = 'middle'
  context.fillStyle = '#fff'
  context.shadowColor = '#000'
  context.shadowBlur = 3
  context.fillText(words, x, y)
  context.shadowBlur = 0
}
