/** Scalars at one step of a run. */
export interface ScalarEvent {
  step: number
  /** Seconds since 1970. */
  wallTime: number
  values: Record<string, number>
}

/**
 * A TensorBoard event file: TFRecords (length, masked CRC, payload, masked CRC) of Event messages (tensorflow/core/util/event.proto), of which
 * this writes wall_time (1, double), step (2, int64), file_version (3, string) and summary (5) with simple values.
 */
export function tensorboardFile(events: readonly ScalarEvent[]): Buffer {
  const first = events[0]?.wallTime ?? 0
  const version = Buffer.concat([
    doubleField(1, first),
    bytesField(3, Buffer.from('brain.Event:2'))
  ])
  return Buffer.concat([record(version), ...events.map((event) => record(eventMessage(event)))])
}

function eventMessage({ step, wallTime, values }: ScalarEvent): Buffer {
  const summary = Object.entries(values).map(([tag, value]) =>
    bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), floatField(2, value)]))
  )
  return Buffer.concat([
    doubleField(1, wallTime),
    varintField(2, step),
    bytesField(5, Buffer.concat(summary))
  ])
}

function record(payload: Buffer): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(payload.length))
  return Buffer.concat([length, maskedCrc(length), payload, maskedCrc(payload)])
}

/** Protocol buffers: wire type 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
function tag(field: number, wireType: number): Buffer {
  return varint((field << 3) | wireType)
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Buffer.from([...bytes, rest])
}

function varintField(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, 0), varint(value)])
}

function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([tag(field, 1), bytes])
}

function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([tag(field, 5), bytes])
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([tag(field, 2), varint(bytes.length), bytes])
}

const CRC32C_POLYNOMIAL = 0x82f63b78
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1
  return crc
})

/** CRC-32C (Castagnoli). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** TFRecord masks its checksums: rotate right by 15, add a constant. */
function maskedCrc(bytes: Buffer): Buffer {
  const crc = crc32c(bytes)
  const masked = Buffer.alloc(4)
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
  return masked
}
