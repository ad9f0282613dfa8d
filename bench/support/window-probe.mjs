// Runs in the page: tells when something is on the screen, and for how long the UI thread could do nothing else.

/** Installs `globalThis.probe`; given to page.evaluate, so it stands alone. */
export function installProbe() {
  let longest = 0
  let last = performance.now()
  // A gap between two turns of the event loop, less what a turn waits of itself.
  const { port1, port2 } = new MessageChannel()
  let beats = 0
  port1.onmessage = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    // Not without a pause: a thread that is never idle would slow what is measured.
    if (++beats % 2 === 0) setTimeout(() => port2.postMessage(0), 4)
    else port2.postMessage(0)
  }
  port2.postMessage(0)

  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  const canvasOf = (pane) => document.querySelector(`[data-pane=${pane}] canvas`)
  const scratch = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })

  globalThis.probe = {
    frame,
    /** Longest time in ms in which no other turn came, since it was asked last. */
    longest() {
      const value = longest
      longest = 0
      last = performance.now()
      return value
    },
    /** Colour of a pane at a point given as parts of its width and height; waits for the graphics. */
    async pixel(pane, x, y) {
      const canvas = canvasOf(pane)
      const [left, top] = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)]
      const bitmap = await createImageBitmap(canvas, left, top, 1, 1)
      // Waiting for the graphics is the probe's own, and no standstill of the window.
      longest = Math.max(longest, performance.now() - last)
      scratch.drawImage(bitmap, 0, 0)
      bitmap.close()
      const colour = [...scratch.getImageData(0, 0, 1, 1).data]
      last = performance.now()
      return colour
    },
    /** Resolves with the milliseconds since `start` when a condition holds and what it caused is drawn. */
    async until(start, holds) {
      while (!(await holds())) {
        if (performance.now() - start > 60_000) throw new Error('it was not drawn within a minute')
        await frame()
      }
      await frame()
      await frame()
      await globalThis.probe.pixel('axial', 0.5, 0.5)
      return performance.now() - start
    }
  }
}

/** For page.evaluate: presses a button and waits until a slice pane shows an image of so many slices. */
export async function firstImage({ name, slices }) {
  const row = [...document.querySelectorAll('nav button.open')].find((button) =>
    button.textContent.includes(name)
  )
  const panes = () => document.querySelector('.panes')
  const label = () => document.querySelector('[data-pane=axial]')?.getAttribute('aria-label') ?? ''
  const start = performance.now()
  row.click()
  return globalThis.probe.until(
    start,
    () => panes()?.dataset.drawn === 'true' && label().endsWith(`of ${slices}`)
  )
}

/** For page.evaluate: goes to a timestep by a key and waits until it is drawn. */
export async function timestepDrawn({ key, t }) {
  const panel = document.querySelector('[data-testid=spikes-panel]')
  const start = performance.now()
  dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  return globalThis.probe.until(start, () => panel.dataset.drawn === String(t))
}

/** For page.evaluate: presses the brush at a point of the axial pane and waits until its colour changes. */
export async function strokeDrawn({ x, y }) {
  const pane = document.querySelector('[data-pane=axial]')
  const box = pane.querySelector('.canvas').getBoundingClientRect()
  const at = { clientX: box.left + x * box.width, clientY: box.top + y * box.height }
  const event = (type, more) =>
    new PointerEvent(type, { ...at, pointerId: 1, bubbles: true, ...more })
  // A made-up pointer cannot be captured.
  pane.setPointerCapture = () => undefined
  const before = await globalThis.probe.pixel('axial', x, y)
  const start = performance.now()
  pane.dispatchEvent(event('pointerdown', { button: 0, buttons: 1 }))
  let milliseconds = null
  while (milliseconds === null && performance.now() - start < 10_000) {
    await globalThis.probe.frame()
    const now = await globalThis.probe.pixel('axial', x, y)
    if (now.some((value, n) => Math.abs(value - before[n]) > 4))
      milliseconds = performance.now() - start
  }
  pane.dispatchEvent(event('pointerup', { button: 0, buttons: 0 }))
  delete pane.setPointerCapture
  if (milliseconds === null) throw new Error('the stroke was never seen: is there a mask to edit?')
  return milliseconds
}
