import {
  PRESET_NAMES,
  SCHEME_PRESETS,
  SITE_PRESETS,
  type PresetName
} from '../../../../shared/training-presets'

/** How long a run learns, for who does not want to know more. */

export const PRESET_IDS = PRESET_NAMES
export type PresetId = PresetName

type Settings = Readonly<Record<string, unknown>>

export interface Preset {
  name: string
  about: string
  /** Settings of fine-tuning a spiking network on a site's cases; what is not here is the stage's default. */
  finetune: Settings
  /** The same of the whole scheme's last stage. */
  schemeFinetune: Settings
  /** Settings of the whole scheme's ordinary network. */
  train: Settings
  /** Factor on the thresholds at conversion. */
  scale: number
}

/** Factor on the thresholds that the models that ship were converted with. */
const SCALE = 0.85

function preset(id: PresetId, name: string, about: string): Preset {
  const { train, finetune: schemeFinetune } = SCHEME_PRESETS[id]
  return { name, about, finetune: SITE_PRESETS[id].finetune, schemeFinetune, train, scale: SCALE }
}

export const PRESETS: Readonly<Record<PresetId, Preset>> = {
  quick: preset('quick', 'Quick', 'A first look at whether your cases help'),
  standard: preset('standard', 'Standard', 'Enough for a handful of cases'),
  thorough: preset('thorough', 'Thorough', 'For many cases, or when Standard was not enough')
}
