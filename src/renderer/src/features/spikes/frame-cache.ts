/**
 * Keeps what was loaded by its key, up to so many bytes in all; the ones used longest ago go first. What was asked for last stays even where it
 * alone is larger. Failures are not kept.
 */
export class FrameCache<T extends { byteLength: number }> {
  private readonly kept = new Map<string, { value: Promise<T>; bytes: number }>()

  /** @param limit in bytes */
  constructor(private readonly limit: number) {}

  get(key: string, load: () => Promise<T>): Promise<T> {
    const frame = this.kept.get(key) ?? this.load(key, load)
    this.kept.delete(key)
    this.kept.set(key, frame)
    return frame.value
  }

  clear(): void {
    this.kept.clear()
  }

  private load(key: string, load: () => Promise<T>): { value: Promise<T>; bytes: number } {
    const frame = { value: load(), bytes: 0 }
    frame.value = frame.value.then(
      (value) => {
        frame.bytes = value.byteLength
        this.shrink()
        return value
      },
      (error: unknown) => {
        if (this.kept.get(key) === frame) this.kept.delete(key)
        throw error
      }
    )
    return frame
  }

  private shrink(): void {
    let total = 0
    for (const { bytes } of this.kept.values()) total += bytes
    for (const [key, { bytes }] of [...this.kept].slice(0, -1)) {
      if (total <= this.limit) return
      // What is still on its way takes nothing yet.
      if (bytes === 0) continue
      this.kept.delete(key)
      total -= bytes
    }
  }
}
