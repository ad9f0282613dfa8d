/** Keeps what was loaded by its key, up to so many entries; the ones used longest ago go first. Failures are not kept. */
export class FrameCache<T> {
  private readonly kept = new Map<string, Promise<T>>()

  constructor(private readonly limit: number) {}

  get(key: string, load: () => Promise<T>): Promise<T> {
    const found = this.kept.get(key)
    const value =
      found ??
      load().catch((error: unknown) => {
        this.kept.delete(key)
        throw error
      })
    this.kept.delete(key)
    this.kept.set(key, value)
    for (const old of [...this.kept.keys()].slice(0, -this.limit)) this.kept.delete(old)
    return value
  }

  clear(): void {
    this.kept.clear()
  }
}
