import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Worker } from 'node:worker_threads'
import { generateCertificate } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { expect, it } from 'vitest'
import { aNode } from '../fixtures/a-node.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { aServer, echoAs, heardUntilClosed } from './fixtures/a-server.ts'

const open = closedAfterEach()

/** A node with two addresses of streams, one of them of TLS, and a route to a server at each. */
async function world() {
  const threads: Worker[] = []
  const watch = (worker: Worker) => void threads.push(worker)
  process.on('worker', watch)
  const [port, tlsPort] = [await freePort(), await freePort()]
  const address = { host: '127.0.0.1', transport: 'tcp', backlog: null, proxyProtocol: false } as const
  const streams = [
    { ...address, port, isTls: false },
    { ...address, port: tlsPort, isTls: true },
  ]
  const node = await aNode({ streams })
  process.off('worker', watch)
  open.push(node)
  const author = new ConfigAuthor()
  const server = await aServer(open, echoAs('one'))
  const service = author.put('services', { protocol: 'tcp', host: '127.0.0.1', port: server.port })
  const route = { destinations: [{ port }, { port: tlsPort }], service: { id: service.id } }
  author.put('routes', { protocols: ['tcp', 'tls'], ...route })
  const wish = { dnsNames: ['a.test'], days: 1, now: new Date(), commonName: 'a.test' }
  const { cert, key } = await generateCertificate(wish)
  const pair = author.put('certificates', { cert, key })
  author.put('snis', { name: 'a.test', certificate: { id: pair.id } })
  await node.apply(author.snapshot())
  return { node, author, service, port, tlsPort, threads }
}

const client = (port: number): Socket => connect({ port, host: '127.0.0.1' })
const secure = (port: number): Socket =>
  connectTls({ port, host: '127.0.0.1', servername: 'a.test', rejectUnauthorized: false })
const said = (socket: Socket, text: string): Promise<string> => {
  socket.end(text)
  return heardUntilClosed(socket)
}

it('streams live on under another config, new ones get it, on every worker, and a stop cuts those that stay', async () => {
  const { node, author, service, port, tlsPort, threads } = await world()
  const old = [client(port), secure(tlsPort)]
  for (const socket of old) expect(String(await once(socket, 'data'))).toContain('one')
  const other = await aServer(open, echoAs('other'))
  author.put('services', { id: service.id, protocol: 'tcp', host: '127.0.0.1', port: other.port })
  await node.apply(author.delta())
  for (let i = 0; i < 8; i += 1)
    expect(await said(i % 2 === 0 ? client(port) : secure(tlsPort), 'new')).toBe('other:new')
  for (const socket of old) expect(await said(socket, 'still here')).toBe('still here')

  const over = (count: number) => expect.poll(() => node.counters.total('stream 2xx')).toBe(count)
  await over(10)
  await threads[0]?.terminate()
  await expect.poll(() => node.pool.serving.now).toBe(2)
  for (let i = 0; i < 8; i += 1)
    expect(await said(i % 2 === 0 ? client(port) : secure(tlsPort), 'hello')).toBe('other:hello')

  await over(18)
  const staying = client(port)
  await once(staying, 'data')
  const cut = heardUntilClosed(staying)
  await node.close(300)
  await cut
  expect(node.counters.total('cutStreams')).toBe(1)
})
