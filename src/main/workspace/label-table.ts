import { CROP_LABELS, HEAD_LABELS, LABEL_COLOURS, type MaskLabel } from '../../shared/labels'

/** Grey matter in the numbers that BIDS gives to tissues. */
const GREY_MATTER = 1

/** The labels of masks, as BIDS derivatives list them (dseg.tsv). */
export function labelTable(isHead: boolean): string {
  const rows = (isHead ? HEAD_LABELS : CROP_LABELS).map((label) => row(label).join('\t'))
  return `${['index\tname\tabbreviation\tcolor\tmapping', ...rows].join('\n')}\n`
}

function row({ index, name }: MaskLabel): (string | number)[] {
  if (index === 0) return [index, name, 'BG', '#000000', 0]
  const words = name.split(' ')
  const side = words.length > 1 ? `${words[0]![0]!.toUpperCase()}_` : ''
  const abbreviation = `${side}${words.at(-1)![0]!}HC`
  return [index, `${name} hippocampus`, abbreviation, LABEL_COLOURS[index]!, GREY_MATTER]
}
