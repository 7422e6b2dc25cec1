// Strict DAG-CBOR (3.1). In: values or bytes. Out: bytes, or a value that encodes to exactly the bytes that came.

import * as dagCbor from '@ipld/dag-cbor'
import { Refused } from './refused.mjs'

export { Refused }

export const hex = (bytes) => Buffer.from(bytes).toString('hex')
export const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'))
export const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0
export const concat = (...parts) => new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))))

export const encode = (value) => dagCbor.encode(value)

export function decode (bytes) {
  let value
  try {
    value = dagCbor.decode(bytes)
  } catch (error) {
    throw new Refused('malformed', error.message)
  }
  if (!same(encode(value), bytes)) throw new Refused('malformed', 'not in canonical form')
  return value
}
