import { contextBridge } from 'electron'
import { BRIDGE_NAME, type Bridge } from '../shared/bridge'
import { VERSION } from '../shared/version'

const bridge: Bridge = { version: VERSION }

contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge)
