import type { ImageBox } from '../../../../shared/api/spikes'
import type { Triple } from '../../../../shared/geometry'
import type { Viewer } from '../viewer'
import { fillBox, onImage } from './image-box'

/** Shows masks in the viewer that are not the case's, and gives back the case's own. */
export interface MaskPreview {
  /** @param labels on the box, outside of which nothing is labelled; stay as they are */
  show: (labels: Uint8Array, box: ImageBox) => void
  /** Shows what the viewer showed before, edits and all. */
  restore: () => void
  forget: () => void
}

/** One array is drawn into again and again: of a head each would be as large as the image, and the box is all that changes. */
export function createMaskPreview(viewer: Viewer): MaskPreview {
  let shown: Uint8Array | null = null
  let before: Uint8Array | null = null

  return {
    show(labels, box) {
      const size = viewer.image.value?.geometry.size
      if (size === undefined) return
      if (shown === null || viewer.mask.value !== shown) {
        before = viewer.mask.value
        shown = onImage(labels, box, size)
        viewer.setMask(shown)
        return
      }
      fillBox(shown, size, box, labels)
      viewer.maskChanged({ min: box.start, max: box.end.map((n) => n - 1) as Triple })
    },
    restore() {
      if (shown !== null && viewer.mask.value === shown) viewer.setMask(before)
    },
    forget() {
      shown = null
      before = null
    }
  }
}
