import type { Types } from '@cornerstonejs/core'
import { Filter } from '@kitware/vtk.js/Rendering/OpenGL/Texture/Constants'
import { caughtUp, paced } from './fence'
import type { GraphicsWindow } from './shared-textures'
import { turns } from '../volume/turns'

/** What there is of Cornerstone's texture of a volume beyond its interface. */
interface VolumeTexture {
  setOpenGLRenderWindow: (window: object) => void
  enableUseHalfFloat: (use: boolean) => unknown
  resetFormatAndType: () => void
  setTextureParameters: (parameters: {
    width: number
    height: number
    depth: number
    numberOfComponents: number
    dataType: string
  }) => void
  create3DFromRaw: (parameters: {
    width: number
    height: number
    depth: number
    numComps: number
    dataType: string
    data: null
  }) => unknown
  /** Sends the slices that changed. */
  update3DFromRaw: () => unknown
  /** By slice, whether it changed since it was sent. */
  getUpdatedFrames: () => (boolean | null | undefined)[]
  setMinificationFilter: (filter: Filter) => unknown
  setMagnificationFilter: (filter: Filter) => unknown
}

/** Bytes of a volume from which on it is asked whether there is memory for it: the answer waits for all else that is being drawn. */
const MUCH = 2 ** 28

/**
 * Sends a volume to the graphics processor piece by piece, no faster than it takes them: the first pane that draws it would send it
 * at one go, and a head takes longer than the window should stand still.
 *
 * @param window vtk.js's
 * @throws Error where the graphics processor does not take so large a volume
 */
export async function sendTexture(
  volume: Types.IImageVolume,
  window: GraphicsWindow
): Promise<void> {
  window.initialize()
  const gl = window.getContext()
  // Without a context there is nothing to send to; the pane says so when it draws.
  if (gl === null) return
  const texture = textureOf(volume)
  const [width, height, depth] = volume.dimensions
  const dataType = volume.dataType!
  const most = gl.getParameter(gl.MAX_3D_TEXTURE_SIZE) as number
  if (Math.max(width, height, depth) > most) {
    throw tooLarge(volume, `takes ${String(most)} voxels along an axis at most`)
  }
  texture.setOpenGLRenderWindow(window)
  texture.enableUseHalfFloat(false)
  texture.resetFormatAndType()
  texture.setTextureParameters({ width, height, depth, numberOfComponents: 1, dataType })
  texture.create3DFromRaw({ width, height, depth, numComps: 1, dataType, data: null })
  const bytes = width * height * (dataType === 'Uint8Array' ? 1 : 4)
  if (bytes * depth > MUCH) {
    // Asked at once, the window would stand still until the memory is there.
    await caughtUp(gl)
    if (gl.getError() === gl.OUT_OF_MEMORY) throw tooLarge(volume, 'has no memory left for it')
  }
  const frames = texture.getUpdatedFrames()
  for (let k = 0; k < depth; k++) frames[k] = null
  const turn = turns()
  const pace = paced(gl)
  for (let k = 0; k < depth; k++) {
    frames[k] = true
    texture.update3DFromRaw()
    await pace(bytes)
    await turn()
  }
}

function tooLarge({ dimensions }: Types.IImageVolume, why: string): Error {
  return new Error(
    `an image of ${dimensions.join('×')} voxels cannot be drawn here: the graphics processor ${why}; it can be segmented and exported all the same`
  )
}

/** Whether the graphics processor mixes neighbouring voxels. */
export function filterTexture(volume: Types.IImageVolume, smooth: boolean): void {
  const texture = textureOf(volume)
  const frames = texture.getUpdatedFrames()
  const changed = [...frames]
  const filter = smooth ? Filter.LINEAR : Filter.NEAREST
  texture.setMinificationFilter(filter)
  texture.setMagnificationFilter(filter)
  // vtk.js takes it for a change of the voxels, and would send all of them again.
  for (let k = 0; k < frames.length; k++) frames[k] = changed[k]
}

function textureOf(volume: Types.IImageVolume): VolumeTexture {
  return volume.vtkOpenGLTexture as unknown as VolumeTexture
}
