import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { carryTunnel, type Tunnels } from './tunnel.ts'

it.each(['client', 'upstream'] as const)(
  'what one end said before it left reaches the %s, which takes it slowly',
  async (who) => {
    const taken: string[] = []
    const slow = new Duplex({
      read: () => undefined,
      write(piece, _encoding, done) {
        taken.push(String(piece))
        setTimeout(done, 20)
      },
    })
    const leaving = new Duplex({
      allowHalfOpen: false,
      read: () => undefined,
      write: (_piece, _encoding, done) => done(),
    })
    const [client, upstream] = who === 'client' ? [slow, leaving] : [leaving, slow]
    const tunnels: Tunnels = new Set()
    const none = Buffer.alloc(0)
    const ended = carryTunnel(
      tunnels,
      { status: 101, headers: [] },
      { socket: client, head: none },
      { socket: upstream, head: none },
    )
    leaving.push('almost')
    leaving.push(' the last word')
    leaving.push(null)
    await ended
    expect(taken.join('')).toMatch(/almost the last word$/)
    expect([client.destroyed, upstream.destroyed, tunnels.size]).toEqual([true, true, 0])
  },
)
