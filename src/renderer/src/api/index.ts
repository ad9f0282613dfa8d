export { ApiError, isCancelled, messageOf, type ApiErrorKind } from './api-error'
export { api, path, type Body, type CallOptions } from './client'
export { watchEvents, type EventWatcher } from './events'
export { connected, onAppEvent, onReconnect, startEvents } from './live'
