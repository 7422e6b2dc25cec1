// Signed notes, checkpoints and cosignatures, and the rule of a witness, from the specifications of C2SP alone
// (signed-note, tlog-checkpoint, tlog-cosignature, tlog-witness). In: text. Out: what holds of it, or why it is refused.

import { createHash, createPublicKey, verify } from 'node:crypto'
import { Refused } from './refused.mjs'

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const refuse = (code, why) => { throw new Refused(code, why) }

/** Base64 in its one spelling. */
function base64 (text) {
  const bytes = Buffer.from(text, 'base64')
  if (text === '' || bytes.toString('base64') !== text) refuse('malformed', 'not base64')
  return bytes
}

/** `NAME+ID+KEY` of an ed25519 key. */
export function vkey (text) {
  const found = /^([^+\s]+)\+([0-9a-f]{8})\+(.*)$/u.exec(text) ?? refuse('malformed', 'not a verifier key')
  const [, name, id, encoded] = found
  const bytes = base64(encoded)
  const [kind, raw] = [bytes[0], bytes.subarray(1)]
  if (![1, 4].includes(kind) || raw.length !== 32) refuse('malformed', 'not an ed25519 key')
  const wanted = sha256(name, '\n', bytes).subarray(0, 4).toString('hex')
  if (wanted !== id) refuse('malformed', `the id is ${wanted}`)
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' })
  return { name, id, kind, key }
}

export function note (text) {
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) refuse('malformed', 'control characters')
  const end = text.lastIndexOf('\n\n')
  if (end < 0 || !text.endsWith('\n') || end + 2 >= text.length) refuse('malformed', 'no signatures')
  const lines = text.slice(end + 2, -1).split('\n').map((line) => {
    const found = /^\u2014 ([^+\s]+) (\S+)$/u.exec(line) ?? refuse('malformed', `a line: ${line}`)
    const bytes = base64(found[2])
    if (bytes.length < 5) refuse('malformed', 'a short signature')
    return { name: found[1], id: bytes.subarray(0, 4).toString('hex'), signature: bytes.subarray(4), line: `${line}\n` }
  })
  return { text: text.slice(0, end + 1), lines }
}

/** The signatures of a key under a note; each of them has to hold. For a cosignature, its time. */
export function signatures ({ text, lines }, known) {
  return lines.filter(({ name, id }) => name === known.name && id === known.id).map(({ signature, line }) => {
    let [signed, bytes, at] = [text, signature]
    if (known.kind === 4) {
      at = Number(signature.readBigUInt64BE())
      signed = `cosignature/v1\ntime ${at}\n${text}`
      bytes = signature.subarray(8)
      if (at === 0) refuse('not_signed', 'no time')
    }
    if (bytes.length !== 64 || !verify(null, Buffer.from(signed), known.key, bytes)) refuse('not_signed', 'a signature does not hold')
    return { line, at }
  })
}

function size (text) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) refuse('malformed', `a size: ${text}`)
  const number = BigInt(text)
  if (number >= 2n ** 63n) refuse('malformed', 'a size beyond 2^63')
  return number
}

function hash (text) {
  const bytes = base64(text)
  return bytes.length === 32 ? bytes : refuse('malformed', 'a hash of another length')
}

export function checkpoint (text) {
  const lines = text.slice(0, -1).split('\n')
  if (lines.length < 3 || lines.some((line) => line === '')) refuse('malformed', 'not a checkpoint')
  return { origin: lines[0], size: size(lines[1]), root: hash(lines[2]) }
}

/** RFC 9162, 2.1.4.2: does the proof lead from the one tree to the other? */
function grew (from, earlier, to, root, proof) {
  if (from === 0n) return proof.length === 0
  if (from === to) return proof.length === 0 && earlier.equals(root)
  const path = [...proof]
  if ((from & (from - 1n)) === 0n) path.unshift(earlier)
  if (path.length === 0) return false
  let [fn, sn] = [from - 1n, to - 1n]
  while (fn & 1n) [fn, sn] = [fn >> 1n, sn >> 1n]
  let [fr, sr] = [path[0], path[0]]
  for (const c of path.slice(1)) {
    if (sn === 0n) return false
    if ((fn & 1n) === 1n || fn === sn) {
      [fr, sr] = [sha256(Buffer.of(1), c, fr), sha256(Buffer.of(1), c, sr)]
      while ((fn & 1n) === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n]
    } else sr = sha256(Buffer.of(1), sr, c)
    ;[fn, sn] = [fn >> 1n, sn >> 1n]
  }
  return sn === 0n && fr.equals(earlier) && sr.equals(root)
}

/** What a witness does with a question: the head that it cosigns, or a refusal. */
export function weigh (request, log, before) {
  const at = request.indexOf('\n\n')
  if (at < 0) refuse('malformed', 'no checkpoint')
  const [first, ...hashes] = request.slice(0, at).split('\n')
  if (!first.startsWith('old ') || hashes.length > 63) refuse('malformed', 'not a question')
  const [old, proof] = [size(first.slice(4)), hashes.map(hash)]
  const read = note(request.slice(at + 2))
  const head = checkpoint(read.text)
  if (head.origin !== log.name) refuse('unknown_log', head.origin)
  if (signatures(read, log).length === 0) refuse('not_signed', 'no signature of the log')
  if (old > head.size) refuse('malformed', 'older than it is')
  const [held, root] = before ?? [0n, sha256('')]
  if (old !== BigInt(held)) refuse('conflict', String(held))
  if (head.size === 0n && !head.root.equals(sha256(''))) refuse('not_grown', 'an empty tree has one root')
  if (!grew(old, root, head.size, head.root, proof)) refuse('not_grown', 'the proof does not lead there')
  return { ...head, text: read.text }
}
