// The tree of RFC 6962 (7.2). In: leaf hashes, proofs. Out: roots, and whether a proof holds.

import { same } from './cbor.mjs'
import { sha256 } from './signed.mjs'

export const leaf = (bytes) => sha256([0], bytes)
const node = (left, right) => sha256([1], left, right)

/** RFC 6962, 2.1. */
export function root (leaves) {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return leaves[0]
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return node(root(leaves.slice(0, split)), root(leaves.slice(split)))
}

/** RFC 9162, 2.1.3.2. */
export function proves (hash, index, size, proof, wanted) {
  if (index >= size) return false
  let [at, last, found] = [BigInt(index), BigInt(size) - 1n, hash]
  for (const step of proof) {
    if (last === 0n) return false
    if (at % 2n === 1n || at === last) {
      found = node(step, found)
      while (at % 2n === 0n && at !== 0n) [at, last] = [at >> 1n, last >> 1n]
    } else {
      found = node(found, step)
    }
    [at, last] = [at >> 1n, last >> 1n]
  }
  return last === 0n && same(found, wanted)
}

/** The audit path of a leaf (RFC 6962, 2.1.1), from the lowest hash to the highest. */
export function path (leaves, index) {
  if (leaves.length <= 1) return []
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return index < split ? [...path(left, index), root(right)] : [...path(right, index - split), root(left)]
}
