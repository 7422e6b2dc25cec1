// Keys and signed objects (1, 3.3 to 3.5). In: seeds, keys, bodies. Out: objects that hold, or Refused.

import { createHash, createPrivateKey, createPublicKey, hkdfSync, sign, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { base32 } from 'multiformats/bases/base32'
import { base58btc } from 'multiformats/bases/base58'
import { concat, decode, encode, Refused } from './cbor.mjs'

const OBJECT_BYTES = 196608
const DOMAIN = Buffer.from('regie signature 1\0')
// RFC 8410: what stands before 32 bytes in the DER of a private and of a public key.
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex')

export const sha256 = (...parts) => new Uint8Array(createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest())

export class Key {
  constructor (seed) {
    this.seed = new Uint8Array(seed)
    this.secret = createPrivateKey({ key: Buffer.concat([PRIVATE, this.seed]), format: 'der', type: 'pkcs8' })
    this.public = new Uint8Array(createPublicKey(this.secret).export({ format: 'der', type: 'spki' }).subarray(-32))
  }

  get did () { return did(this.public) }

  /** Signs a body as it is, whatever stands in it. */
  signBody (body) {
    return { body, signature: new Uint8Array(sign(null, Buffer.concat([DOMAIN, body]), this.secret)) }
  }

  /** Signs `[tag, value]`. */
  sign (tag, value) {
    return this.signBody(encode([tag, value]))
  }
}

/** The person's key for one supplier (1.4). */
export function pairwise (root, supplier, generation = 0) {
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(generation)
  const info = Buffer.concat([Buffer.from('regie pairwise key 1\0'), supplier, counter])
  return new Key(new Uint8Array(hkdfSync('sha256', root, new Uint8Array(0), info, 32)))
}

export const did = (key) => `did:key:${base58btc.encode(concat([0xed, 0x01], key))}`
export const undid = (text) => base58btc.decode(text.replace(/^did:key:/, '')).subarray(2)

/** The name of an object: CIDv1, dag-cbor, sha2-256, base32 (3.4). */
export const idOf = (body) => base32.encode(concat([0x01, 0x71, 0x12, 0x20], sha256(body)))

/** May these 32 bytes be a key at all (1.1)? */
export function isKey (bytes) {
  return bytes.length === 32 && isPoint(bytes)
}

function isPoint (bytes) {
  try {
    return !ed25519.Point.fromBytes(bytes, false).isSmallOrder()
  } catch {
    return false
  }
}

/** Strict, without a cofactor (1.1). */
export function holds (key, message, signature) {
  if (signature.length !== 64 || !isPoint(key) || !isPoint(signature.subarray(0, 32))) return false
  const parsed = createPublicKey({ key: Buffer.concat([PUBLIC, key]), format: 'der', type: 'spki' })
  return verify(null, message, parsed, signature)
}

/** Who has to have signed an object: the first key that its rule names so. */
const SIGNERS = {
  request: 'supplier', grant: 'issuer', delegation: 'delegator', profile: 'supplier', pairing: 'person', resumption: 'person',
  alternative: 'supplier', acceptance: 'supplier', renewal: 'person', rotation: 'supplier', disclosure: 'person',
  acknowledgement: 'supplier', revocation: 'person', 'erasure-receipt': 'supplier', item: 'supplier',
  segment: 'supplier', helper: 'helper', membership: 'person', 'count-report': 'person', 'tally-report': 'person',
  act: 'person', 'act-receipt': 'supplier', 'act-answer': 'supplier',
  intent: 'key', withdrawal: 'key', offer: 'supplier', 'take-up': 'person', 'tree-head': 'key'
}

/** Opens a signed object: size, tag, form, signature, in this order (3.5). */
export function open (types, name, signed) {
  const { body, signature } = signed
  if (!(signature instanceof Uint8Array) || signature.length !== 64) throw new Refused('malformed', 'not a signature')
  if (body.length > OBJECT_BYTES) throw new Refused('malformed', 'above the bound for a body')
  let found
  try {
    found = tagOf(body)
  } catch {
    throw new Refused('malformed', 'no tag')
  }
  const [type, version] = found.split('/', 2)
  if (type !== `regie.${name}` || version === undefined) throw new Refused('malformed', `a ${found}`)
  if (version !== '1') throw new Refused('unknown_version', `a ${found}`)
  const [, value] = types.check(name, decode(body))
  everyKey(types, name, value)
  if (!holds(value[SIGNERS[name]], Buffer.concat([DOMAIN, body]), signature)) {
    throw new Refused('bad_signature', name)
  }
  return { id: idOf(body), value, signer: value[SIGNERS[name]] }
}

/** The tag is read before anything behind it: another version may have another form. */
function tagOf (body) {
  if (body[0] !== 0x82) throw new Error('not a list of two')
  const [length, at] = body[1] >= 0x60 && body[1] <= 0x77 ? [body[1] - 0x60, 2] : body[1] === 0x78 && body[2] > 23 ? [body[2], 3] : []
  if (length === undefined || body.length < at + length) throw new Error('no text')
  return new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(at, at + length))
}

/** Keys that are no points are refused when they are read (1.1). */
const KEYS = ['supplier', 'person', 'issuer', 'audience', 'delegator', 'follows', 'next', 'key', 'board', 'helper', 'processor']

function everyKey (types, name, value) {
  for (const key of KEYS) {
    if (value[key] instanceof Uint8Array && value[key].length === 32 && !isKey(value[key])) {
      throw new Refused('malformed', `${name}.${key} is no key`)
    }
  }
}
