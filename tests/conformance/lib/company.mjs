// What a company makes of what persons send it (5.6, 5.7, 6, 7.6): the part of a companion that a supplier of another make needs.
// In: signed objects and the key that is connected. Out: what is held and what is answered, or Refused.

import { decode, encode, Refused, same } from './cbor.mjs'
import { bounds, need } from './bounds.mjs'
import { expand, permits } from './grants.mjs'
import { leaf, proves, root } from './merkle.mjs'
import { did, open, sha256 } from './signed.mjs'

const WITNESSED_LEAVES = 256
const COMMITMENT = Buffer.from('regie commitment 1\0')

/** What a company knows of one person. */
class Customer {
  constructor () {
    this.grants = new Map()
    this.revoked = new Set()
    /** Field to what is held of it. */
    this.held = new Map()
    this.leaves = null
    this.size = 0
    this.epoch = 0
    this.gaps = 0
  }
}

export class Company {
  constructor (types, key) {
    Object.assign(this, { types, key, customers: new Map() })
  }

  /** A relationship under an agreement. */
  admit (person, agreement) {
    const customer = this.customers.get(did(person)) ?? new Customer()
    customer.agreement = agreement
    this.customers.set(did(person), customer)
    return customer
  }

  /** Whose a signed object is, in the order of clause 10. */
  #from (name, signed, from) {
    const opened = open(this.types, name, signed)
    bounds[name]?.(opened.value)
    need(same(opened.signer, from), 'another sender', 'wrong_sender')
    need(same(opened.value.supplier ?? opened.value.audience, this.key), 'for another', 'wrong_audience')
    const customer = this.customers.get(did(from))
    need(customer !== undefined, 'no relationship', 'not_paired')
    return [opened, customer]
  }

  disclosure (signed, from) {
    const [opened, customer] = this.#from('disclosure', signed, from)
    const it = opened.value
    const entry = said(this.types, it)
    // What is refused leaves nothing behind: all that can refuse it comes before the log is followed.
    const grants = it.grants.map((grant) => this.#granted(grant, from, customer))
    follows(it, customer)
    grants.forEach(({ id, value }) => customer.grants.set(id, value))
    this.#keep(it, customer)
    return { opened, entry }
  }

  grant (signed, from) {
    const customer = this.customers.get(did(from))
    need(customer !== undefined, 'no relationship', 'not_paired')
    const { id, value } = this.#granted(signed, from, customer)
    customer.grants.set(id, value)
    return id
  }

  /** A grant within its bounds (4.1) and the agreement (2.6). */
  #granted (signed, from, customer) {
    const opened = open(this.types, 'grant', signed)
    need(same(opened.signer, from), 'a grant of another person', 'wrong_sender')
    need(same(opened.value.audience, this.key), 'a grant for another', 'wrong_audience')
    bounds.grant(opened.value)
    need(permits(customer.agreement, opened.value.scope), 'outside the agreement', 'outside_agreement')
    return opened
  }

  /** Kept only under a grant that is held and not revoked (5.7), the later entry before the earlier (5.6). */
  #keep (it, customer) {
    for (const [field, answer] of Object.entries(it.answers)) {
      if (answer.value === undefined) continue
      const { observed, grant } = answer.value
      const before = customer.held.get(field)
      const later = before === undefined || it.epoch > before.epoch || (it.epoch === before.epoch && it.entry.index >= before.index)
      if (!customer.grants.has(grant) || customer.revoked.has(grant) || !later) continue
      if (!expand(customer.grants.get(grant).scope.fields).has(field)) continue
      customer.held.set(field, { value: observed.value, grant, epoch: it.epoch, index: it.entry.index })
    }
  }

  /** The fields that are erased come out, in the order of a set. */
  revocation (signed, from) {
    const [opened, customer] = this.#from('revocation', signed, from)
    const { grant, erase } = opened.value
    customer.revoked.add(grant)
    const ended = [...customer.held].filter(([, held]) => held.grant === grant).map(([field]) => field)
    if (erase) ended.forEach((field) => customer.held.delete(field))
    const order = this.types.list('field')
    return { opened, erased: erase ? ended.sort((a, b) => order.indexOf(a) - order.indexOf(b)) : null }
  }
}

/** The entry is proven, is the newest, and says what the answers say (5.7). */
function said (types, it) {
  need(Object.keys(it.answers).length <= 64 && it.grants.length <= 16, 'too much', 'too_large')
  const { entry: bytes, index, size, root: wanted, proof } = it.entry
  need(Number.isSafeInteger(index) && Number.isSafeInteger(size), 'no log is so long')
  need(index + 1 === size && it.grown.length <= Math.min(1024, index) && bytes.length <= 65536 && proof.length <= 64, 'not the newest entry')
  need(proves(leaf(bytes), index, size, proof, wanted), 'the entry is not proven')
  const entry = types.check('entry', decode(bytes))
  const { answered } = entry.event
  need(answered !== undefined, 'no answer')
  const { request, released, absent, asked, refused } = answered
  need(request === null ? it.request === null : it.request !== null && same(request, it.request), 'another request')
  const logged = Object.keys(released).length + absent.length + Object.keys(asked).length + Object.keys(refused).length
  need(logged === Object.keys(it.answers).length, 'another number of fields')
  for (const [field, answer] of Object.entries(it.answers)) {
    if (answer === 'absent') need(absent.includes(field), `${field} is not absent`)
    else if (answer === 'asked') need(Object.hasOwn(asked, field), `${field} is not asked`)
    else if (answer.refused !== undefined) need(refused[field] === answer.refused, `${field} is not so refused`)
    else {
      const { observed, grant, salt } = answer.value
      const commitment = sha256(COMMITMENT, salt, encode(observed))
      need(released[field]?.grant === grant && same(released[field].commitment, commitment), `${field} was not released so`)
    }
  }
  return entry
}

/** The log follows from what was witnessed (7.6). */
function follows (it, customer) {
  const { entry: bytes, size, root: wanted } = it.entry
  const own = [...it.grown, leaf(bytes)]
  const first = size - own.length
  if (it.epoch > customer.epoch) throw new Refused('forked', 'a branch that no resumption began')
  if (customer.leaves !== null && size <= customer.size) {
    // An earlier one that comes late: its root is the one that the witnessed log had, as far as leaves are kept.
    const kept = customer.leaves.length === customer.size && customer.size - size <= WITNESSED_LEAVES
    if (!kept) throw new Refused('unproven', 'longer ago than leaves are kept')
    if (!same(root(customer.leaves.slice(0, size)), wanted)) throw new Refused('forked', 'not what was witnessed')
    return
  }
  if (it.epoch < customer.epoch) throw new Refused('forked', 'a branch that was left')
  if (customer.leaves !== null) {
    const reaches = first <= customer.size && customer.leaves.length === customer.size
    if (!reaches) throw new Refused('unproven', 'the leaves do not reach back to what was witnessed')
    const all = [...customer.leaves, ...own.slice(customer.size - first)]
    if (!same(root(all), wanted)) throw new Refused('forked', 'it does not grow from what was witnessed')
    customer.leaves = all
  } else {
    // The first is taken as it is. All leaves are known where they reach back to the first.
    customer.leaves = first === 0 ? own : []
    if (first === 0 && !same(root(own), wanted)) throw new Refused('forked', 'not its own leaves')
  }
  customer.size = size
}
