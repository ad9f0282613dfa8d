import vtkColorTransferFunction from '@kitware/vtk.js/Rendering/Core/ColorTransferFunction'
import vtkPiecewiseFunction from '@kitware/vtk.js/Common/DataModel/PiecewiseFunction'
import type { Types } from '@cornerstonejs/core'

/** What a value looks like: a colour, each part 0 to 1, and an opacity. */
export interface Stop {
  value: number
  rgb: readonly [number, number, number]
  opacity: number
}

export interface LayerStyle {
  /** In order of value. */
  stops: readonly Stop[]
  /** Labels have a colour each, without shades between; a quantity runs from stop to stop. */
  kind: 'labels' | 'quantity'
  /** Thickness in pixels of the lines around labels, which are then not filled; 0 fills. */
  outline: number
  visible: boolean
}

/** Where the ramp between two stops turns, and how suddenly: at once and half-way for labels. */
const MIDDLE = 0.5
const AT_ONCE = 1
const EVENLY = 0

/** Millimetres of a volume that Cornerstone draws as its slice: its smallest slab, to both sides. */
const SLICE_DEPTH = 0.1

/**
 * More than enough steps through a slice. vtk.js would write those through the whole volume into the program that draws it, so that every size of
 * an image would need a program of its own.
 */
const SLICE_STEPS = 64

const ONE_PROGRAM = {
  OpenGL: {
    ShaderReplacements: [
      {
        shaderType: 'Fragment',
        originalValue: '//VTK::MaximumNumberOfSamples',
        replaceFirst: true,
        replacementValue: String(SLICE_STEPS),
        replaceAll: true
      }
    ]
  }
}

/** Lets all slices be drawn by one program, whatever their size: the graphics driver takes long to compile one. */
export function shareProgram(actor: Types.VolumeActor): void {
  const mapper = actor.getMapper() as
    | (ReturnType<Types.VolumeActor['getMapper']> & {
        setViewSpecificProperties: (properties: object) => void
      })
    | null
  mapper?.setViewSpecificProperties(ONE_PROGRAM)
  // vtk.js would warn of every large image, at every drawing, that the whole volume takes more steps than Cornerstone allows; a slice takes one.
  mapper?.setMaximumSamplesPerRay(Infinity)
}

/** vtk.js leaves it out of its types. */
type Property = ReturnType<Types.VolumeActor['getProperty']> & {
  setLabelOutlineOpacity: (opacity: number) => void
}

export function styleActor(actor: Types.VolumeActor, style: LayerStyle): void {
  const property = actor.getProperty() as Property
  const sharpness = style.kind === 'labels' ? AT_ONCE : EVENLY
  const colours = vtkColorTransferFunction.newInstance()
  const opacities = vtkPiecewiseFunction.newInstance()
  for (const { value, rgb, opacity } of style.stops) {
    colours.addRGBPointLong(value, rgb[0], rgb[1], rgb[2], MIDDLE, sharpness)
    const fill = style.outline > 0 ? 0 : opacity
    opacities.addPointLong(value, fill, MIDDLE, sharpness)
  }
  property.setRGBTransferFunction(0, colours)
  property.setScalarOpacity(0, opacities)
  // A slice is crossed in one step: with this, its opacity is the one that was asked for.
  actor.getMapper()?.setSampleDistance(SLICE_DEPTH)
  property.setScalarOpacityUnitDistance(0, SLICE_DEPTH)
  property.setInterpolationTypeToNearest()
  property.setUseLabelOutline(style.outline > 0)
  if (style.outline > 0) {
    const last = style.stops.at(-1)?.value ?? 1
    const thickness = Array.from({ length: last }, (_, n) => {
      const stop = style.stops.find(({ value }) => value === n + 1)
      return stop === undefined || stop.opacity === 0 ? 0 : style.outline
    })
    property.setLabelOutlineThickness(thickness)
    property.setLabelOutlineOpacity(1)
  }
  actor.setVisibility(style.visible)
  property.modified()
  actor.modified()
}
