export { default as AboutDialog } from './AboutDialog.vue'
export { default as PreferencesDialog } from './PreferencesDialog.vue'
export { usePreferences, type PreferencesStore } from './preferences-store'
export { default as ShortcutSheet } from './ShortcutSheet.vue'
