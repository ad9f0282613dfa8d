/**
 * A colour of screens (sRGB, 0 to 255) as DICOM stores it: CIELab for the white of print (D50), each value as 16 bits
 * (PS3.3 C.10.7.1.1).
 */
export function cieLab(rgb: readonly [number, number, number]): [number, number, number] {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  // Adapted to D50 by Bradford's method, as ICC profiles of sRGB are.
  const x = (0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / 0.9642
  const y = 0.2225045 * r + 0.7168786 * g + 0.0606169 * b
  const z = (0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / 0.8249
  const [fx, fy, fz] = [x, y, z].map((value) =>
    value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116
  ) as [number, number, number]
  const sixteen = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 65535)
  return [
    sixteen((116 * fy - 16) / 100),
    sixteen((500 * (fx - fy) + 128) / 255),
    sixteen((200 * (fy - fz) + 128) / 255)
  ]
}
