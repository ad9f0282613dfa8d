import { stat } from 'node:fs/promises'
import { readImage, type SourceImage } from '../imaging/read-image'

const KEPT = 2

/** The images that were read last, for the requests that follow each other about one case. */
export class ImageCache {
  private readonly kept = new Map<string, Promise<SourceImage>>()

  /** @throws HippospikeError (input) as `readImage` */
  async read(path: string): Promise<SourceImage> {
    const found = await stat(path).catch(() => null)
    const key = `${path}\0${found?.mtimeMs ?? 0}\0${found?.size ?? 0}`
    const image = this.kept.get(key) ?? readImage(path)
    this.kept.delete(key)
    this.kept.set(key, image)
    for (const old of [...this.kept.keys()].slice(0, -KEPT)) this.kept.delete(old)
    try {
      return await image
    } catch (thrown) {
      this.kept.delete(key)
      throw thrown
    }
  }
}
