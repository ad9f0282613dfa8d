/** How long a run learns, for who does not want to know more. */

export const PRESET_IDS = ['quick', 'standard', 'thorough'] as const
export type PresetId = (typeof PRESET_IDS)[number]

export interface Preset {
  name: string
  about: string
  /** Settings of fine-tuning a spiking network on a site's cases; what is not here is the stage's default. */
  finetune: Readonly<Record<string, unknown>>
  /** The same of the whole scheme's last stage. */
  schemeFinetune: Readonly<Record<string, unknown>>
  /** Settings of the whole scheme's ordinary network. */
  train: Readonly<Record<string, unknown>>
  /** Factor on the thresholds at conversion. */
  scale: number
}

export const PRESETS: Readonly<Record<PresetId, Preset>> = {
  quick: {
    name: 'Quick',
    about: 'A first look at whether your cases help',
    finetune: { epochs: 4 },
    schemeFinetune: { epochs: 4 },
    train: { epochs: 10 },
    scale: 0.85
  },
  standard: {
    name: 'Standard',
    about: 'Enough for a handful of cases',
    finetune: {},
    schemeFinetune: {},
    train: { epochs: 30 },
    scale: 0.85
  },
  thorough: {
    name: 'Thorough',
    about: 'For many cases, or when Standard was not enough',
    finetune: { epochs: 16 },
    schemeFinetune: { epochs: 16 },
    train: {},
    scale: 0.85
  }
}
