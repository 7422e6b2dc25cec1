// What is not as it must be. In: a code and a reason. Out: an error of its own kind.

/** What is not as the protocol has it, with the code by which a peer refuses it. */
export class Refused extends Error {
  constructor (code, why) {
    super(`${code}: ${why}`)
    this.code = code
  }
}
