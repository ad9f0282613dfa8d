/** 0 where two label maps agree, 1 labelled in a alone, 2 in b alone, 3 in both but with another label. */
export function differenceOf(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length)
  for (let n = 0; n < a.length; n++) {
    if (a[n] === b[n]) continue
    out[n] = b[n] === 0 ? 1 : a[n] === 0 ? 2 : 3
  }
  return out
}
