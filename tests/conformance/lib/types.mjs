// Reads docs/protocol.cddl, as much of CDDL (RFC 8610) as it uses, and holds values against its rules.
// In: a value that was decoded, and the name of a rule. Out: nothing, or Refused; and which parts of the rules were used.

import { readFileSync } from 'node:fs'
import { decode, encode, Refused, same } from './cbor.mjs'

const TOKENS = /;[^\n]*|"(?:[^"\\]|\\.)*"|=>|[A-Za-z][A-Za-z0-9_-]*|\.(?:size|cbor|regexp)|\d+|[=/{}[\]<>:,?*+]|\s+/gy

function tokens (text) {
  const found = []
  TOKENS.lastIndex = 0
  while (TOKENS.lastIndex < text.length) {
    const at = TOKENS.lastIndex
    const match = TOKENS.exec(text)
    if (match === null) throw new Error(`protocol.cddl: can't read "${text.slice(at, at + 20)}"`)
    if (!/^[\s;]/.test(match[0])) found.push(match[0])
  }
  return found
}

/** A reader of tokens; each rule becomes a tree of plain objects. */
class Reader {
  constructor (text) {
    this.tokens = tokens(text)
    this.at = 0
  }

  peek (ahead = 0) { return this.tokens[this.at + ahead] }
  next () { return this.tokens[this.at++] }
  take (token) { return this.peek() === token && (this.at++, true) }
  need (token) { if (!this.take(token)) throw new Error(`protocol.cddl: ${token} before ${this.peek()}`) }

  rules () {
    const rules = new Map()
    while (this.at < this.tokens.length) {
      const name = this.next()
      const parameter = this.take('<') ? this.next() : null
      if (parameter !== null) this.need('>')
      this.need('=')
      rules.set(name, { name, parameter, type: this.type() })
    }
    return rules
  }

  type () {
    const choices = [this.controlled()]
    while (this.take('/')) choices.push(this.controlled())
    return choices.length === 1 ? choices[0] : { kind: 'choice', choices }
  }

  controlled () {
    const type = this.plain()
    if (this.take('.size')) type.size = Number(this.next())
    else if (this.take('.regexp')) type.regexp = new RegExp(`^(?:${JSON.parse(this.next())})$`)
    else if (this.take('.cbor')) type.cbor = this.plain()
    return type
  }

  plain () {
    if (this.take('{')) return this.map()
    if (this.take('[')) return this.array()
    const token = this.next()
    if (token.startsWith('"')) return { kind: 'literal', value: JSON.parse(token) }
    const type = { kind: 'name', name: token }
    if (this.take('<')) {
      type.argument = this.plain()
      this.need('>')
    }
    return type
  }

  map () {
    const type = { kind: 'map', keys: [], rest: null }
    while (!this.take('}')) {
      if (this.take('*')) {
        const key = this.type()
        this.need('=>')
        type.rest = { key, value: this.type() }
      } else {
        const optional = this.take('?')
        const key = this.next()
        this.need(':')
        type.keys.push({ key, optional, value: this.type() })
      }
      this.take(',')
    }
    return type
  }

  array () {
    const type = { kind: 'array', items: [] }
    while (!this.take(']')) {
      const many = this.take('*') ? 0 : this.take('+') ? 1 : null
      type.items.push({ many, type: this.type() })
      this.take(',')
    }
    return type
  }
}

const CLOSED = ['field', 'group', 'purpose', 'agreement', 'collection']

const PLAIN = {
  tstr: (value) => typeof value === 'string',
  bstr: (value) => value instanceof Uint8Array,
  uint: (value) => isWhole(value) && value >= 0,
  int: isWhole,
  bool: (value) => typeof value === 'boolean',
  null: (value) => value === null
}

function isWhole (value) {
  return typeof value === 'bigint' || Number.isSafeInteger(value)
}

const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

export class Types {
  constructor (path) {
    this.rules = new Reader(readFileSync(path, 'utf8')).rules()
    this.used = new Set()
    this.parts = new Map()
    for (const [name, rule] of this.rules) this.#count(rule.type, name)
  }

  /** Every key and every choice of every rule, to see in the end which were never used. */
  #count (type, where) {
    this.parts.set(type, where)
    for (const choice of type.choices ?? []) this.#count(choice, `${where} / ${shown(choice)}`)
    for (const { key, value } of type.keys ?? []) this.#count(value, `${where}.${key}`)
    for (const { type: item } of type.items ?? []) this.#count(item, `${where}[]`)
    if (type.rest) for (const part of [type.rest.key, type.rest.value]) this.#count(part, `${where}{}`)
    if (type.argument) this.#count(type.argument, `${where}<>`)
    if (type.cbor) this.#count(type.cbor, `${where} holds`)
  }

  /** Parts of the rules that nothing used. Of the closed lists each member is held against the code elsewhere. */
  unused () {
    const isOfList = (type, where) => type.kind === 'literal' && CLOSED.includes(where.split(' / ')[0])
    // A run travels sealed, and that a value may be absent is not shown of each.
    const isShown = (where) => !/^run\b/.test(where) && !where.endsWith(' / null')
    const left = [...this.parts].filter(([type, where]) => !this.used.has(type) && !isOfList(type, where) && isShown(where))
    return left.map(([, where]) => where)
  }

  /**
   * Holds a value against a rule; what is used is noted where it fits as a whole. What a byte string holds is read with
   * `deep` only: a peer reads it after the signature.
   */
  check (name, value, { deep = false } = {}) {
    this.deep = deep
    const used = []
    this.#holds({ kind: 'name', name }, value, name, {}, used)
    for (const type of used) this.used.add(type)
    return value
  }

  /** The texts among the choices of a rule, in their order. */
  list (name) {
    return this.rules.get(name).type.choices.map((choice) => choice.value)
  }

  #holds (type, value, where, bound, used) {
    used.push(type)
    const no = (why) => { throw new Refused('malformed', `${where}: ${why}`) }
    switch (type.kind) {
      case 'literal': return value === type.value || no(`not "${type.value}"`)
      case 'choice': return this.#choice(type, value, where, bound, used)
      case 'map': return this.#map(type, value, where, bound, used)
      case 'array': return this.#array(type, value, where, bound, used)
    }
    if (type.name in bound) return this.#holds(bound[type.name].type, value, where, bound[type.name].bound, used)
    if (type.name in PLAIN) {
      if (!PLAIN[type.name](value)) no(`not a ${type.name}`)
      this.#controls(type, value, where, bound, used, no)
      return
    }
    const rule = this.rules.get(type.name)
    if (rule === undefined) throw new Error(`protocol.cddl has no rule ${type.name}`)
    const inner = rule.parameter === null ? {} : { [rule.parameter]: { type: type.argument, bound } }
    if (type.argument) used.push(type.argument)
    this.#holds(rule.type, value, `${where}(${type.name})`, inner, used)
    this.#ordered(type, value, no)
  }

  #controls (type, value, where, bound, used, no) {
    if (type.size !== undefined) {
      const fits = type.name === 'uint' ? BigInt(value) < 1n << BigInt(8 * type.size) : value.length === type.size
      if (!fits) no(`not of ${type.size} bytes`)
    }
    if (type.regexp !== undefined && !type.regexp.test(value)) no(`not of the form ${type.regexp}`)
    if (type.cbor !== undefined && this.deep) this.#holds(type.cbor, decode(value), `${where} holds`, bound, used)
  }

  #choice (type, value, where, bound, used) {
    const reasons = []
    for (const choice of type.choices) {
      const tried = []
      try {
        this.#holds(choice, value, where, bound, tried)
        used.push(...tried)
        return
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        reasons.push(error.message)
      }
    }
    throw new Refused('malformed', `${where}: none of ${type.choices.length} choices holds: ${reasons.at(-1)}`)
  }

  #map (type, value, where, bound, used) {
    if (!isMap(value)) throw new Refused('malformed', `${where}: not a map`)
    const left = new Set(Object.keys(value))
    for (const { key, optional, value: inner } of type.keys) {
      if (!left.delete(key)) {
        if (!optional) throw new Refused('malformed', `${where}: no key ${key}`)
        continue
      }
      // Where a key may be missing it is there only where it says something (3.2).
      if (optional && (value[key] === null || same(encode(value[key]), EMPTY_KEYS))) throw new Refused('malformed', `${where}: ${key} is there and says nothing`)
      this.#holds(inner, value[key], `${where}.${key}`, bound, used)
    }
    for (const key of left) {
      if (type.rest === null) throw new Refused('malformed', `${where}: unknown key ${key}`)
      this.#holds(type.rest.key, key, `${where} key`, bound, used)
      this.#holds(type.rest.value, value[key], `${where}.${key}`, bound, used)
    }
  }

  #array (type, value, where, bound, used) {
    if (!Array.isArray(value)) throw new Refused('malformed', `${where}: not a list`)
    let at = 0
    for (const { many, type: item } of type.items) {
      if (many === null) {
        if (at >= value.length) throw new Refused('malformed', `${where}: too short`)
        this.#holds(item, value[at], `${where}[${at}]`, bound, used)
        at += 1
        continue
      }
      const begun = at
      while (at < value.length) {
        const tried = []
        try {
          this.#holds(item, value[at], `${where}[${at}]`, bound, tried)
        } catch (error) {
          // The next kind of item may begin here; the last kind has to fit.
          if (!(error instanceof Refused) || item === type.items.at(-1).type) throw error
          break
        }
        used.push(...tried)
        at += 1
      }
      if (at - begun < many) throw new Refused('malformed', `${where}: empty`)
    }
    if (at !== value.length) throw new Refused('malformed', `${where}: too long`)
  }

  /** Sets have one order, and no member twice (3.7). */
  #ordered (type, value, no) {
    if (type.name === 'sorted') inOrder(value, (member) => Buffer.from(member), no)
    if (type.name === 'listed') {
      const list = this.list(type.argument.name)
      inOrder(value, (member) => place(list.indexOf(member)), no)
    }
    if (type.name === 'selectors') {
      const fields = this.list('field')
      const key = (member) => member.startsWith('group:') ? Buffer.from(`~${member}`) : place(fields.indexOf(member))
      inOrder(value, key, no)
    }
  }
}

const EMPTY_KEYS = encode({ next: null, revoked: [], rotations: [] })

const place = (index) => Buffer.from([index])

const shown = (type) => type.value ?? type.name ?? type.keys?.map(({ key }) => key).join() ?? type.kind

function inOrder (members, key, no) {
  for (let at = 1; at < members.length; at++) {
    if (Buffer.compare(key(members[at - 1]), key(members[at])) >= 0) no('a set that is out of order')
  }
}
