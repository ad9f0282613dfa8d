export { ImageStage, type PaneId } from './stage'
export type { LayerStyle, Stop } from './style'
export type { Gaze } from './surface-view'
