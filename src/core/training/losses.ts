import * as tf from '@tensorflow/tfjs-core'

export const LOSSES = ['dice', 'cross-entropy', 'dice+cross-entropy'] as const
export type LossKind = (typeof LOSSES)[number]

/** Keeps the Dice of an absent structure defined. */
const DICE_SMOOTH = 1

/**
 * Mean cross-entropy over all voxels.
 *
 * @param logProbabilities [M, K]
 * @param target one-hot [M, K]
 */
export function crossEntropy(logProbabilities: tf.Tensor2D, target: tf.Tensor2D): tf.Scalar {
  return tf.neg(tf.div(tf.sum(tf.mul(logProbabilities, target)), target.shape[0])) as tf.Scalar
}

/**
 * 1 − soft Dice, the mean over all classes but the first (background), sums taken over the whole batch (Milletari et al. 2016, with
 * plain sums in the denominator).
 *
 * @param probabilities [M, K]
 * @param target one-hot [M, K]
 */
export function softDiceLoss(probabilities: tf.Tensor2D, target: tf.Tensor2D): tf.Scalar {
  const classes = probabilities.shape[1]
  const foreground = (x: tf.Tensor): tf.Tensor => tf.slice1d(x as tf.Tensor1D, 1, classes - 1)
  const overlap = foreground(tf.sum(tf.mul(probabilities, target), 0))
  const sizes = foreground(tf.add(tf.sum(probabilities, 0), tf.sum(target, 0)))
  const dice = tf.div(tf.add(tf.mul(overlap, 2), DICE_SMOOTH), tf.add(sizes, DICE_SMOOTH))
  return tf.sub(1, tf.mean(dice)) as tf.Scalar
}

/** The loss of logits [N, D, H, W, K] against one-hot targets [M, K], M = N·D·H·W. */
export function segmentationLoss(
  kind: LossKind,
  logits: tf.Tensor5D,
  target: tf.Tensor2D
): tf.Scalar {
  const flat = tf.reshape(logits, [-1, logits.shape[4]]) as tf.Tensor2D
  const logProbabilities = tf.logSoftmax(flat) as tf.Tensor2D
  const terms: tf.Scalar[] = []
  if (kind !== 'dice') terms.push(crossEntropy(logProbabilities, target))
  if (kind !== 'cross-entropy') {
    terms.push(softDiceLoss(tf.exp(logProbabilities) as tf.Tensor2D, target))
  }
  return terms.reduce((sum, term) => tf.add(sum, term))
}

/** What a batch should have been. */
export interface BatchTarget {
  /** int32 [N·D·H·W]; in a whole-only sample 0 is background and whatever else is hippocampus. */
  labels: tf.Tensor1D
  /** Of each of the N samples: whether its labels know only the whole hippocampus. */
  wholeOnly: readonly boolean[]
}

/**
 * The loss of a batch, sample by sample as its labels allow: where they know only the whole hippocampus, both terms are of two classes,
 * background and the summed probability of all parts. The two kinds of samples count by their number.
 *
 * @param logits [N, D, H, W, K]
 */
export function batchLoss(
  kind: LossKind,
  logits: tf.Tensor5D,
  { labels, wholeOnly }: BatchTarget
): tf.Scalar {
  const samples = wholeOnly.length
  const classes = logits.shape[4]
  const ofParts = (x: tf.Tensor5D, y: tf.Tensor1D): tf.Scalar =>
    segmentationLoss(kind, x, oneHot(y, classes))
  const ofWhole = (x: tf.Tensor5D, y: tf.Tensor1D): tf.Scalar =>
    segmentationLoss(kind, wholeLogits(x), oneHot(tf.cast(tf.greater(y, 0), 'int32'), 2))
  const some = wholeOnly.flatMap((whole, n) => (whole ? [n] : []))
  if (some.length === 0) return ofParts(logits, labels)
  if (some.length === samples) return ofWhole(logits, labels)
  const others = wholeOnly.flatMap((whole, n) => (whole ? [] : [n]))
  const bySample = tf.reshape(labels, [samples, -1]) as tf.Tensor2D
  // Slices and not tf.gather, which has no gradient on wasm.
  const rows = <T extends tf.Tensor>(x: T, which: number[]): T =>
    tf.concat(which.map((n) => tf.slice(x, n, 1)))
  const share = (loss: typeof ofParts, which: number[]): tf.Scalar => {
    const x = rows(logits, which)
    const y = tf.reshape(rows(bySample, which), [-1]) as tf.Tensor1D
    return tf.mul(loss(x, y), which.length / samples)
  }
  return tf.add(share(ofParts, others), share(ofWhole, some))
}

/** Logits [N, D, H, W, 2] of background and of all other classes together: their softmax sums the probabilities. */
function wholeLogits(logits: tf.Tensor5D): tf.Tensor5D {
  const classes = logits.shape[4]
  const background = tf.slice(logits, [0, 0, 0, 0, 0], [-1, -1, -1, -1, 1])
  const parts = tf.slice(logits, [0, 0, 0, 0, 1], [-1, -1, -1, -1, classes - 1])
  return tf.concat([background, tf.logSumExp(parts, -1, true) as tf.Tensor5D], -1)
}

function oneHot(labels: tf.Tensor1D, classes: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D
}

/**
 * Distillation: Kullback-Leibler divergence of the student from the teacher, mean over voxels (Hinton et al. 2015, temperature 1). The teacher is a
 * constant.
 *
 * @param logits the student's, [N, D, H, W, K]
 * @param teacher the teacher's, the same shape
 */
export function distillationLoss(logits: tf.Tensor5D, teacher: tf.Tensor5D): tf.Scalar {
  const flatten = (x: tf.Tensor5D): tf.Tensor2D => tf.reshape(x, [-1, x.shape[4]])
  const student = tf.logSoftmax(flatten(logits))
  const reference = tf.logSoftmax(flatten(teacher))
  const terms = tf.mul(tf.exp(reference), tf.sub(reference, student))
  return tf.div(tf.sum(terms), terms.shape[0]!) as tf.Scalar
}
