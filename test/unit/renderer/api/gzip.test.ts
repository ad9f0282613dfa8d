import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { gzipped } from '../../../../src/renderer/src/api/gzip'

afterEach(() => vi.unstubAllGlobals())

describe('bytes that are packed piece by piece', () => {
  it.each(['visible', 'hidden'])('are whole, in a %s window', async (visibilityState) => {
    vi.stubGlobal('document', { visibilityState })
    for (const length of [0, 1, 2 ** 20, 3 * 2 ** 20 + 5]) {
      const bytes = Uint8Array.from({ length }, (_, n) => (n * n) % 251)
      for (const given of [bytes, bytes.buffer]) {
        expect(gunzipSync(await gzipped(given)).equals(bytes)).toBe(true)
      }
    }
  })
})
