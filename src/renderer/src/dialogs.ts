import { ref } from 'vue'

/** The dialog of the window that is open; at most one. */
export const dialog = ref<'shortcuts' | 'preferences' | 'about' | 'log' | null>(null)
