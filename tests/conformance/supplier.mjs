// Plays a supplier against a person's node. In: a file of commands (docs/contributing.md). Out: what held; it ends with an error
// where something does not.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { encode, same, Refused } from './lib/cbor.mjs'
import { Checks, until } from './lib/checks.mjs'
import { Company } from './lib/company.mjs'
import { chain, expand } from './lib/grants.mjs'
import { Hooks } from './lib/hooks.mjs'
import { nonce } from './lib/log.mjs'
import { main } from './lib/main.mjs'
import { leaf } from './lib/merkle.mjs'
import { Peer, parts } from './lib/peer.mjs'
import { did, idOf, Key, open } from './lib/signed.mjs'
import { types as read } from './vectors.mjs'

const HOUR = 3600000
const DAY = 24 * HOUR
const RULES = { sends: 'to-person', answers: 'person-reply', takes: 'to-supplier', replies: 'supplier-reply' }

/** A company at one address. What it shows can be spoilt, to see that the person's node goes no further. */
class Supplier {
  constructor (types, hooks, checks) {
    Object.assign(this, { types, hooks, checks, key: new Key(randomBytes(32)), heard: [], spoilt: null })
    this.next = new Key(randomBytes(32))
    this.rotations = []
    this.invitations = new Set()
    this.disclosures = []
    this.revocations = []
    this.company = new Company(types, this.key.public)
  }

  async listen (addresses) {
    const answer = (message, connection) => this.answer(message, connection)
    this.peer = await Peer.start(this.types, this.key, RULES, { listen: addresses, answer })
    this.opened = 0
    // The same at every hello: a pairing is sent where the profile is the one that was looked at (2.3).
    this.issued = Date.now()
    this.peer.node.addEventListener('connection:open', () => { this.opened += 1 })
  }

  /** Comes back at the same address, perhaps under another key. */
  async comeBack () {
    const { addresses } = this.peer
    await this.peer.stop()
    this.heard = []
    await this.listen(addresses)
  }

  signed (tag, value, key = this.key) { return key.sign(`regie.${tag}/1`, value) }

  profile () {
    return {
      supplier: this.key.public,
      name: 'Kit BV',
      sector: 'retail',
      domain: '',
      contact: 'kit@example.org',
      wishes: [{ fields: ['name.full'], purpose: 'DeliveryOfGoods', reason: 'to put on the parcel', retention: 30 }],
      agreements: ['SD-BASE', 'SD-BASE-ATP'],
      addresses: this.peer.addresses,
      keys: { next: this.next.public, rotations: this.rotations, revoked: [] },
      issued: this.issued
    }
  }

  link (supplier = this.key.public) {
    const id = nonce()
    this.invitations.add(Buffer.from(id).toString('hex'))
    const invitation = this.types.check('invitation', { supplier, id, addresses: this.peer.addresses })
    return `regie:pair?v=1&d=${Buffer.from(encode(invitation)).toString('base64url')}`
  }

  /** What the person's node says, under the key that is connected. */
  async answer (message, connection) {
    const from = connection.remotePeer.publicKey.raw
    const [tag, content] = parts(message)
    this.heard.push(tag)
    if (tag === 'hello') return this.hello()
    if (tag === 'resume') return this.resume(content, from)
    if (tag === 'segments') return { segments: [] }
    if (tag === 'pair') return this.pair(content, from)
    if (tag === 'disclose') return { acknowledged: this.take(content, from) }
    if (tag === 'revoke') return this.revoke(content, from)
    if (tag === 'mandate') return this.mandated(content)
    if (tag === 'grant') return this.company.grant(content, from) && 'noted'
    throw new Refused('unexpected', tag)
  }

  hello () {
    const shown = this.signed('profile', this.profile())
    if (this.spoilt === 'signature') shown.signature[0] ^= 1
    if (this.spoilt === 'signer') {
      const other = new Key(randomBytes(32))
      return { profile: this.signed('profile', { ...this.profile(), supplier: other.public }, other) }
    }
    return { profile: shown }
  }

  pair (signed, from) {
    const { id, value, signer } = open(this.types, 'pairing', signed)
    const sound = same(signer, from) && same(value.supplier, this.key.public) && Math.abs(value.at - Date.now()) < 300000 &&
      this.invitations.has(Buffer.from(value.invitation).toString('hex')) && value.alternative === null
    this.checks.that('a pairing is signed by the connected key, and names this supplier and its invitation', sound)
    const agreement = this.spoilt === 'agreement' ? 'SD-BASE-ATP' : value.proffer
    const pairing = this.spoilt === 'pairing' ? idOf(encode('another pairing')) : id
    if (this.spoilt === null) {
      this.person = from
      this.agreement = agreement
      this.company.admit(from, agreement)
    }
    return { paired: this.signed('acceptance', { supplier: this.key.public, person: from, pairing, agreement, at: Date.now() }) }
  }

  /** A disclosure: proven, and the log follows (5.7, 7.6). Who signs for it holds it. */
  take (signed, from) {
    const { opened, entry } = this.company.disclosure(signed, from)
    this.disclosures.push({ ...opened.value, logged: entry })
    return this.signed('acknowledgement', { supplier: this.key.public, person: from, disclosure: opened.id, at: Date.now() })
  }

  revoke (signed, from) {
    const { opened: { id, value }, erased } = this.company.revocation(signed, from)
    this.revocations.push({ id, value, erased })
    if (erased === null) return 'noted'
    const { grant } = value
    const receipt = { supplier: this.key.public, person: from, grant, revocation: id, fields: erased, at: Date.now() }
    return { erased: this.signed('erasure-receipt', receipt) }
  }

  /** Who knows nothing of runs refuses, and is spoken with as ever (7.10). */
  resume (signed, from) {
    const { value, signer } = open(this.types, 'resumption', signed)
    const names = same(signer, from) && same(value.supplier, this.key.public)
    this.checks.that('a resumption is signed by the connected key, and names this supplier', names)
    return { refused: 'unexpected' }
  }

  /** A chain that this company may use as a processor (4.8): who holds it, holds its last link. */
  mandated ({ chain: shown, reference }) {
    const issuer = open(this.types, 'grant', shown.grant).value.issuer
    const links = chain(this.types, shown, issuer, this.key.public)
    const { id, value } = links.at(-1)
    this.company.customers.get(did(this.person)).grants.set(id, value)
    this.mandate = { id, reference, issuer }
    return 'noted'
  }

  /** The line that the person's node holds, or the next one that it makes. */
  line () {
    return until('the person’s node connects', () => this.peer.node.getConnections()
      .find(({ remotePeer, status }) => status === 'open' && same(remotePeer.publicKey.raw, this.person)))
  }

  /** Says something, on another line where this one ends meanwhile. */
  async say (message, options) {
    for (let tries = 3; ; tries--) {
      try {
        return await this.peer.exchange(await this.line(), message, options)
      } catch (error) {
        if (tries === 0 || error instanceof Refused) throw error
      }
    }
  }

  request (change = {}) {
    return {
      id: nonce(),
      supplier: this.key.public,
      person: this.person,
      at: Date.now(),
      fields: ['name.full'],
      purpose: 'DeliveryOfGoods',
      reason: 'to put on the parcel',
      access: 'subscribe',
      duration: 30,
      retention: 30,
      delegations: 0,
      chains: [],
      ...change
    }
  }

  /** What tells the person's node of a delegation of one use. */
  delegated (grant, processor, fields) {
    const { id, value: { scope } } = open(this.types, 'grant', grant)
    const now = Date.now()
    const bounds = { per_hour: 1, uses: 1, not_before: Math.max(now, scope.bounds.not_before), expires: now + DAY, retention: 1, delegations: 0 }
    const narrower = { fields, purposes: scope.purposes, access: 'read_once', bounds }
    const audience = processor.key.public
    const link = { above: id, delegator: this.key.public, audience, scope: narrower, nonce: nonce() }
    const invitation = { supplier: audience, id: nonce(), addresses: processor.peer.addresses }
    processor.invitations.add(Buffer.from(invitation.id).toString('hex'))
    return { chain: { grant, links: [this.signed('delegation', link)] }, processor: invitation, reference: 'parcel 7' }
  }

  ask (change, key) { return this.say({ request: this.signed('request', this.request(change), key) }) }
}

/** Who is not who the link says, or signs for something else, gets no relationship (2.3, 2.5, 9.1). */
async function isNotTaken (supplier) {
  const { checks, hooks } = supplier
  const other = new Key(randomBytes(32))
  await hooks.run('pair', { LINK: supplier.link(other.public) }, { fails: true })
  checks.that('at an address with another key nothing is said, and no key shown', supplier.opened === 0 && supplier.heard.length === 0)
  for (const [how, about] of [['signature', 'a profile whose signature does not hold'], ['signer', 'a profile of another key']]) {
    supplier.spoilt = how
    await hooks.run('pair', { LINK: supplier.link() }, { fails: true })
    checks.that(`${about} is not paired with`, supplier.heard.includes('hello') && !supplier.heard.includes('pair'))
  }
  for (const [how, about] of [['agreement', 'more than was proffered'], ['pairing', 'another pairing']]) {
    supplier.spoilt = how
    supplier.heard = []
    await hooks.run('pair', { LINK: supplier.link() }, { fails: true })
    checks.that(`an acceptance of ${about} is not taken`, supplier.heard.includes('pair'))
  }
  supplier.spoilt = null
  supplier.heard = []
}

async function pairs (supplier) {
  const { checks, hooks } = supplier
  await hooks.run('set', { FIELD: 'name.full', VALUE: 'Anna Bakker' })
  await hooks.run('pair', { LINK: supplier.link() })
  checks.that('a person pairs', supplier.person !== undefined)
  checks.that('hello is said before a pairing', supplier.heard.indexOf('hello') < supplier.heard.indexOf('pair'))
}

/** What no person's node may take. */
async function refusesForms (supplier) {
  const { checks } = supplier
  const raw = (bytes) => supplier.say(null, { raw: bytes })
  const { frames } = JSON.parse(readFileSync(new URL('../../protocol/vectors/frames.json', import.meta.url), 'utf8'))
  const of = (rule, tag) => new Uint8Array(Buffer.from(frames.find((frame) => frame.rule === rule && frame.tag === tag).frame, 'hex')).subarray(4)
  checks.refuses('a tag of no message', await raw(encode('greetings')), 'malformed')
  checks.refuses('a byte behind a message', await raw(new Uint8Array([...of('to-person', 'request'), 0])), 'malformed')
  for (const [rule, tag] of [['to-supplier', 'hello'], ['to-board', 'browse'], ['to-helper', 'close']]) {
    checks.refuses(`a message ${rule.replaceAll('-', ' a ')}`, await raw(of(rule, tag)), 'unexpected')
  }
  const stranger = new Key(randomBytes(32))
  checks.refuses('a request of another supplier', await supplier.ask({ supplier: stranger.public }, stranger), 'wrong_sender')
  checks.refuses('a request to another person', await supplier.ask({ person: stranger.public }), 'wrong_audience')
  const late = await supplier.ask({ at: Date.now() - HOUR })
  checks.refuses('a request of an hour ago', late, 'clock_skew')
  if (late[0] === 'skewed') checks.that('the clock is told in whole minutes', late[1].at % 60000 === 0)
  const { body } = supplier.signed('request', supplier.request())
  checks.refuses('a request whose signature does not hold', await supplier.say({ request: { body, signature: new Uint8Array(64).fill(1) } }), 'bad_signature')
  const second = supplier.key.signBody(encode(['regie.request/2', supplier.request()]))
  checks.refuses('a request of another version', await supplier.say({ request: second }), 'unknown_version')
  const content = { document: { title: 'A bill', media_type: 'text/plain', body: Buffer.from('you owe us 1 euro') } }
  const item = { id: nonce(), supplier: supplier.key.public, person: supplier.person, grant: idOf(body), at: Date.now(), content }
  checks.refuses('an item under no grant', await supplier.say({ put: supplier.signed('item', item) }), 'not_granted')
}

/** A disclosure comes with its proofs and grants, and tells nothing that it need not (5.6, 5.7). */
async function asks (supplier) {
  const { checks, key, person, agreement } = supplier
  const fields = ['income.annual', 'name.full', 'no.such']
  const asked = supplier.request({ fields })
  const [tag, signed] = await supplier.say({ request: supplier.signed('request', asked) })
  checks.that('a request is answered', tag === 'answer', `${tag} ${JSON.stringify(signed)}`)
  const acknowledged = supplier.take(signed, person)
  const { answers, at, grants, request } = supplier.disclosures.at(-1)
  const value = answers['name.full'].value
  checks.that('the answer names the request, and every field', same(request, asked.id) && Object.keys(answers).length === 3)
  checks.that('what the defaults allow is told', value?.observed.value === 'Anna Bakker', JSON.stringify(answers))
  checks.that('a sensitive field waits for the person', answers['income.annual'] === 'asked', answers['income.annual'])
  checks.that('a field that nobody knows refuses itself alone', answers['no.such'].refused === 'unknown_field')
  checks.that('a value is told by the day', value.observed.observed % DAY === 0 && value.observed.observed <= at)
  const grant = open(supplier.types, 'grant', grants[0]).value
  const { scope } = grant
  const fits = same(grant.audience, key.public) && same(grant.issuer, person) && grant.agreement === agreement && scope.access === 'subscribe' &&
    expand(scope.fields).has('name.full') && scope.bounds.retention <= 30 && scope.bounds.expires <= at + 31 * DAY
  checks.that('the grant is to this supplier, for no more than was asked', fits, JSON.stringify(scope))
  const [noted] = await supplier.say({ acknowledge: acknowledged })
  checks.that('an acknowledgement is noted', noted === 'noted', noted)
  checks.refuses('the same request again', await supplier.say({ request: supplier.signed('request', asked) }), 'replayed')
  supplier.grant = value.grant
  supplier.waits = asked.id
}

/** What waited comes later, for the same request (5.8). */
async function hearsLater (supplier) {
  const { checks, hooks, waits } = supplier
  await hooks.run('set', { FIELD: 'income.annual', VALUE: '45000' })
  await hooks.run('allow', { REQUEST: Buffer.from(waits).toString('hex') })
  const told = await until('what waited is told', () => supplier.disclosures.slice(1).find(({ request }) => request !== null && same(request, waits)))
  checks.that('what the person allows is told for the request', told.answers['income.annual'].value?.observed.value === '45000')
}

/** A change is told, and the log only grew since (5.9, 7.6). */
async function hearsChanges (supplier) {
  const { checks, hooks, company, person } = supplier
  await hooks.run('set', { FIELD: 'name.full', VALUE: 'Anna de Vries' })
  const change = await until('a change is told', () => supplier.disclosures.find(({ request }) => request === null))
  const told = change.answers['name.full'].value.observed
  checks.that('a change is told under the grant', told.value === 'Anna de Vries')
  checks.that('a change that nobody asked for tells the whole hour', change.at % HOUR === 0 && change.logged.at % HOUR === 0)
  const { gaps, leaves, size } = company.customers.get(did(person))
  checks.that('the log grew from its first entry without a gap', gaps === 0 && leaves.length === size && size === change.entry.size)
}

/** A large document goes in pieces: each is held against its hash, and asked for in turn (11.8). */
async function sendsPieces (supplier) {
  const { checks, hooks, key, person } = supplier
  if (!hooks.has('open')) return
  await hooks.run('open', { SUPPLIER: did(key.public), COLLECTION: 'bills' })
  const writes = ([, { scope }]) => scope.access?.write === 'bills'
  const [grant] = await until('a collection is opened', () => [...supplier.company.customers.get(did(person)).grants].find(writes))
  const body = randomBytes(150000)
  const pieces = [0, 1, 2].map((at) => body.subarray(at * 65536, (at + 1) * 65536))
  const large = { title: 'A policy', media_type: 'application/octet-stream', size: body.length, pieces: pieces.map(leaf) }
  const put = (document, id) => supplier.say({ put: supplier.signed('item', {
    id, supplier: key.public, person, grant, at: Date.now(), content: { large_document: document },
  }) })
  const id = nonce()
  const say = (number, bytes, item = id) => supplier.say({ piece: { item, number, bytes } })
  checks.refuses('a piece of what nobody announced', await say(0, pieces[0]), 'unknown_item')
  checks.refuses('a large document of too few pieces', await put({ ...large, pieces: large.pieces.slice(1) }, id), 'malformed')
  checks.refuses('a large document that is small', await put({ ...large, size: 65536, pieces: large.pieces.slice(2) }, id), 'malformed')
  const wants = ([tag, answer], piece) => tag === 'wanted' && answer.piece === piece
  checks.that('the first piece is wanted', wants(await put(large, id), 0))
  checks.refuses('a piece of other bytes', await say(0, pieces[1]), 'malformed')
  checks.that('the next piece is wanted', wants(await say(0, pieces[0]), 1))
  checks.that('a piece out of turn is told which is wanted', wants(await say(2, pieces[2]), 1))
  checks.refuses('another document under the same id', await put({ ...large, title: 'Another' }, id), 'malformed')
  checks.that('the same item again goes on where it was', wants(await put(large, id), 1))
  checks.that('the last piece is wanted', wants(await say(1, pieces[1]), 2))
  const [noted] = await say(2, pieces[2])
  checks.that('a document that is whole is noted', noted === 'noted', noted)
  const [again] = await say(2, pieces[2])
  checks.that('and so it is again', again === 'noted', again)
}

/** Receipts for what is erased (6.3); and a revocation ends it all (6.1, 6.2). */
async function isRevoked (supplier) {
  const { checks, hooks, key, person, grant } = supplier
  const sound = { supplier: key.public, person, grant, revocation: null, fields: ['name.full'] }
  const receipt = (change) => supplier.signed('erasure-receipt', { ...sound, at: Date.now(), ...change })
  const early = receipt({ revocation: idOf(encode('a revocation')) })
  checks.refuses('a receipt for a revocation of a grant that is in force', await supplier.say({ erased: early }), 'unexpected')
  const [noted] = await supplier.say({ erased: receipt({ fields: [] }) })
  checks.that('a receipt without a revocation is noted', noted === 'noted', noted)
  await hooks.run('revoke', { SUPPLIER: did(key.public) })
  const { value, erased } = await until('a revocation comes', () => supplier.revocations.find((one) => one.value.grant === grant))
  checks.that('a revocation demands erasure, and tells the whole hour', value.erase && value.at % HOUR === 0)
  checks.that('the fields under the grant are erased', erased.join() === 'name.full', erased.join())
  const [, answer] = await supplier.ask({ access: 'read' })
  supplier.take(answer, person)
  const { answers } = supplier.disclosures.at(-1)
  checks.that('what was withdrawn is refused', answers['name.full'].refused === 'revoked', JSON.stringify(answers['name.full']))
}

/** After an outage the node comes back by itself, says who is there first, and takes the log up where it was (9.3). */
async function comesBack (supplier) {
  await supplier.comeBack()
  await until('the person’s node comes back', () => supplier.heard.length > 0)
  supplier.checks.that('on a new connection hello comes first', supplier.heard[0] === 'hello', supplier.heard.join())
}

/** The key that was committed to takes the place of the one before (2.12); any other does not. */
async function rotates (supplier) {
  const { checks, key, company } = supplier
  const rotation = (to, next) => to.sign('regie.rotation/1', { supplier: to.public, follows: key.public, next: next.public, at: Date.now() })
  const [thief, third] = [new Key(randomBytes(32)), new Key(randomBytes(32))]
  Object.assign(supplier, { key: supplier.next, next: third, rotations: [rotation(supplier.next, third)] })
  company.key = supplier.key.public
  await supplier.comeBack()
  const [tag, answer] = await supplier.ask({ access: 'read' })
  checks.that('the key that was committed to is answered', tag === 'answer', `${tag} ${answer}`)
  supplier.take(answer, supplier.person)
  checks.that('what the person signs names the key in force', same(supplier.disclosures.at(-1).supplier, supplier.key.public))
  checks.refuses('a request by the key before', await supplier.ask({ supplier: key.public }, key), 'wrong_sender')
  checks.refuses('a request by a key that was never committed to', await supplier.ask({ supplier: thief.public }, thief), 'wrong_sender')
}

/** What is handed on comes to its processor after the person's word, under a key that nobody else knows (4.7, 4.8). */
async function handsOn (shop) {
  const { checks, hooks, types } = shop
  if (!hooks.has('meet')) return
  const carrier = new Supplier(types, hooks, checks)
  await carrier.listen(['/ip4/127.0.0.1/tcp/0'])
  const field = 'address.postalCode'
  await hooks.run('set', { FIELD: field, VALUE: '1012 AB' })
  const [, answer] = await shop.ask({ fields: [field], access: 'read', delegations: 1 })
  shop.take(answer, shop.person)
  const grant = shop.disclosures.at(-1).grants[0]
  const delegated = (fields) => shop.delegated(grant, carrier, fields)
  checks.refuses('a delegation that is wider than its grant', await shop.say({ delegated: delegated([field, 'name.full']) }), 'widened')
  const notice = delegated([field])
  const [noted] = await shop.say({ delegated: notice })
  checks.that('a delegation is noted, and its processor not met before the person’s word', noted === 'noted' && carrier.opened === 0)
  const id = idOf(notice.chain.links[0].body)
  await hooks.run('meet', { DELEGATION: id })
  await until('the processor gets its mandate', () => carrier.mandate)
  checks.that('the mandate is the chain that was handed on', carrier.mandate.id === id && carrier.mandate.reference === 'parcel 7')
  checks.that('the processor meets somebody that nobody else knows', !same(carrier.person, shop.person) && same(carrier.mandate.issuer, shop.person))
  await usesMandate(carrier, field)
  await hooks.run('revoke', { SUPPLIER: did(shop.key.public) })
  await until('the processor’s link is revoked', () => carrier.revocations.some(({ value }) => value.grant === id))
  checks.that('no frame to the processor had to be refused', carrier.peer.failures.length === 0, `${carrier.peer.failures}`)
  await carrier.peer.stop()
}

async function usesMandate (carrier, field) {
  const { checks } = carrier
  const ask = async (fields) => {
    const [, answer] = await carrier.ask({ fields, access: 'read' })
    carrier.take(answer, carrier.person)
    return carrier.disclosures.at(-1).answers
  }
  const first = await ask([field, 'name.full'])
  const told = first[field].value
  checks.that('a processor is told what its mandate covers', told?.observed.value === '1012 AB' && told.grant === carrier.mandate.id, JSON.stringify(first))
  checks.that('and nothing else', first['name.full'].refused === 'not_granted', JSON.stringify(first['name.full']))
  const again = await ask([field])
  checks.that('what is handed on for once is used up', again[field].refused === 'used_up', JSON.stringify(again[field]))
}

async function within (types, hooks, checks, address, steps) {
  const supplier = new Supplier(types, hooks, checks)
  await supplier.listen([address])
  for (const step of steps) await step(supplier)
  checks.that('no frame of the person’s node had to be refused', supplier.peer.failures.length === 0, `${supplier.peer.failures}`)
  await supplier.peer.stop()
}

export async function run (path) {
  const types = read()
  const [hooks, checks] = [new Hooks(path, ['set', 'pair', 'allow', 'meet', 'open', 'revoke']), new Checks()]
  await within(types, hooks, checks, '/ip4/127.0.0.1/tcp/0', [isNotTaken, pairs, refusesForms, asks, hearsLater, hearsChanges, sendsPieces, isRevoked])
  await within(types, hooks, checks, '/ip4/127.0.0.1/tcp/0/ws', [pairs, asks, comesBack, rotates])
  await within(types, hooks, checks, '/ip4/127.0.0.1/tcp/0', [pairs, handsOn])
  return { held: [...new Set(checks.held)] }
}

main(import.meta.url, run)
