// Nodes in a state, as far as they decide whom they listen to: a person's node before a request, a notice or an item, and a
// companion before a pairing. In: the states of vectors files, and signed objects. Out: what is taken, or Refused.

import { bounds, need } from './bounds.mjs'
import { decode, hex, Refused, same, unhex } from './cbor.mjs'
import { chain, expand, live } from './grants.mjs'
import { did, idOf, Key, open, pairwise } from './signed.mjs'

const HOUR = 3600000
const CONTRACT = 'application/vnd.regie.contract+cbor'
const LEEWAY = 300000
const REQUESTS_PER_HOUR = 600
const REMEMBERED = 900000

/** A person's node (5.3, 6.3, 9.5, 11.3). */
export class Node {
  constructor (types, state, hexed) {
    Object.assign(this, { types, root: unhex(state.seed), relationships: new Map(), revoked: new Set() })
    Object.assign(this, { seen: new Map(), waiting: new Set(), items: new Set() })
    this.used = new Map((state.used ?? []).map((used) => [used.id, { ...used }]))
    for (const signed of state.revocations ?? []) this.revoked.add(open(types, 'revocation', hexed(signed)).value.grant)
    for (const relationship of state.relationships) {
      const supplier = open(types, 'profile', hexed(relationship.profile)).value.supplier
      const grants = new Map((relationship.grants ?? []).map((signed) => {
        const { id, value } = open(types, 'grant', hexed(signed))
        return [id, value]
      }))
      const me = pairwise(this.root, supplier).public
      const brought = new Set((relationship.mandates ?? []).map((links) => idOf(hexed(links.at(-1)).body)))
      this.relationships.set(did(supplier), { me, grants, brought, paused: relationship.paused === true, hour: null, count: 0 })
    }
  }

  /** Whose it is: signature, sender, relationship, receiver. What comes counts in its hour, taken or not. */
  #from (name, signed, from, count = () => {}) {
    const opened = open(this.types, name, signed)
    need(same(opened.signer, from), 'another sender', 'wrong_sender')
    const relationship = this.relationships.get(did(from))
    need(relationship !== undefined, 'no relationship', 'not_paired')
    count(relationship)
    need(same(opened.value.person, relationship.me), 'to another person', 'wrong_audience')
    return [opened, relationship]
  }

  acknowledgement (signed, from) {
    return this.#from('acknowledgement', signed, from)[0]
  }

  'erasure-receipt' (signed, from) {
    const [opened, { grants }] = this.#from('erasure-receipt', signed, from)
    const { grant, revocation } = opened.value
    need(grants.has(grant), 'of a grant that is none', 'wrong_audience')
    need(revocation === null || this.revoked.has(grant), 'of a grant that is not revoked', 'unexpected')
    return opened
  }

  item (signed, from, now) {
    const [opened, { grants, paused }] = this.#from('item', signed, from)
    const { id, grant, at, content } = opened.value
    need(!paused, 'paused', 'paused')
    meets(at, now)
    if (this.items.has(hex(id))) return opened
    const opens = grants.get(grant)
    need(typeof opens?.scope.access === 'object', 'no grant that opens a collection', 'not_granted')
    live([{ id: grant, value: opens }], now, this.revoked, this.used)
    bounds.item(opened.value)
    need((opens.scope.access.write === 'corrections') === (content.correction !== undefined), 'of another collection')
    if (content.document?.media_type === CONTRACT) {
      need(opens.scope.access.write === 'contracts', 'a contract elsewhere')
      need(content.document.body.length <= 4096, 'a contract that is too large')
      bounds.contract(this.types.check('contract', decode(content.document.body))[1], content.document.title)
    }
    this.items.add(hex(id))
    this.#use(grant, now)
    return opened
  }

  #use (id, now) {
    const before = this.used.get(id) ?? { in_all: 0, this_hour: 0, hour: now }
    const begins = now - before.hour >= HOUR
    this.used.set(id, { in_all: before.in_all + 1, this_hour: begins ? 1 : before.this_hour + 1, hour: begins ? now : before.hour })
  }

  request (signed, from, now) {
    const [opened, relationship] = this.#from('request', signed, from, (relationship) => {
      if (relationship.hour === null || now - relationship.hour >= HOUR) Object.assign(relationship, { hour: now, count: 0 })
      relationship.count += 1
    })
    const it = opened.value
    need(!relationship.paused, 'paused', 'paused')
    meets(it.at, now)
    const key = did(from) + hex(it.id)
    need(!this.seen.has(key), 'the id was used before', 'replayed')
    need(relationship.count <= REQUESTS_PER_HOUR, 'too many in this hour', 'rate_limited')
    bounds.request(it)
    // A request whose chains do not hold is refused as a whole, and its id was used all the same.
    this.seen.set(key, it.at)
    const shown = it.chains.map((chain) => this.#shown(chain, from, now))
    const own = [...relationship.grants.values()].map((value) => [{ value }])
    const covers = (links, field) => expand(links.at(-1).value.scope.fields).has(field)
    const fields = it.fields.filter((field) => this.types.list('field').includes(field))
    // What is released uses every link of its chain; a field that nothing covers may wait for the person, and then so does the id.
    for (const links of shown) if (fields.some((field) => covers(links, field))) links.forEach(({ id }) => this.#use(id, now))
    if (!fields.every((field) => [...shown, ...own].some((links) => covers(links, field)))) this.waiting.add(key)
    return opened
  }

  /** A chain that is shown is known (4.5), was brought to who shows it (4.8), and is live (4.6). */
  #shown (shown, from, now) {
    need(shown.links.length <= 4, 'too many links', 'too_large')
    const { id, value } = open(this.types, 'grant', shown.grant)
    const issued = this.relationships.get(did(value.audience))
    const links = chain(this.types, shown, issued?.me ?? pairwise(this.root, value.audience).public, from)
    need(issued?.grants.has(id) === true, 'a grant that the node does not know', 'revoked')
    const brought = links.length === 1 || this.relationships.get(did(from)).brought.has(links.at(-1).id)
    need(brought, 'a chain that the node did not bring', 'revoked')
    try {
      live(links, now, this.revoked, this.used)
    } catch (error) {
      // At its hourly bound it refuses the field, and not the request (5.5).
      if (error.code !== 'rate_limited') throw error
    }
    return links
  }

  /** Ids that are past the window are forgotten. */
  forget (now) {
    for (const [key, at] of this.seen) if (at + REMEMBERED < now && !this.waiting.has(key)) this.seen.delete(key)
  }
}

function meets (at, now) {
  const difference = BigInt(at) - BigInt(now)
  need(difference <= BigInt(LEEWAY) && difference >= -BigInt(LEEWAY), 'another time', 'clock_skew')
}

/** A companion before pairings (2.4). */
export class Door {
  constructor (types, state, hexed) {
    Object.assign(this, { types, key: new Key(unhex(state.secret)).public })
    this.agreements = open(types, 'profile', hexed(state.profile)).value.agreements
    this.invites = new Map((state.invites ?? []).map(({ id, uses, expires }) => [id, { uses, expires }]))
    this.customers = new Set((state.customers ?? []).map(({ person }) => person))
  }

  pairing (signed, from, now) {
    const opened = open(this.types, 'pairing', signed)
    const it = opened.value
    need(same(opened.signer, from), 'another sender', 'wrong_sender')
    need(same(it.supplier, this.key), 'for another', 'wrong_audience')
    meets(it.at, now)
    if (this.customers.has(did(from))) return opened
    const invite = this.invites.get(hex(it.invitation))
    need(invite !== undefined && now < invite.expires && invite.uses !== 0, 'no good invitation', 'bad_invitation')
    if (!this.agreements.includes(it.proffer)) {
      const family = this.agreements.some((code) => code.split('-')[0] === it.proffer.split('-')[0])
      throw new Refused(family && it.alternative === null ? 'alternative' : 'declined', it.proffer)
    }
    if (typeof invite.uses === 'number') invite.uses -= 1
    this.customers.add(did(from))
    return opened
  }
}
