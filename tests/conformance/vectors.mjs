// Holds every file of protocol/vectors against the documents. In: the files. Out: how many cases were held; it fails where
// one comes out otherwise than it says, and where a part of docs/protocol.cddl was used by none.

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { concat, decode, hex, Refused, same, unhex } from './lib/cbor.mjs'
import { caseOf } from './lib/cases.mjs'
import { leaf } from './lib/merkle.mjs'
import { note, signatures, vkey, weigh } from './lib/notes.mjs'
import { open } from './lib/signed.mjs'
import { Types } from './lib/types.mjs'

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
export const types = () => new Types(at('docs/protocol.cddl'))
const vectors = (name) => JSON.parse(readFileSync(at(`protocol/vectors/${name}`), 'utf8'))

const failures = []
const wrong = (what, why) => failures.push(`${what}: ${why}`)

/** Every signed object within a value, by the rule that stands for it: all of the frames hold. */
function openAll (rules, value, found = []) {
  if (Array.isArray(value)) value.forEach((item) => openAll(rules, item, found))
  else if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array)) {
    if (value.body instanceof Uint8Array && value.signature instanceof Uint8Array) {
      const name = decode(value.body)[0].replace(/^regie\./, '').split('/')[0]
      const opened = open(rules, name, value)
      found.push(opened)
      openAll(rules, opened.value, found)
    } else Object.values(value).forEach((item) => openAll(rules, item, found))
  }
  return found
}

function frames (rules) {
  const file = vectors('frames.json')
  let objects = 0
  for (const { rule, tag, frame } of file.frames) {
    try {
      const bytes = unhex(frame)
      const body = bytes.subarray(4)
      if (Buffer.from(bytes).readUInt32BE() !== body.length) wrong(`${rule} ${tag}`, 'the length is another')
      const value = rules.check(rule, decode(body), { deep: true })
      if ((typeof value === 'string' ? value : Object.keys(value)[0]) !== tag) wrong(`${rule} ${tag}`, 'another tag')
      objects += openAll(rules, value).length
    } catch (error) {
      wrong(`${rule} ${tag}`, error.message)
    }
  }
  for (const { event, entry, leaf: wanted } of file.entries) {
    const value = rules.check('entry', decode(unhex(entry)))
    if (Object.keys(value.event)[0] !== event) wrong(event, 'another event')
    if (hex(leaf(unhex(entry))) !== wanted) wrong(event, 'another leaf hash')
  }
  for (const { rule, link } of file.links) {
    const value = rules.check(rule, decode(new Uint8Array(Buffer.from(link.split('&d=')[1], 'base64url'))), { deep: true })
    openAll(rules, value)
    if (rule === 'board-link' && !same(value.id, new Uint8Array(16))) wrong(rule, 'an id')
  }
  return { frames: file.frames.length, entries: file.entries.length, links: file.links.length, objects }
}

function checkpoints () {
  const file = vectors('checkpoints.json')
  const witness = vkey(file.witness)
  for (const { name, log, before, request, expect, at, line } of file.cases) {
    let found = 'ok'
    try {
      const head = weigh(request, vkey(log), before && [before[0], Buffer.from(before[1], 'hex')])
      const [cosigned] = signatures(note(`${head.text}\n${line}`), witness)
      if (cosigned?.at !== at) found = `cosigned at ${cosigned?.at}`
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      found = error.code
    }
    if (found !== expect) wrong(`checkpoints: ${name}`, `found ${found}, not ${expect}`)
  }
  return file.cases.length
}

const bytesOf = (parts = '') => typeof parts === 'string'
  ? unhex(parts)
  : concat(...parts.map((part) => typeof part === 'string' ? unhex(part) : unhex(part.repeat.repeat(part.times))))

function files (rules) {
  let cases = 0
  for (const name of readdirSync(at('protocol/vectors')).filter((name) => name.endsWith('.json') && !['frames.json', 'checkpoints.json', 'catalogue.json'].includes(name))) {
    const file = vectors(name)
    for (const one of file.cases) {
      const what = `${file.object}: ${one.name} (${one.about})`
      let found
      try {
        found = caseOf(rules, file, one, bytesOf)
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        found = { code: error.code, why: error.message }
      }
      if (found.code !== one.expect) wrong(what, `found ${found.code} (${found.why ?? ''}), not ${one.expect}`)
      if (found.code === 'ok' && one.id !== undefined && found.id !== one.id) wrong(what, `the id is ${found.id}`)
    }
    cases += file.cases.length
  }
  return cases
}

export function run () {
  const rules = types()
  const said = frames(rules)
  const cases = files(rules)
  const questions = checkpoints()
  for (const where of rules.unused()) wrong('docs/protocol.cddl', `${where} is used by no frame, entry, link or vector`)
  if (failures.length > 0) throw new Error(`${failures.length} do not hold:\n${failures.join('\n')}`)
  return { ...said, cases, questions }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(run()))
