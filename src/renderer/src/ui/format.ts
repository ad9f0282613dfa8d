/** A volume in mm³ as `1,748`; the unit is the caller's. */
export function volumeText(mm3: number): string {
  return Math.round(mm3).toLocaleString('en')
}

/** Volumes of both sides in mm³ as `L 1,748 R 1,802`; a side that is not known is left out. */
export function sidesText({ left, right }: { left: number | null; right: number | null }): string {
  const parts = [
    left === null ? '' : `L ${volumeText(left)}`,
    right === null ? '' : `R ${volumeText(right)}`
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** Seconds as `0.8 s`, `12 s` or `3 min 05 s`. */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${String(whole)} s`
  return `${String(Math.floor(whole / 60))} min ${String(whole % 60).padStart(2, '0')} s`
}

/** A large count with a prefix: 1.24 G, 56.0 M. */
export function countText(count: number): string {
  const prefixes = ['', 'k', 'M', 'G', 'T']
  let value = count
  let step = 0
  while (value >= 1000 && step < prefixes.length - 1) {
    value /= 1000
    step++
  }
  const digits = step === 0 ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${prefixes[step] ?? ''}`.trim()
}

export function percentText(fraction: number, digits = 1): string {
  return `${(fraction * 100).toFixed(digits)} %`
}

/** Bytes as `48.2 kB`. */
export function bytesText(bytes: number): string {
  return bytes < 1000 ? `${String(bytes)} B` : `${countText(bytes)}B`
}

/** When something was, in the user's own zone: time of day for today, date and time else. */
export function momentText(iso: string, now = new Date()): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  if (date.toDateString() === now.toDateString()) return `today ${time}`
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
  return `${day} ${time}`
}

/** An energy in mJ to three digits: `1.43 mJ`, `19.1 mJ`. */
export function energyText(millijoule: number): string {
  return `${String(Number(millijoule.toPrecision(3)))} mJ`
}
