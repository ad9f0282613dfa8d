import { ref, watch, type Ref } from 'vue'
import type { z } from 'zod'

/**
 * A value that this browser or window keeps over restarts, such as the width of a panel: what concerns the screen, not the
 * data. What does not fit the schema counts as absent.
 */
export function stored<T>(name: string, schema: z.ZodType<T>, fallback: T): Ref<T> {
  const key = `hippospike.${name}`
  const value = ref(read(key, schema, fallback)) as Ref<T>
  watch(
    value,
    (now) => {
      try {
        localStorage.setItem(key, JSON.stringify(now))
      } catch {
        // Storage that is full or denied costs the layout of the next start, nothing else.
      }
    },
    { deep: true }
  )
  return value
}

function read<T>(key: string, schema: z.ZodType<T>, fallback: T): T {
  try {
    const text = localStorage.getItem(key)
    if (text === null) return fallback
    const result = schema.safeParse(JSON.parse(text))
    return result.success ? result.data : fallback
  } catch {
    return fallback
  }
}
