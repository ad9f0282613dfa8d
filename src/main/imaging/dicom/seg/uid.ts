import { randomUUID } from 'node:crypto'

/** A new UID: 2.25 and a random UUID as a number, for which nobody needs to register (PS3.5 B.2). */
export function newUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`
}
