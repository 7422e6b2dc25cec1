// A part of the kit as a program of its own. In: its address and what it runs, with the file of commands from the command line.
// Out: what it found, as JSON; exit code 1 and why, where something does not hold.

import { fileURLToPath } from 'node:url'

export function main (url, run) {
  if (process.argv[1] !== fileURLToPath(url)) return
  run(process.argv[2]).then((found) => {
    console.log(JSON.stringify(found))
    process.exit(0)
  }, (error) => {
    console.error(error)
    process.exit(1)
  })
}
