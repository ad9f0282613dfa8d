import type { QcFlag } from '../../../../shared/head'

/** What each flag means, and what to do. */
export const FLAG_NOTES: Readonly<Record<QcFlag['code'], string>> = {
  fit: 'The hippocampi were looked for where the template has its own. Where the head fits it poorly, the boxes may lie elsewhere.',
  boxes:
    'Nothing was registered to the template, which tells a T1-weighted head from other images, and its left from its right. The network makes a mask of anything: look whether it follows the hippocampus, and whether left is left.',
  edge: 'The mask ends where the box or the scan ended, not where the hippocampus does. Draw the rest by hand, or segment again with a larger box.',
  empty: 'Either the box lies elsewhere, or the network knows nothing like what is in it.',
  small:
    'In the training cases one hippocampus has 2,200 to 4,800 mm³. Less may be atrophy, or a mask that misses a part.',
  large:
    'In the training cases one hippocampus has 2,200 to 4,800 mm³. More is mostly a mask that runs into its surroundings.',
  components:
    'A hippocampus is one body. What lies apart from it is mostly a mistake, and a sign that the rest may have mistakes too.',
  confidence:
    'The mean probability of the mask is low. That is so where the contrast is poor, the head moved, or the anatomy is unlike that of the training cases.',
  anisotropy:
    'The networks work on voxels of 1 mm. Between thick slices they see an interpolated image.',
  blur: 'There is less fine detail than in a sharp scan, as when the head moved, or the scan was smoothed. Borders are then guessed; a repeated scan is better.',
  asymmetry:
    'The sides of one head mostly differ by little. A large difference may be disease, or a mistake in one of the masks.'
}
