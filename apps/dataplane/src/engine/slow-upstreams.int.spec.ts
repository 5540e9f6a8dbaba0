import net from 'node:net'
import { expect, it } from 'vitest'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()
const MiB = 1024 ** 2

it('an upstream is not late while it waits for a client that does not read', async () => {
  const size = 32 * MiB
  const begun = Promise.withResolvers<void>()
  const upstream = await upstreamThat(open, (_request, response) => {
    response.end(Buffer.alloc(size))
    begun.resolve()
  })
  const gateway = await gatewayTo(open, upstream, { read_timeout: 300 })
  const socket = net.connect(gateway.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  await begun.promise
  // Five times as long as the upstream may pause.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  let received = 0
  for await (const chunk of socket) received += chunk.length
  expect(received).toBeGreaterThan(size)
})

it('an upstream is late when it takes nothing any more, also after a pause of the client', async () => {
  const paused = Promise.withResolvers<void>()
  const upstream = await upstreamThat(open, (request) => {
    request.socket.pause()
    paused.resolve()
  })
  const route = { request_buffering: false }
  const gateway = await gatewayTo(open, upstream, { write_timeout: 50, retries: 0 }, { route })
  const socket = net.connect(gateway.port, '127.0.0.1')
  socket.on('error', () => undefined)
  const size = 64 * MiB
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(10_000)}`)
  await paused.promise
  // The client pauses for several times as long as the upstream may.
  await new Promise((resolve) => setTimeout(resolve, 200))
  socket.write(Buffer.alloc(size - 10_000))
  const [heard] = await new Promise<string[]>((resolve) =>
    socket.once('data', (chunk) => resolve([`${chunk}`])),
  )
  expect(heard).toMatch(/^HTTP\/1\.1 504 /)
  socket.destroy()
})

it('an upstream is late when it goes on with nothing after its answer was held for a while', async () => {
  const upstream = await upstreamThat(open, (_request, response) => response.writeHead(200).write('half'))
  const waiting = {
    name: 'waiting',
    priority: 1,
    create: () => ({
      response: () => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 500)),
    }),
  }
  const gateway = await gatewayTo(open, upstream, { read_timeout: 100 }, { plugins: [waiting] })
  gateway.plug('waiting')
  gateway.serve()
  const response = await fetch(gateway.url)
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow()
})
