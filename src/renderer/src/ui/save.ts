/** Hands bytes to the user as a file: the browser's download, or Electron's save dialog. */
export function saveBytes(bytes: Uint8Array<ArrayBuffer>, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  // The download has begun only after this turn of the event loop.
  setTimeout(() => {
    URL.revokeObjectURL(url)
  }, 60_000)
}
