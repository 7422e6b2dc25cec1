// A libp2p node that speaks /regie/2 (9.1, 9.2). In: a key, and what answers a frame. Out: frames that are asked and answered.

import { yamux } from '@chainsafe/libp2p-yamux'
import { privateKeyFromRaw, publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { byteStream } from '@libp2p/utils'
import { webSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { concat, decode, encode, Refused } from './cbor.mjs'

const PROTOCOL = '/regie/2'
const FRAME_BYTES = 262144
const PATIENCE = 30000

const within = () => ({ signal: AbortSignal.timeout(PATIENCE) })
const nameOf = (key) => peerIdFromPublicKey(publicKeyFromRaw(key))

function framed (body) {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return concat(length, body)
}

async function readFrame (bytes, options) {
  const head = await bytes.read({ bytes: 4, ...options })
  const length = Buffer.from(head.subarray()).readUInt32BE()
  if (length > FRAME_BYTES) throw new Refused('too_large', `a frame of ${length} bytes`)
  return (await bytes.read({ bytes: length, ...options })).subarray()
}

/** The tag of a message or reply, and what it carries. */
export function parts (message) {
  return typeof message === 'string' ? [message, null] : Object.entries(message)[0]
}

/** Streams and connections that end while nobody waits for them are no news. */
process.on('unhandledRejection', (error) => {
  if (!/abort|reset|closed|EOF/i.test(`${error?.name} ${error?.message}`)) throw error
})

export class Peer {
  /**
   * `rules` names who is played: what it sends is of the rule `sends`, what it gets of `takes`, and its replies and theirs of
   * `replies` and `answers`.
   */
  static async start (types, key, rules, { listen = [], answer }) {
    const self = new Peer()
    Object.assign(self, { types, key, rules, answer, connections: new Set(), waiting: [], failures: [] })
    self.node = await createLibp2p({
      privateKey: privateKeyFromRaw(concat(key.seed, key.public)),
      addresses: { listen },
      transports: [tcp(), webSockets()],
      connectionEncrypters: [tls()],
      streamMuxers: [yamux()],
      services: { ping: ping() },
      connectionMonitor: { enabled: false },
      // All of these peers are at one address.
      connectionManager: { inboundConnectionThreshold: 1000 }
    })
    const serve = (stream, connection) => {
      self.#serve(stream, connection).catch(() => stream.abort(new Error('a frame that breaks the form')))
    }
    await self.node.handle(PROTOCOL, serve, { maxInboundStreams: 64, maxOutboundStreams: 64 })
    return self
  }

  get addresses () {
    // As they stand in a link: without the peer, which the link names by its key.
    return this.node.getMultiaddrs().map((address) => address.toString().replace(/\/p2p\/.*$/, ''))
  }

  /** Dials the first address that answers under the key that is expected there. */
  async dial (supplier, addresses) {
    const name = nameOf(supplier)
    const connection = await this.node.dial(addresses.map((address) => multiaddr(`${address}/p2p/${name}`)), within())
    if (!connection.remotePeer.equals(name)) throw new Error('another key answers there')
    return connection
  }

  /** One frame and its reply; `raw` is bytes that are sent as they are. */
  async exchange (connection, message, { raw = null } = {}) {
    const options = within()
    const stream = await connection.newStream(PROTOCOL, options)
    const bytes = byteStream(stream)
    if (raw === null) this.types.check(this.rules.sends, message)
    await bytes.write(framed(raw ?? encode(message)), options)
    const reply = decode(await readFrame(bytes, options))
    this.types.check(this.rules.answers, reply)
    stream.close(options).catch(() => {})
    return parts(reply)
  }

  async #serve (stream, connection) {
    const bytes = byteStream(stream)
    for (;;) {
      const frame = await readFrame(bytes, {})
      let reply
      try {
        const message = this.types.check(this.rules.takes, decode(frame))
        reply = await this.answer(message, connection)
      } catch (error) {
        if (!(error instanceof Refused)) {
          this.failures.push(error)
          throw error
        }
        this.failures.push(error)
        reply = { refused: error.code }
      }
      this.types.check(this.rules.replies, reply)
      await bytes.write(framed(encode(reply)), within())
    }
  }

  async stop () {
    await this.node.stop()
  }
}
