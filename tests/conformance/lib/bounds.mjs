// The bounds of clause 3.6, and those that the chapters name of one object each. In: the value of an object. Out: nothing, or
// Refused.

import { Refused, same } from './cbor.mjs'

const DAY = 86400000
const DISGUISES = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}\u{2800}\p{Co}\p{Noncharacter_Code_Point}]/u
const bytes = (text) => Buffer.byteLength(text)

/** A line that shows what it says (2.7). */
export const plain = (text, most) => bytes(text) <= most && !DISGUISES.test(text)
const named = (text, most) => plain(text, most) && text.trim() !== ''
/** A value: trimmed, not empty, no control characters but line feeds. */
const value = (text) => bytes(text) <= 4096 && text === text.trim() && text !== '' && !/[^\P{Cc}\n]/u.test(text)
const word = (text, most) => bytes(text) <= most && /^[a-z0-9-]+$/.test(text)
const within = (number, least, most) => number >= least && number <= most

/** A day that there is, of the years that are taken. */
function day (text) {
  const [year, month, of] = text.split('-').map(Number)
  const date = new Date(Date.UTC(year, month - 1, of))
  return within(year, 1900, 2199) && date.getUTCMonth() === month - 1 && date.getUTCDate() === of
}

/** A period of at most a hundred years. */
function span (text) {
  const count = Number(text.slice(1, -1))
  return count <= 65535 && count * { D: 1, W: 7, M: 31, Y: 366 }[text.at(-1)] <= 36600
}

export function need (holds, why, code = 'malformed') {
  if (!holds) throw new Refused(code, why)
}

function details (map) {
  const all = Object.entries(map)
  need(all.length <= 16, 'too many details')
  for (const [name, text] of all) need(word(name, 32) && named(text, 128), `detail ${name}`)
}

const addresses = (list, least = 1) => within(list.length, least, 8) && list.every((address) => plain(address, 256))

function predicate (tree, depth = 6) {
  need(depth > 0, 'too deep')
  const [kind, part] = Object.entries(tree)[0]
  if (kind === 'all' || kind === 'any') return 1 + part.reduce((sum, inner) => sum + predicate(inner, depth - 1), 0)
  if (kind === 'not') return 1 + predicate(part, depth - 1)
  if (kind === 'is') need(within(part.values.length, 1, 64) && part.values.every((text) => named(text, 128)), 'values')
  if (kind === 'begins') need(named(part.with, 128), 'with')
  if (kind === 'number' || kind === 'years') need(part.least !== null || part.most !== null, 'no bound')
  return 1
}

export const bounds = {
  profile (it) {
    const code = 'out_of_bounds'
    for (const key of ['name', 'sector', 'domain', 'contact']) need(plain(it[key], 256), key, code)
    need(it.name.trim() !== '', 'no name', code)
    need(it.wishes.length <= 64, 'wishes', code)
    for (const wish of it.wishes) need(wish.fields.length <= 64 && plain(wish.reason, 1024), 'wish', code)
    need(addresses(it.addresses, 0), 'addresses', code)
    need(it.board !== false, 'a board that is none', 'malformed')
    for (const key of ['rotations', 'revoked']) need((it.keys?.[key].length ?? 0) <= 64, key, code)
  },
  intent (it) {
    need(addresses(it.addresses), 'addresses')
    need(bytes(it.category) <= 64, 'category')
    need(plain(it.wish, 256), 'wish')
    details(it.details)
    need(BigInt(it.expires) % BigInt(DAY) === 0n, 'an hour')
    need(within(it.per_supplier, 1, 8), 'per_supplier')
  },
  act (it) {
    const [kind, what] = Object.entries(it.what)[0]
    if (kind === 'right') return need(what.words.split('\n').every((line) => plain(line, 1024)) && bytes(what.words) <= 1024, 'words')
    const { number, product, customer } = what.contract
    need(number !== null || product !== null, 'no name')
    for (const [text, most] of [[number, 64], [product, 256], [customer, 64]]) need(text === null || named(text, most), 'a name')
    need(what.last === undefined || day(what.last), 'last')
  },
  'act-answer' (it) {
    need(within(it.number, 1, 4), 'number')
    need(it.answer.ends === undefined || day(it.answer.ends.last), 'last')
  },
  offer (it) {
    need(plain(it.name, 256) && named(it.title, 256), 'title')
    details(it.terms)
    need(it.needs.fields.length <= 64 && typeof it.needs.access === 'string', 'needs')
    need(within(it.needs.duration, 1, 1830) && it.needs.retention <= 3660, 'days')
    need(same(it.invitation.supplier, it.supplier) && addresses(it.invitation.addresses), 'invitation')
  },
  segment (it) {
    need(named(it.name, 256) && plain(it.words, 1024), 'name')
    need(predicate(it.predicate) <= 64, 'too many clauses')
    need(within(it.retention, 1, 3660), 'retention')
    need(it.epsilon === null || within(it.epsilon, 1, 2000), 'epsilon')
    need(it.membership || it.epsilon !== null, 'neither belonging nor counting')
    if (it.tally !== undefined) need(it.epsilon !== null && within(it.tally.least, 10, 100000), 'tally')
  },
  item ({ content: { document, large_document: large, correction } }) {
    if (large) {
      need(large.size > 65536 && large.size <= 10485760 && large.pieces.length === Math.ceil(large.size / 65536), 'large document')
      need(large.media_type !== 'application/vnd.regie.contract+cbor', 'a contract in pieces')
    }
    if (document ?? large) {
      need(named((document ?? large).title, 256) && (large || document.body.length <= 65536), 'document')
      need(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test((document ?? large).media_type), 'media type')
    } else {
      need((correction.before === null || value(correction.before)) && value(correction.after), 'values')
      need(plain(correction.reason, 1024) && !DISGUISES.test(correction.after.replaceAll('\n', '')), 'reason')
    }
  },
  contract (it, title) {
    need(named(it.number, 64) && (it.customer === null || named(it.customer, 64)), 'number')
    need(named(it.party, 256) && named(it.product, 256) && it.product === title, 'party or product')
    need(it.charge === null || it.charge.amount <= 1000000000000, 'amount')
    const spans = [it.term, it.extension.again, it.notice.period, it.charge?.every]
    need(spans.every((text) => (text ?? null) === null || span(text)), 'a period')
    need([it.start, it.cooling_off, it.ends].every((text) => text === null || day(text)), 'a date')
    need(it.term !== null || it.extension === 'open', 'it follows no term')
    need(it.documents.length <= 8, 'documents')
  },
  helper (it) { need(named(it.name, 256), 'name') },
  disclosure (it) {
    for (const answer of Object.values(it.answers)) {
      const observed = answer.value?.observed
      if (observed === undefined) continue
      need(value(observed.value), 'value')
      const attested = observed.provenance.attested
      if (attested) need(named(attested.issuer, 256) && within(bytes(attested.presentation ?? 'x'), 1, 8192), 'attested')
    }
  },
  request (it) {
    need(it.fields.length <= 64 && it.chains.length <= 16, 'too many fields or chains', 'too_large')
    need(it.fields.length > 0 && it.fields.every((path) => bytes(path) <= 64), 'fields')
    need(plain(it.reason, 1024), 'reason')
    need(within(it.duration, 1, 1830) && it.retention <= 3660 && it.delegations <= 4, 'days')
    need(typeof it.access === 'string', 'access')
  },
  grant (it) { scope(it.scope) },
  delegation (it) { scope(it.scope) }
}

/** A scope within its bounds (4.1). */
export function scope ({ fields, purposes, access, bounds }) {
  need(typeof access === 'string' ? within(fields.length, 1, 64) : fields.length === 0 && bounds.delegations === 0, 'fields')
  need(within(purposes.length, 1, 16), 'purposes')
  need(bounds.not_before < bounds.expires, 'never in force')
  need(BigInt(bounds.expires) <= BigInt(bounds.not_before) + 1830n * BigInt(DAY), 'lives too long')
  need(bounds.retention <= 3660 && bounds.delegations <= 4, 'retention or delegations')
}
