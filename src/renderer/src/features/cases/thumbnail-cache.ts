import { caseImageSchema } from '../../../../shared/api/cases'
import { api, path } from '../../api'
import { middleSlice, pictureOf, type Picture } from './thumbnail'

const pictures = new Map<string, Promise<Picture>>()
let queue: Promise<unknown> = Promise.resolve()

/**
 * The thumbnail of a case, read once a session and one after the other: an image of 256³ voxels is read up to its middle.
 *
 * @param workspace tells apart cases of the same name
 */
export function thumbnailOf(workspace: string, id: string): Promise<Picture> {
  const key = `${workspace}\n${id}`
  const known = pictures.get(key)
  if (known !== undefined) return known
  const picture = queue.then(() => read(id))
  queue = picture.catch(() => undefined)
  pictures.set(key, picture)
  picture.catch(() => pictures.delete(key))
  return picture
}

async function read(id: string): Promise<Picture> {
  const image = await api.get(path`/api/cases/${id}/image`, caseImageSchema)
  const { offset, length } = middleSlice(image.geometry)
  const bytes = await api.part(path`/api/cases/${id}/image/voxels`, {
    offset: offset * 4,
    length: length * 4
  })
  return pictureOf(new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4)), image)
}
