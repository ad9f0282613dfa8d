/** Settings of the stages, where they differ from the stage's own defaults. */
type Settings = Readonly<Record<string, unknown>>

export type PresetName = 'quick' | 'standard' | 'thorough'
export const PRESET_NAMES: readonly PresetName[] = ['quick', 'standard', 'thorough']

/** How long a site trains: what the window offers, and the command line by name. */
export interface Preset {
  /** Of a spiking model that goes on from the one that ships, with rehearsal and without a teacher. */
  finetune: Settings
}

/** What won in bench/adapt.mjs. */
const SITE: Settings = {
  stepsPerEpoch: 40,
  learningRate: 1e-3,
  warmUpEpochs: 0.5,
  averageDecay: 0.98,
  operationsPenalty: 0,
  rehearsalShare: 0.5,
  tunedShare: 0.85
}

/** Settings of the whole scheme's trained stages: the ordinary network, and the fine-tuning of what it is converted into. */
export interface SchemePreset {
  train: Settings
  finetune: Settings
}

/** What is not here is the recipe of the models that ship. */
export const SCHEME_PRESETS: Readonly<Record<PresetName, SchemePreset>> = {
  quick: { train: { epochs: 10 }, finetune: { epochs: 4 } },
  standard: { train: { epochs: 30 }, finetune: {} },
  thorough: { train: {}, finetune: { epochs: 16 } }
}

/** See docs/adaptation.md for what they reach. */
export const SITE_PRESETS: Readonly<Record<PresetName, Preset>> = {
  quick: { finetune: { ...SITE, epochs: 3 } },
  standard: { finetune: { ...SITE, epochs: 8 } },
  thorough: { finetune: { ...SITE, epochs: 16 } }
}
