import { describe, expect, it } from 'vitest'
import { crc32c, tensorboardFile } from '../../../../../src/main/engine/training/tensorboard'

/** CRC-32C bit by bit, as RFC 3720 defines it, without a table. */
function slowCrc(bytes: Uint8Array): number {
  let crc = 0xffffffffn
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n
  }
  return Number(crc ^ 0xffffffffn)
}

/** tensorflow/core/lib/hash/crc32c.h */
function masked(crc: number): number {
  const c = BigInt(crc)
  return Number((((c >> 15n) | (c << 17n)) + 0xa282ead8n) & 0xffffffffn)
}

/** The payloads of a file of TFRecords, with every checksum checked. */
function records(file: Buffer): Buffer[] {
  const payloads: Buffer[] = []
  let at = 0
  while (at < file.length) {
    const length = Number(file.readBigUInt64LE(at))
    expect(file.readUInt32LE(at + 8)).toBe(masked(slowCrc(file.subarray(at, at + 8))))
    const payload = file.subarray(at + 12, at + 12 + length)
    expect(payload).toHaveLength(length)
    expect(file.readUInt32LE(at + 12 + length)).toBe(masked(slowCrc(payload)))
    payloads.push(payload)
    at += 16 + length
  }
  expect(at).toBe(file.length)
  return payloads
}

type Value = number | bigint | Buffer

/** The fields of a protocol buffer, in order. */
function fields(message: Buffer): [number, Value][] {
  const found: [number, Value][] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const key = Number(varint())
    const field = key >> 3
    switch (key & 7) {
      case 0:
        found.push([field, varint()])
        break
      case 1:
        found.push([field, message.readDoubleLE(at)])
        at += 8
        break
      case 2: {
        const length = Number(varint())
        found.push([field, message.subarray(at, at + length)])
        at += length
        break
      }
      case 5:
        found.push([field, message.readFloatLE(at)])
        at += 4
        break
      default:
        throw new Error(`wire type of key ${key}`)
    }
  }
  return found
}

interface Event {
  wallTime: unknown
  step: unknown
  version: string | null
  values: Record<string, unknown>
}

/** tensorflow/core/util/event.proto: wall_time = 1, step = 2, file_version = 3, summary = 5. */
function eventOf(payload: Buffer): Event {
  const event: Event = { wallTime: null, step: null, version: null, values: {} }
  for (const [field, value] of fields(payload)) {
    if (field === 1) event.wallTime = value
    else if (field === 2) event.step = value
    else if (field === 3) event.version = (value as Buffer).toString()
    else if (field === 5) {
      for (const [part, summaryValue] of fields(value as Buffer)) {
        expect(part).toBe(1)
        // Summary.Value: tag = 1, simple_value = 2.
        const inner = new Map(fields(summaryValue as Buffer))
        event.values[(inner.get(1) as Buffer).toString()] = inner.get(2)
      }
    } else throw new Error(`field ${field}`)
  }
  return event
}

describe('crc32c', () => {
  it('has the check value of the standard, and those of RFC 3720', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
  })
})

describe('tensorboardFile', () => {
  it('is read back as it was written, by an independent parser', () => {
    const written = [
      { step: 1, wallTime: 1700000000.25, values: { loss: 1.5, 'validation/anterior': 0.875 } },
      { step: 300, wallTime: 1700000001.5, values: { loss: -0.5 } },
      { step: 5_000_000_000, wallTime: 1700000002, values: { 'längerer Name': 2 ** -20 } }
    ]
    const [version, ...events] = records(tensorboardFile(written)).map(eventOf)
    expect(version).toEqual({
      wallTime: 1700000000.25,
      step: null,
      version: 'brain.Event:2',
      values: {}
    })
    expect(events).toEqual(
      written.map(({ step, wallTime, values }) => ({
        wallTime,
        step: BigInt(step),
        version: null,
        values
      }))
    )
  })

  it('is a file with a version and nothing else before the first point', () => {
    const events = records(tensorboardFile([])).map(eventOf)
    expect(events).toEqual([{ wallTime: 0, step: null, version: 'brain.Event:2', values: {} }])
  })

  it('takes a message longer than one length byte can say', () => {
    const values = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`a/rather/long/name/${i}`, i] as const)
    )
    const [, event] = records(tensorboardFile([{ step: 1, wallTime: 0, values }])).map(eventOf)
    expect(event!.values).toEqual(values)
  })
})
