// Verifies a cosigned head of a log, with nothing but Node.js. In: the key of the log and those of witnesses as arguments, the
// signed note at standard input. Out: which head it is and who cosigned it when, as JSON; it fails where a signature does not
// hold, or one of those keys has none under it.
//
//     node checkpoint.mjs LOG_KEY WITNESS_KEY… < note

import { readFileSync } from 'node:fs'
import { checkpoint, note, signatures, vkey } from './lib/notes.mjs'

const [log, ...witnesses] = process.argv.slice(2).map(vkey)
const read = note(readFileSync(0, 'utf8'))
const { origin, size, root } = checkpoint(read.text)
const by = (known) => {
  const found = signatures(read, known)
  if (found.length === 0) throw new Error(`${known.name} did not sign it`)
  return { name: known.name, at: Math.max(...found.map(({ at }) => at ?? 0)) }
}
if (origin !== by(log).name) throw new Error('the log has another name than its key')
console.log(JSON.stringify({ origin, size: Number(size), root: root.toString('hex'), cosigned: witnesses.map(by) }))
