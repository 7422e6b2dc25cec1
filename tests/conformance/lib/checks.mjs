// What a part of the kit found. In: names of what was tried, and what came. Out: a list; the first that does not hold ends the part.

export class Checks {
  constructor () {
    this.held = []
  }

  /** Holds, or the part ends here. */
  that (name, holds, found = '') {
    if (!holds) throw new Error(`does not hold: ${name}${found === '' ? '' : ` (found ${found})`}`)
    this.held.push(name)
  }

  /** A reply refuses by this code. A window may be told by `skewed` (9.8). */
  refuses (name, [tag, content], code) {
    const found = tag === 'skewed' ? 'clock_skew' : tag === 'refused' ? content : `the reply ${tag}`
    this.that(`${name} is refused: ${code}`, found === code, found)
  }
}

/** Waits until something is there, for as long as a peer may take. */
export async function until (what, there, patience = 60000) {
  const end = Date.now() + patience
  for (;;) {
    const found = await there()
    if (found) return found
    if (Date.now() > end) throw new Error(`this did not happen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
