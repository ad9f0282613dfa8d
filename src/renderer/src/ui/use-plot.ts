import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

/** Colours of charts, as in style.css; a canvas takes no CSS variables. */
export const CHART = {
  line: '#272c34',
  axis: '#97a0ac',
  faint: '#4a525d',
  accent: '#45b89f',
  text: '#dfe3e8',
  positive: '#f0a868',
  negative: '#63b3d8'
} as const

/** Room around a chart: top, right, bottom, left. */
export const PADDING: [number, number, number, number] = [8, 6, 0, 0]

const FONT = '11px "Inter", "Segoe UI", system-ui, "DejaVu Sans", sans-serif'

/** Axes of a chart over timesteps. */
export function timeAxes(values: (value: number) => string, size = 44): UPlot.Axis[] {
  const common = {
    stroke: CHART.axis,
    font: FONT,
    grid: { stroke: CHART.line, width: 1 },
    ticks: { show: false }
  }
  return [
    { ...common, incrs: [1, 2, 5, 10, 20, 50], space: 24, size: 22, gap: 3 },
    { ...common, values: (_, splits) => splits.map(values), size, gap: 4, space: 28 }
  ]
}

/** A vertical line at the timestep that is looked at. */
export function timestepMarker(t: Ref<number>): UPlot.Plugin {
  return {
    hooks: {
      drawClear: (plot) => {
        const { ctx, bbox } = plot
        const x = Math.round(plot.valToPos(t.value, 'x', true)) + 0.5
        ctx.save()
        ctx.strokeStyle = CHART.accent
        ctx.globalAlpha = 0.7
        ctx.lineWidth = devicePixelRatio
        ctx.beginPath()
        ctx.moveTo(x, bbox.top)
        ctx.lineTo(x, bbox.top + bbox.height)
        ctx.stroke()
        ctx.restore()
      }
    }
  }
}

/**
 * Keeps a uPlot chart in an element, as wide as it.
 *
 * @param make options and data of now; a new chart is made whenever what it reads changes
 * @param redraw what only the marker depends on
 */
export function usePlot(
  host: Ref<HTMLElement | null>,
  make: () => { options: Omit<UPlot.Options, 'width'>; data: UPlot.AlignedData } | null,
  redraw: Ref<unknown>
): void {
  let plot: UPlot | null = null
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0)
    if (plot !== null && width > 0 && width !== plot.width) {
      plot.setSize({ width, height: plot.height })
    }
  })

  function build(): void {
    plot?.destroy()
    plot = null
    const element = host.value
    const made = make()
    if (element === null || made === null) return
    const width = Math.max(80, element.clientWidth)
    plot = new UPlot({ ...made.options, width }, made.data, element)
  }

  onMounted(() => {
    build()
    if (host.value !== null) observer.observe(host.value)
  })
  watch(make, build, { flush: 'post' })
  watch(redraw, () => plot?.redraw(false))
  onBeforeUnmount(() => {
    observer.disconnect()
    plot?.destroy()
  })
}

/** Timesteps from 1, with room on both sides. */
export function timeScale(timesteps: number): UPlot.Scale {
  return { time: false, range: [0.6, timesteps + 0.4] }
}
