import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { imageExtension } from '../../../imaging/read-image'

/** An image and the mask that belongs to it. */
export interface LabelledPair {
  image: string
  mask: string
}

/** What a folder of labelled images holds. */
export interface Labelled {
  pairs: LabelledPair[]
  /** Files that are left over, and why. */
  unpaired: { path: string; problem: string }[]
}

/** Folders below this depth are not looked into. */
const MOST_DEEP = 6

/** The images below a folder, by path; hidden files and folders are left out, as is what macOS leaves beside files. */
export async function imagesBelow(folder: string, depth = MOST_DEEP): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const found: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (depth > 0) found.push(...(await imagesBelow(path, depth - 1)))
    } else if (imageExtension(entry.name) !== null) {
      found.push(path)
    }
  }
  return found
}

const IMAGE_ENDING = /[_\-.](?:t1w?|mprage|image|img|scan|0000)$/
const MASK_ENDING =
  /(?:^|[_\-.])(?:d?seg|segmentation|mask|labels?|roi|truth|gt|manual|hippocamp(?:us|i)|hippo?|hc|aseg)$/

/** Whether a file's name says that it is a mask: `x_seg.nii.gz`, `x-label.nii`, `mask.nii.gz`. */
export function isMaskName(path: string): boolean {
  return MASK_ENDING.test(plain(path))
}

/** What the names of an image and its mask have in common. */
export function stemOf(path: string): string {
  let stem = plain(path)
  while (MASK_ENDING.test(stem)) stem = stem.replace(MASK_ENDING, '')
  return stem.replace(IMAGE_ENDING, '')
}

function plain(path: string): string {
  const name = basename(path)
  return name.slice(0, -(imageExtension(name)?.length ?? 0) || undefined).toLowerCase()
}

/**
 * Pairs images with masks of the same key; a key that several images or masks have pairs none of them.
 *
 * @param keyOf what a path of either has in common with its counterpart
 */
export function paired(
  images: readonly string[],
  masks: readonly string[],
  keyOf: (path: string) => string
): Labelled {
  const [byImage, byMask] = [grouped(images, keyOf), grouped(masks, keyOf)]
  const found: Labelled = { pairs: [], unpaired: [] }
  const leave = (paths: readonly string[], problem: string): void => {
    for (const path of paths) found.unpaired.push({ path, problem })
  }
  for (const [key, own] of byImage) {
    const others = byMask.get(key) ?? []
    if (own.length === 1 && others.length === 1) {
      found.pairs.push({ image: own[0]!, mask: others[0]! })
    } else if (others.length === 0) {
      leave(own, NO_MASK)
    } else {
      leave([...own, ...others], SEVERAL)
    }
  }
  for (const [key, own] of byMask) if (!byImage.has(key)) leave(own, NO_IMAGE)
  return found
}

export const NO_MASK =
  'has no mask: give it one of the same name with _seg at its end, or take the image out'
export const NO_IMAGE = 'is a mask without an image: add its image, or take the mask out'
const SEVERAL = 'does not pair: there are several images or masks of this name; keep one of each'

function grouped(paths: readonly string[], keyOf: (path: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const path of paths) {
    const key = keyOf(path)
    groups.set(key, [...(groups.get(key) ?? []), path])
  }
  return groups
}
