import type { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { aNode } from '../fixtures/a-node.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { aPeer, type Peer } from './fixtures/a-peer.ts'

const open = closedAfterEach()

/** A node that carries the datagrams of one port to a server that says its name. */
async function world() {
  const threads: Worker[] = []
  const watch = (worker: Worker) => void threads.push(worker)
  process.on('worker', watch)
  const { port, socket } = await aPeer(open)
  socket.close()
  const address = { host: '127.0.0.1', backlog: null, proxyProtocol: false, isTls: false } as const
  const node = await aNode({ streams: [{ ...address, transport: 'udp', port }] })
  process.off('worker', watch)
  open.push(node)
  const author = new ConfigAuthor()
  const first = await aServer('one')
  const service = author.put('services', { protocol: 'udp', host: '127.0.0.1', port: first.port })
  author.put('routes', { protocols: ['udp'], destinations: [{ port }], service: { id: service.id } })
  await node.apply(author.snapshot())
  return { node, author, service, port, threads, first }
}

const aServer = (name: string) => aPeer(open, (text) => `${name}: ${text}`)
const aClient = () => aPeer(open)

/** Says it until an answer to it comes: what is under way while a worker is replaced may be lost. */
async function answerTo({ socket, heard }: Peer, port: number, text: string): Promise<string> {
  const answer = () => heard.find((line) => line.endsWith(` ${text}`))
  const ask = (): string | undefined => {
    if (answer() === undefined) socket.send(text, port, '127.0.0.1')
    return answer()
  }
  await expect.poll(ask, { timeout: 20_000, interval: 100 }).toBeDefined()
  return answer() ?? ''
}

it('datagrams live on under another config, new clients get it, on every worker, and a stop cuts those that speak', async () => {
  const { node, author, service, port, threads, first } = await world()
  const clients = await Promise.all(Array.from({ length: 8 }, aClient))
  for (const [i, client] of clients.entries())
    expect(await answerTo(client, port, String(i))).toBe(`one: ${i}`)
  // Each client is on one worker, and has one way to its server.
  expect([0, 1].map((slot) => node.counters.get(slot, 'activeStreams')).reduce((a, b) => a + b)).toBe(8)
  expect(new Set(first.from).size).toBe(8)

  const second = await aServer('two')
  author.put('services', { id: service.id, protocol: 'udp', host: '127.0.0.1', port: second.port })
  expect(await node.apply(author.delta())).toMatchObject({ kind: 'applied' })
  for (const [i, client] of clients.entries())
    expect(await answerTo(client, port, `${i}+`)).toBe(`one: ${i}+`)
  expect(await answerTo(await aClient(), port, 'new')).toBe('two: new')

  await threads[0]?.terminate()
  await expect.poll(() => node.pool.serving.now, { timeout: 20_000 }).toBe(2)
  for (let i = 0; i < 8; i += 1) expect(await answerTo(await aClient(), port, `r${i}`)).toBe(`two: r${i}`)
  for (const [i, client] of clients.entries())
    expect(await answerTo(client, port, `${i}#`)).toMatch(new RegExp(`^(one|two): ${i}#$`))

  const talking = setInterval(() => clients[0]?.socket.send('.', port, '127.0.0.1'), 20)
  await node.close(2_500)
  clearInterval(talking)
  expect(node.counters.total('cutStreams')).toBe(1)
})
