// One case of a vectors file, as protocol/vectors/README.md says that it is checked. In: the case. Out: `ok` with the id, or
// Refused. What a person's node answers to each field of a request is not held: that would be a whole node.

import { bounds, need } from './bounds.mjs'
import { Refused, same, unhex } from './cbor.mjs'
import { Company } from './company.mjs'
import { chain, live, noLooser } from './grants.mjs'
import { leaf, root } from './merkle.mjs'
import { Door, Node } from './states.mjs'
import { isKey, Key, open, pairwise, undid } from './signed.mjs'

export function caseOf (types, file, one, bytesOf) {
  const hexed = (signed) => ({ body: bytesOf(signed.body), signature: unhex(signed.signature ?? '') })
  const context = { types, file, one, bytesOf, hexed }
  const checker = CHECKERS[file.object]
  if (checker === undefined) throw new Error(`no checker for ${file.object}`)
  return { code: 'ok', ...checker(context) }
}

/** The object of the case, opened. */
function opened ({ types, file, one, hexed }) {
  return open(types, file.object, hexed(one))
}

/** Checked by itself: object, bounds. */
function alone (context) {
  const { id, value } = opened(context)
  bounds[context.file.object]?.(value)
  if (context.file.object === 'segment' && value.tally) {
    const card = open(context.types, 'helper', value.tally.helper)
    bounds.helper(card.value)
    need(!same(card.value.helper, value.supplier), 'its own helper')
  }
  return { id }
}

/** Taken by a node in a state, after what comes before the case. What each field of a request is answered with is not held. */
function inState (make, names) {
  return ({ types, file, one, hexed }) => {
    const node = make(types, file, one, hexed)
    for (const step of one.before ?? []) {
      for (let times = step.times ?? 1; times > 0; times--) {
        const found = outcome(() => node[names[step.message]](hexed(step), undid(step.from), step.now))
        if (found !== step.expect) throw new Refused(found, `before the case, where ${step.expect} was expected`)
      }
    }
    if (one.forget) node.forget(one.now)
    return node[file.object](hexed(one), undid(one.from), one.now)
  }
}

const person = inState((types, file, one, hexed) => new Node(types, file.persons[one.state], hexed),
  { request: 'request', acknowledge: 'acknowledgement', erased: 'erasure-receipt', put: 'item' })
const door = inState((types, file, one, hexed) => new Door(types, file.suppliers[one.state], hexed), { pair: 'pairing' })

function grants ({ types, one, hexed }) {
  const [grant, ...links] = one.chain?.map(hexed) ?? [hexed(one)]
  const found = chain(types, { grant, links }, undid(one.person), undid(one.holder))
  live(found, one.now, new Set(one.revoked), new Map((one.used ?? []).map((used) => [used.id, used])))
  return { id: found.at(-1).id }
}

function profile (context) {
  const { id, value, signer } = opened(context)
  need(same(signer, undid(context.one.from)), 'another shows it', 'wrong_sender')
  bounds.profile(value)
  return { id }
}

/** What answers a pairing: it names this pairing, and an agreement as it may be. */
function answer (fits) {
  return (context) => {
    const { types, one, hexed } = context
    const { id, value, signer } = opened(context)
    need(same(signer, undid(one.from)), 'another shows it', 'wrong_sender')
    const pairing = open(types, 'pairing', hexed(one.pairing))
    const key = pairwise(unhex(one.key), undid(one.from)).public
    const names = same(value.person, key) && value.pairing === pairing.id
    need(names && fits(value.agreement, pairing.value), 'not as proffered', 'not_as_proffered')
    return { id }
  }
}

function treeHead (context) {
  const { one, bytesOf } = context
  const { id, value, signer } = opened(context)
  need(same(signer, undid(one.from)), 'another key', 'wrong_sender')
  const leaves = one.leaves?.map((bytes) => leaf(bytesOf(bytes)))
  need(leaves === undefined || (value.size === leaves.length && same(value.root, root(leaves))), 'another log', 'log_differs')
  return { id }
}

function ed25519 ({ types, one, hexed }) {
  need((one.key_expect === 'ok') === isKey(unhex(one.key)), `the key is ${one.key_expect}`, 'wrong key')
  return { id: open(types, 'tree-head', hexed(one)).id }
}

function rotation (context) {
  const { id, value } = opened(context)
  need(same(value.follows, undid(context.one.from)), 'of another key', 'broken_chain')
  need(!same(value.supplier, value.follows), 'a key that was there before', 'broken_chain')
  need(same(value.supplier, undid(context.one.holder)), 'not the one that was committed to', 'wrong_sender')
  return { id }
}

/** A companion in a state, after what comes before the case. */
function companion (take) {
  return ({ types, file, one, hexed }) => {
    const state = file.suppliers[one.state]
    const company = new Company(types, new Key(unhex(state.secret)).public)
    state.customers?.forEach(({ person, agreement }) => company.admit(undid(person), agreement))
    for (const step of one.before ?? []) {
      const signed = hexed(step)
      const from = undid(step.from)
      for (let times = step.times ?? 1; times > 0; times--) {
        const found = outcome(() => step.message === 'revoke' ? company.revocation(signed, from) : company.disclosure(signed, from))
        if (found !== step.expect) throw new Refused(found, `before the case, where ${step.expect} was expected`)
      }
    }
    const held = () => [...company.customers.get(one.from)?.held.keys() ?? []]
    const { opened } = take(company, hexed(one), undid(one.from))
    if (one.held !== undefined) need(held().sort().join() === one.held.join(), `held: ${held()}`, 'other fields')
    return { id: opened.id }
  }
}

function outcome (does) {
  try {
    does()
    return 'ok'
  } catch (error) {
    if (error instanceof Refused) return error.code
    throw error
  }
}

const CHECKERS = {
  grant: grants,
  'delegation-chain': grants,
  profile,
  acceptance: answer((agreement, pairing) => noLooser(agreement, pairing.proffer)),
  alternative: answer((_, pairing) => pairing.alternative === null),
  'tree-head': treeHead,
  ed25519,
  rotation,
  disclosure: companion((company, signed, from) => company.disclosure(signed, from)),
  revocation: companion((company, signed, from) => company.revocation(signed, from)),
  pairing: door,
  request: person,
  acknowledgement: person,
  'erasure-receipt': person,
  item: person,
  renewal: alone,
  segment: alone,
  membership: alone,
  'count-report': alone,
  'tally-report': alone,
  helper: alone,
  act: alone,
  'act-receipt': alone,
  'act-answer': alone,
  intent: alone,
  withdrawal: alone,
  offer: alone,
  'take-up': alone
}

