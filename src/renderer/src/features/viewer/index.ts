export { POINTER_GESTURES } from './shortcuts'
export { useViewer, isEditingTool, type Viewer, type PaneView, type BrushCursor } from './store'
export type {
  BoxEditing,
  CursorReadout,
  Gesture,
  HeatMap,
  IntensityWindow,
  Layout,
  MaskDifference,
  OpenImage,
  OverlaySettings,
  Pick,
  ScalarOverlay,
  Tool,
  VoxelBox
} from './types'
export { default as ViewerGrid } from './ViewerGrid.vue'
