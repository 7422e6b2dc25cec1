// What the owner of the other implementation does when the kit says so: shell commands from a file. In: the file, values for the
// environment. Out: what a command prints.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'

export class Hooks {
  constructor (path, known) {
    this.commands = JSON.parse(readFileSync(path, 'utf8'))
    const unknown = Object.keys(this.commands).filter((name) => !known.includes(name))
    if (unknown.length > 0) throw new Error(`${path}: no part of this kit calls ${unknown.join(', ')}`)
  }

  has (name) {
    return this.commands[name] !== undefined
  }

  /** Runs one; `fails` where it is expected to. */
  run (name, values = {}, { fails = false } = {}) {
    if (!this.has(name)) throw new Error(`the file of commands has no "${name}"`)
    return new Promise((resolve, reject) => {
      const options = { env: { ...process.env, ...values }, timeout: 120000, maxBuffer: 1 << 24 }
      execFile('sh', ['-c', this.commands[name]], options, (error, out, words) => {
        if ((error !== null) === fails) resolve(`${out}${fails ? words : ''}`)
        else reject(new Error(`"${name}" ${fails ? 'was to fail' : `failed: ${error}`}\n${out}${words}`))
      })
    })
  }
}
