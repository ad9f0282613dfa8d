/** Seconds for who waits: `12 s`, `4 min`, `1 h 20 min`, rounded to what an estimate is good for. */
export function longTimeText(seconds: number): string {
  if (seconds < 55) return `${String(Math.max(1, Math.round(seconds)))} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${String(Math.max(1, minutes))} min`
  const tens = seconds < 6 * 3600 ? 5 : 10
  const rounded = Math.round(minutes / tens) * tens
  const [hours, rest] = [Math.floor(rounded / 60), rounded % 60]
  return rest === 0 ? `${String(hours)} h` : `${String(hours)} h ${String(rest)} min`
}
