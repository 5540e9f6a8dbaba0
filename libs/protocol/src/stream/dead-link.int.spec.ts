import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { brisk, Follower, useCluster } from './fixtures.ts'
import type { FollowerStream } from './index.ts'

const cluster = useCluster()

/** A TCP proxy that can stop forwarding without closing anything, as a pulled cable does. */
async function aProxy(to: number) {
  const sockets: Socket[] = []
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.push(socket)
      socket.on('error', () => socket.destroy())
    }
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    cut() {
      for (const socket of sockets) socket.unpipe().resume()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

let proxy: Awaited<ReturnType<typeof aProxy>>
afterEach(() => proxy.close())

describe('a link that went dead without a word', () => {
  it('is found by both ends', async () => {
    const met = Promise.withResolvers<FollowerStream>()
    const { address } = await cluster().serve({
      timing: brisk,
      session: async (stream) => {
        met.resolve(stream)
        await new Promise<void>((resolve) => stream.signal.addEventListener('abort', () => resolve()))
      },
    })
    proxy = await aProxy(address.port)
    const follower = new Follower()
    cluster().follow(follower, [proxy.port], { timing: brisk })
    const { signal } = await met.promise
    await follower.until(() => follower.links.length === 1)
    const cutAt = performance.now()
    proxy.cut()
    await Promise.all([
      follower.until(() => follower.links.at(-1) === null),
      new Promise((resolve) => signal.addEventListener('abort', resolve)),
    ])
    expect(performance.now() - cutAt).toBeLessThan(2000)
  })
})
