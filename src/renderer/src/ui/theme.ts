import type { GlobalThemeOverrides } from 'naive-ui'

/** The tokens of style.css for Naive UI, which computes with colours and so cannot take CSS variables. */
const ground = '#0c0e11'
const panel = '#13161a'
const raised = '#1b1f25'
const hover = '#242931'
const line = '#272c34'
const text = '#dfe3e8'
const muted = '#97a0ac'
const accent = '#45b89f'
const accentHover = '#5cc9b1'
const accentPressed = '#379783'

export const themeOverrides: GlobalThemeOverrides = {
  common: {
    bodyColor: ground,
    cardColor: panel,
    modalColor: panel,
    popoverColor: raised,
    inputColor: raised,
    actionColor: raised,
    hoverColor: hover,
    borderColor: line,
    dividerColor: line,
    textColorBase: text,
    textColor1: text,
    textColor2: text,
    textColor3: muted,
    placeholderColor: muted,
    primaryColor: accent,
    primaryColorHover: accentHover,
    primaryColorPressed: accentPressed,
    primaryColorSuppl: accent,
    errorColor: '#e8776c',
    warningColor: '#dfb15b',
    borderRadius: '4px',
    borderRadiusSmall: '4px',
    fontSize: '13px',
    fontSizeMini: '11px',
    fontSizeTiny: '12px',
    fontSizeSmall: '13px',
    fontSizeMedium: '13px',
    heightTiny: '24px',
    heightSmall: '28px',
    heightMedium: '32px',
    fontFamily:
      "'Inter', 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', 'DejaVu Sans', sans-serif",
    fontFamilyMono:
      "'JetBrains Mono', 'SF Mono', 'Cascadia Code', Consolas, 'DejaVu Sans Mono', ui-monospace, monospace"
  },
  // Dark text: white on the accent has too little contrast.
  Button: {
    textColorPrimary: '#06120f',
    textColorHoverPrimary: '#06120f',
    textColorPressedPrimary: '#06120f',
    textColorFocusPrimary: '#06120f',
    textColorDisabledPrimary: '#06120f',
    colorPrimary: accent,
    colorHoverPrimary: accentHover,
    colorFocusPrimary: accentHover,
    colorPressedPrimary: accentPressed,
    fontWeightStrong: '600'
  },
  Tooltip: { color: '#2b313a', textColor: text }
}
