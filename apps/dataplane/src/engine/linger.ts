import type { Socket } from 'node:net'

/** As long as Kong's server waits for more. */
const LINGER_MS = 5_000

/**
 * Lets a client that still sends hear its answer before its connection is closed: one that is closed with bytes unread is
 * reset, and what was sent last may never be seen. Whoever reads the connection goes on reading.
 */
export function linger(client: Socket): void {
  client.destroySoon = () => {
    client.end()
    const late = setTimeout(() => client.destroy(), LINGER_MS)
    client.once('close', () => clearTimeout(late))
  }
}
