// Plays a person against a supplier's companion. In: a file of commands (docs/contributing.md). Out: what held; it ends with an error
// where something does not.

import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { bounds } from './lib/bounds.mjs'
import { decode, encode, same } from './lib/cbor.mjs'
import { Checks, until } from './lib/checks.mjs'
import { noLooser } from './lib/grants.mjs'
import { Hooks } from './lib/hooks.mjs'
import { disclosure, hour, Log, nonce } from './lib/log.mjs'
import { main } from './lib/main.mjs'
import { leaf } from './lib/merkle.mjs'
import { Peer } from './lib/peer.mjs'
import { did, idOf, Key, open, pairwise } from './lib/signed.mjs'
import { types as read } from './vectors.mjs'

const DAY = 86400000
const RULES = { sends: 'to-supplier', answers: 'supplier-reply', takes: 'to-person', replies: 'person-reply' }

/** The person, and what there is with one supplier. */
class Person {
  constructor (types, hooks, checks) {
    Object.assign(this, { types, hooks, checks, log: new Log(), requests: [], items: [], acknowledged: new Set() })
    this.root = new Uint8Array(randomBytes(32))
  }

  /** Reads the link, dials, and says hello (2.2, 2.3). */
  async meet (link) {
    this.invitation = this.types.check('invitation', decode(new Uint8Array(Buffer.from(link.split('&d=')[1], 'base64url'))))
    this.supplier = this.invitation.supplier
    this.key = pairwise(this.root, this.supplier)
    this.me = this.key.public
    await this.listen(this.key)
    const [tag, profile] = await this.say('hello')
    const opened = open(this.types, 'profile', profile)
    bounds.profile(opened.value)
    this.checks.that('hello is answered with a profile that the supplier signed', tag === 'profile' && same(opened.signer, this.supplier))
    this.profile = opened.value
  }

  /** Another line, under this key; within a web socket, which a listening TCP port takes too (9.1). */
  async listen (key, { webSocket = false } = {}) {
    await this.peer?.stop()
    this.peer = await Peer.start(this.types, key, RULES, { answer: (message) => this.answer(message) })
    const tcp = this.invitation.addresses.filter((address) => /\/tcp\/\d+$/.test(address))
    this.line = await this.peer.dial(this.supplier, webSocket ? tcp.map((address) => `${address}/ws`) : this.invitation.addresses)
  }

  say (message, options) { return this.peer.exchange(this.line, message, options) }

  signed (tag, value, key = this.key) { return key.sign(`regie.${tag}/1`, value) }

  pairing (change = {}) {
    const { supplier, me: person, invitation: { id: invitation } } = this
    return { person, supplier, invitation, proffer: 'SD-BASE', alternative: null, at: Date.now(), ...change }
  }

  grant (fields, change = {}) {
    const now = Date.now()
    const bounds = { per_hour: 60, uses: null, not_before: now - 1000, expires: now + 30 * DAY, retention: 30, delegations: 0 }
    const scope = { fields, purposes: ['DeliveryOfGoods'], access: 'subscribe', bounds, ...change }
    return this.signed('grant', { issuer: this.me, audience: this.supplier, scope, agreement: this.agreement, nonce: nonce() })
  }

  disclosure (change) {
    return disclosure(this.log, { person: this.me, supplier: this.supplier, request: null, ...change })
  }

  /** What the companion says to the person. */
  answer (message) {
    if (message.acknowledge) {
      this.receipt(message.acknowledge, null)
      return 'noted'
    }
    if (message.request) return this.asked(message.request)
    if (message.put) return this.put(message.put)
    if (message.piece) return this.piece(message.piece)
    return { refused: 'unavailable' }
  }

  /** An acknowledgement (9.5): the supplier signed for the log up to that disclosure. */
  receipt (signed, disclosure) {
    const { value, signer } = open(this.types, 'acknowledgement', signed)
    const fits = same(signer, this.supplier) && same(value.person, this.me) && (disclosure ?? value.disclosure) === value.disclosure
    this.checks.that('an acknowledgement is signed by the supplier and names the disclosure', fits)
    this.acknowledged.add(value.disclosure)
    this.log.signedFor = Math.max(this.log.signedFor, this.sizes.get(value.disclosure) ?? 0)
  }

  /** A request (5.1, 5.3): the first field is given, the second absent, the third asked, others refused. */
  asked (signed) {
    const { value, signer } = open(this.types, 'request', signed)
    bounds.request(value)
    const fits = same(signer, this.supplier) && same(value.person, this.me) && Math.abs(value.at - Date.now()) < 300000
    this.checks.that('a request is signed by the supplier, names this person, and is of now', fits)
    const grant = this.grant(value.fields.slice(0, 2), { access: value.access })
    const id = idOf(grant.body)
    const what = [{ value: 'Anna Bakker', grant: id }, 'absent', 'asked']
    const answers = Object.fromEntries(value.fields.map((field, at) => [field, what[at] ?? { refused: 'not_granted' }]))
    const told = this.send(this.disclosure({ request: value.id, answers, grants: [grant] }))
    this.requests.push({ value, grant: id, told })
    return { answer: told }
  }

  /** An item (11.2): under the grant that opened the collection. */
  put (signed) {
    const { id, value, signer } = open(this.types, 'item', signed)
    bounds.item(value)
    this.checks.that('an item is signed by the supplier and names the grant', same(signer, this.supplier) && value.grant === this.opened)
    const large = value.content.large_document
    if (large) {
      // All but the first time it was sent: it goes on where it was.
      this.coming ??= { id, value, large, bytes: [] }
      return { wanted: { piece: this.coming.bytes.length } }
    }
    return this.keep(id, value)
  }

  /** A piece of a large document (11.8): what its item says, and in turn. */
  piece ({ item, number, bytes }) {
    const { id, value, large, bytes: came } = this.coming
    const fits = same(item, value.id) && number === came.length && same(leaf(bytes), large.pieces[number])
    this.checks.that('a piece is the one that was wanted, and has the hash that was signed', fits, `${number}`)
    came.push(bytes)
    if (came.length < large.pieces.length) return { wanted: { piece: came.length } }
    const whole = Buffer.concat(came)
    this.checks.that('the pieces of a document are all of it', whole.length === large.size, `${whole.length}`)
    value.content.body = whole
    return this.keep(id, value)
  }

  keep (id, value) {
    this.log.append({ received: { item: id, collection: 'bills' } })
    this.items.push(value)
    return 'noted'
  }

  /** Signs a disclosure; how long its log is stays known, for when it is signed for. */
  send (value, key = this.key) {
    const signed = this.signed('disclosure', value, key)
    this.sizes ??= new Map()
    this.sizes.set(idOf(signed.body), value.entry.size)
    return signed
  }

  /** Says a disclosure, which must be signed for. */
  async tell (signed) {
    const [tag, receipt] = await this.say({ disclose: signed })
    this.checks.that('a disclosure is answered with an acknowledgement', tag === 'acknowledged', JSON.stringify([tag, receipt]))
    this.receipt(receipt, idOf(signed.body))
  }
}

/** Frames that no supplier may take, before any relationship. */
async function refusesForms (person) {
  const { checks } = person
  const body = person.signed('pairing', person.pairing()).body
  const raw = (bytes) => person.say(null, { raw: bytes })
  const frames = JSON.parse(await frameVectors()).frames
  const of = (rule, tag) => new Uint8Array(Buffer.from(frames.find((frame) => frame.rule === rule && frame.tag === tag).frame, 'hex')).subarray(4)
  checks.refuses('a tag of no message', await raw(encode('greetings')), 'malformed')
  checks.refuses('hello in a longer head', await raw(new Uint8Array([0x78, 5, ...Buffer.from('hello')])), 'malformed')
  checks.refuses('a byte behind a message', await raw(new Uint8Array([...encode('hello'), 0])), 'malformed')
  checks.refuses('a message for a person', await raw(of('to-person', 'request')), 'unexpected')
  checks.refuses('a message for a board', await raw(of('to-board', 'browse')), 'not_a_board')
  checks.refuses('a message for a helper', await raw(of('to-helper', 'close')), 'not_a_helper')
  const second = encode(['regie.pairing/2', person.pairing()])
  checks.refuses('a pairing of another version', await person.say({ pair: person.key.signBody(second) }), 'unknown_version')
  const forged = { body, signature: new Uint8Array(64).fill(1) }
  checks.refuses('a pairing whose signature does not hold', await person.say({ pair: forged }), 'bad_signature')
  const early = person.send(person.disclosure({ answers: {} }))
  checks.refuses('a disclosure before a pairing', await person.say({ disclose: early }), 'not_paired')
  person.log = new Log()
}

async function frameVectors () {
  const { readFile } = await import('node:fs/promises')
  return readFile(fileURLToPath(new URL('../../protocol/vectors/frames.json', import.meta.url)), 'utf8')
}

async function pairs (person) {
  const { checks, types } = person
  const pair = (change, key) => person.say({ pair: person.signed('pairing', person.pairing(change), key) })
  const stranger = new Key(randomBytes(32))
  checks.refuses('a pairing for another supplier', await pair({ supplier: stranger.public }), 'wrong_audience')
  checks.refuses('a pairing by another key than the connected one', await pair({ person: stranger.public }, stranger), 'wrong_sender')
  const late = await pair({ at: Date.now() - 3600000 })
  checks.refuses('a pairing of an hour ago', late, 'clock_skew')
  if (late[0] === 'skewed') checks.that('the clock is told in whole minutes', late[1].at % 60000 === 0)
  checks.refuses('a pairing by an invitation that nobody made', await pair({ invitation: nonce() }), 'bad_invitation')
  await alternatives(person, pair)

  const signed = person.signed('pairing', person.pairing())
  const [tag, acceptance] = await person.say({ pair: signed })
  checks.that('a pairing is accepted', tag === 'paired', tag)
  const { value, signer } = open(types, 'acceptance', acceptance)
  const names = same(signer, person.supplier) && same(value.person, person.me) && value.pairing === idOf(signed.body)
  checks.that('the acceptance names this pairing and nothing beyond what was proffered', names && noLooser(value.agreement, 'SD-BASE'))
  person.agreement = value.agreement
  person.log.append({ paired: { agreement: value.agreement } })
  const [again] = await pair({})
  checks.that('who is known is accepted again', again === 'paired', again)
}

/** Under an agreement that the supplier does not list it proposes one of its own, once (2.4). */
async function alternatives (person, pair) {
  const { checks, types, profile: { agreements } } = person
  const family = agreements.find((code) => code.startsWith('SD-'))
  const proffer = types.list('agreement').find((code) => code.startsWith('SD-') && !agreements.includes(code))
  if (family === undefined || proffer === undefined) return
  const signed = person.signed('pairing', person.pairing({ proffer }))
  const [tag, alternative] = await person.say({ pair: signed })
  checks.that('an agreement that is not listed is answered with an alternative', tag === 'alternative', tag)
  const { id, value } = open(types, 'alternative', alternative)
  checks.that('the alternative is of the list and of the family', agreements.includes(value.agreement) && value.pairing === idOf(signed.body))
  checks.refuses('a pairing that takes it up and proffers something else again', await pair({ proffer, alternative: id }), 'declined')
}

/** The companion asks; what is given arrives, and later answers do too (5). */
async function isAsked (person) {
  const { checks, hooks } = person
  const fields = ['name.full', 'email', 'income.annual', 'telephone'].sort()
  const [given, , waits] = fields
  await hooks.run('ask', { FIELDS: fields.join(','), PURPOSE: 'DeliveryOfGoods', ACCESS: 'subscribe', PERSON: did(person.me) })
  const { value, grant, told } = await until('a request comes', () => person.requests[0])
  checks.that('the request asks what the company asked', value.fields.join() === fields.join() && value.purpose === 'DeliveryOfGoods')
  await until('the answer is signed for', () => person.acknowledged.has(idOf(told.body)))
  await person.tell(person.send(person.disclosure({ request: value.id, answers: { [waits]: { refused: 'declined' } } })))
  const change = person.send(person.disclosure({ answers: { [given]: { value: 'Anna de Vries', grant } } }))
  await person.tell(change)
  await person.tell(change)
  Object.assign(person, { given, grantInForce: grant })
}

/** A log that does not only grow, and what it does not say (5.7, 7.6). */
async function refusesLogs (person) {
  const { checks, given, grantInForce: grant } = person
  const answers = { [given]: { value: 'Bea', grant } }
  const tell = async (name, code, change) => {
    const kept = [...person.log.leaves]
    const value = person.disclosure({ answers })
    change(value)
    checks.refuses(name, await person.say({ disclose: person.send(value) }), code)
    person.log.leaves = kept
  }
  await tell('a value that the log does not commit to', 'malformed', (it) => { it.answers[given].value.observed.value = 'Cor' })
  await tell('a proof of another place', 'malformed', (it) => { it.entry.index -= 1 })
  await tell('a field that the log does not have', 'malformed', (it) => { it.answers.url = 'absent' })
  await tell('a disclosure for another supplier', 'wrong_audience', (it) => { it.supplier = new Key(randomBytes(32)).public })
  // A log in which an entry was changed that the supplier signed for.
  const kept = [person.log.leaves, person.log.signedFor]
  person.log.leaves = [leaf(Buffer.from('another beginning')), ...person.log.leaves.slice(1)]
  checks.refuses('a log that was written anew', await person.say({ disclose: person.send(person.disclosure({ answers })) }), 'forked');
  [person.log.leaves, person.log.signedFor] = kept
  await person.tell(person.send(person.disclosure({ answers })))
}

async function grants (person) {
  const { checks } = person
  const [tag] = await person.say({ grant: person.grant(['group:address']) })
  checks.that('a grant on the person’s own initiative is noted', tag === 'noted', tag)
  const sale = person.grant(['email'], { purposes: ['SellDataToThirdParties'] })
  checks.refuses('a grant that no agreement permits', await person.say({ grant: sale }), 'outside_agreement')
  const stranger = new Key(randomBytes(32))
  const { body } = person.grant(['email'])
  const foreign = { ...decode(body)[1], audience: stranger.public }
  checks.refuses('a grant for another supplier', await person.say({ grant: person.signed('grant', foreign) }), 'wrong_audience')
  const [segments, list] = await person.say('segments')
  checks.that('segments are answered with a list of what the supplier signed', segments === 'segments' &&
    list.every((one) => same(open(person.types, 'segment', one).signer, person.supplier)))
  const word = { person: person.me, supplier: person.supplier, segment: idOf(body), member: true, at: hour(Date.now()), until: hour(Date.now() + DAY) }
  checks.refuses('a word on no segment', await person.say({ belong: person.signed('membership', word) }), 'unknown_segment')
}

/** The person opens a collection, and the company sends something into it (11). */
async function receives (person) {
  if (!person.hooks.has('send')) return
  const now = Date.now()
  const bounds = { per_hour: 9, uses: 9, not_before: now - 1000, expires: now + 30 * DAY, retention: 30, delegations: 0 }
  const opening = person.grant([], { access: { write: 'bills' }, bounds })
  person.opened = idOf(opening.body)
  const [tag] = await person.say({ grant: opening })
  person.checks.that('a grant that opens a collection is noted', tag === 'noted', tag)
  await person.hooks.run('send', { PERSON: did(person.me), COLLECTION: 'bills' })
  await until('an item comes', () => person.items.length > 0)
  if (!person.hooks.has('send_large')) return
  await person.hooks.run('send_large', { PERSON: did(person.me), COLLECTION: 'bills' })
  const { content } = await until('a large document comes', () => person.items[1])
  person.checks.that('a large document comes whole', content.body.every((byte, at) => byte === (at % 8 === 7 ? 10 : 120)))
}

/** What is revoked is erased, with a receipt (6). */
async function revokes (person) {
  const { checks, types, given, grantInForce: grant, me, supplier } = person
  const revocation = (change = {}) => person.signed('revocation', { person: me, supplier, grant, at: hour(Date.now()), erase: true, ...change })
  const elsewhere = revocation({ supplier: new Key(randomBytes(32)).public })
  checks.refuses('a revocation for another supplier', await person.say({ revoke: elsewhere }), 'wrong_audience')
  const signed = revocation()
  const [tag, receipt] = await person.say({ revoke: signed })
  checks.that('a revocation that demands erasure is answered with a receipt', tag === 'erased', tag)
  const { value, signer } = open(types, 'erasure-receipt', receipt)
  const names = same(signer, supplier) && same(value.person, me) && value.grant === grant && value.revocation === idOf(signed.body)
  checks.that('the receipt names the grant, the revocation and the field', names && value.fields.includes(given), value.fields.join())
  person.log.append({ revoked: { grant, erase: true } })
  await person.tell(person.send(person.disclosure({ answers: { [given]: { value: 'too late', grant } } })))
  if (person.hooks.has('held')) {
    const held = await person.hooks.run('held', { PERSON: did(me) })
    checks.that('what comes under a revoked grant is not kept', !held.includes('too late') && !held.includes('Anna'))
  }
  const other = person.grant(['email'])
  await person.say({ grant: other })
  const [noted] = await person.say({ revoke: revocation({ grant: idOf(other.body), erase: false }) })
  checks.that('a revocation that demands nothing is noted', noted === 'noted', noted)
}

/** The person goes by another key (1.7), and is known by it on the next line. */
async function renews (person) {
  const { checks, supplier, me } = person
  const next = pairwise(person.root, supplier, 1)
  const renewal = { person: next.public, follows: me, supplier, at: Date.now() }
  const foreign = person.signed('renewal', { ...renewal, follows: next.public }, next)
  checks.refuses('a renewal that follows another key', await person.say({ renew: foreign }), 'wrong_sender')
  const [tag] = await person.say({ renew: person.signed('renewal', renewal, next) })
  checks.that('a renewal is noted', tag === 'noted', tag)
  await person.listen(next, { webSocket: true })
  const [hello] = await person.say('hello')
  checks.that('the next key has a line, within a web socket', hello === 'profile', hello)
  const value = { ...person.disclosure({ answers: { url: { refused: 'not_granted' } } }), person: next.public }
  const [told, receipt] = await person.say({ disclose: person.send(value, next) })
  checks.that('a disclosure under the next key is signed for', told === 'acknowledged', JSON.stringify(receipt))
}

export async function run (path) {
  const types = read()
  const [hooks, checks] = [new Hooks(path, ['link', 'ask', 'send', 'send_large', 'held']), new Checks()]
  const person = new Person(types, hooks, checks)
  const [link] = (await hooks.run('link')).match(/regie:pair\?v=1&d=[A-Za-z0-9_-]+/)
  await person.meet(link)
  for (const step of [refusesForms, pairs, isAsked, refusesLogs, grants, receives, revokes, renews]) await step(person)
  const failed = person.peer.failures
  checks.that('no frame of the companion had to be refused', failed.length === 0, `${failed}`)
  await person.peer.stop()
  return { held: [...new Set(checks.held)] }
}

main(import.meta.url, run)
