/** Probabilities from logits, `classes` per voxel, innermost. */
export function softmaxChannels(logits: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length)
  for (let at = 0; at < logits.length; at += classes) {
    let highest = -Infinity
    for (let k = 0; k < classes; k++) highest = Math.max(highest, logits[at + k]!)
    let sum = 0
    for (let k = 0; k < classes; k++) {
      sum += probabilities[at + k] = Math.exp(logits[at + k]! - highest)
    }
    for (let k = 0; k < classes; k++) probabilities[at + k] = probabilities[at + k]! / sum
  }
  return probabilities
}
