// The log that a person's node keeps of one relationship (7). In: events. Out: entries that are proven, and what shows that the
// log only grew.

import { randomBytes } from 'node:crypto'
import { encode } from './cbor.mjs'
import { leaf, path, root } from './merkle.mjs'
import { sha256 } from './signed.mjs'

const HOUR = 3600000
const DAY = 24 * HOUR

export const nonce = () => new Uint8Array(randomBytes(16))
export const hour = (at) => at - at % HOUR

/** A value as it leaves (5.6): observed on the day of the answer. */
export const observed = (value, at) => ({ value, provenance: 'typed', observed: at - at % DAY })

export class Log {
  constructor () {
    this.leaves = []
    /** How far the supplier signed for it. */
    this.signedFor = 0
    this.epoch = 0
  }

  append (event, at = Date.now()) {
    const entry = encode({ at: hour(at), salt: nonce(), event })
    this.leaves.push(leaf(entry))
    return entry
  }

  /** An entry that is the newest, its proof, and the leaves before it back to what was signed for. */
  proven (event, at) {
    const entry = this.append(event, at)
    const size = this.leaves.length
    const proof = path(this.leaves, size - 1)
    return {
      entry: { entry, index: size - 1, size, root: root(this.leaves), proof },
      epoch: this.epoch,
      grown: this.leaves.slice(this.signedFor, size - 1)
    }
  }
}

/**
 * A disclosure before it is signed. `answers` has for each path `{ value, grant }`, `absent`, `asked` or `{ refused }`; it comes out
 * with salts and commitments, and with the log's entry that says the same.
 */
export function disclosure (log, { person, supplier, request, answers, grants = [], at = Date.now() }) {
  const told = {}
  const answered = { request, released: {}, absent: [], asked: {}, refused: {} }
  for (const [field, answer] of Object.entries(answers)) {
    if (answer === 'absent') answered.absent.push(field)
    else if (answer === 'asked') answered.asked[field] = 'rule'
    else if (answer.refused) answered.refused[field] = answer.refused
    else {
      const [seen, salt] = [observed(answer.value, at), nonce()]
      const commitment = sha256(Buffer.from('regie commitment 1\0'), salt, encode(seen))
      answered.released[field] = { grant: answer.grant, commitment }
      told[field] = { value: { observed: seen, grant: answer.grant, salt } }
      continue
    }
    told[field] = answer
  }
  answered.absent.sort()
  return { person, supplier, request, at, answers: told, grants, ...log.proven({ answered }, at) }
}
