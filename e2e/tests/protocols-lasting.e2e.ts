import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../client.ts'
import { eventually } from '../eventually.ts'
import { makePair } from '../protocols/certificates.ts'
import { type Gateway, type ProtocolNode, startGateway } from '../protocols/gateway.ts'
import { LASTING, type Lasting } from '../protocols/lasting.ts'
import { handshake } from '../protocols/openssl.ts'
import { lead, routeAll, served, showCertificate } from '../protocols/routes.ts'

const CERTIFICATE = '5f8b8f7e-3c2a-4f57-9d0c-0c8d0a3b1e05'

describe('clients that stay', () => {
  let gateway: Gateway
  /** By what they are, and the node that they came to. */
  const staying = new Map<string, Lasting>()
  beforeAll(async () => {
    gateway = await startGateway()
    await lead(gateway, gateway.old)
    await routeAll(gateway)
    await show('first')
    await served(gateway)
    for (const node of gateway.nodes)
      await Promise.all(
        Object.entries(LASTING).map(async ([name, open]) =>
          staying.set(`${name} at ${node.name}`, await open(node)),
        ),
      )
  })
  afterAll(() => gateway?.close())

  async function show(label: string): Promise<void> {
    const pair = await makePair(gateway.folder, '*.biplane.test', { label })
    await showCertificate(gateway, CERTIFICATE, pair, ['*.biplane.test'])
  }

  const answers = async (clients: Iterable<[string, Lasting]>): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(
        Array.from(clients, async ([name, client]) => [
          name,
          await client.ask().catch((error: Error) => error.message),
        ]),
      ),
    )

  const all = (names: Iterable<string>, answer: string) =>
    Object.fromEntries(Array.from(names, (name) => [name, name.includes('psql') ? 'old' : answer]))

  /** What somebody is told who comes now, and which workers take them. */
  async function newcomers(node: ProtocolNode, workers = new Set<string>()): Promise<Record<string, string>> {
    const told = await Promise.all(
      Object.entries(LASTING).map(async ([name, open]) => {
        const client = await open(node)
        if (client.worker !== null) workers.add(client.worker)
        const answer = await client.ask()
        await client.leave()
        return [name, answer]
      }),
    )
    return Object.fromEntries(told)
  }

  it('go on where they were when services move, and others come to the new place', async () => {
    await lead(gateway, gateway.new)
    await served(gateway)
    for (const node of gateway.nodes) expect(await newcomers(node)).toEqual(all(Object.keys(LASTING), 'new'))
    expect(await answers(staying)).toEqual(all(staying.keys(), 'old'))
  })

  it('go on when a certificate is replaced', async () => {
    await show('second')
    for (const { proxyTls, ports } of gateway.nodes)
      for (const port of [Number(new URL(proxyTls).port), ports.tls])
        await eventually(async () => {
          const { subject } = await handshake(port, ['-servername', 'ends.biplane.test'])
          expect(subject).toBe('O = second, CN = *.biplane.test')
        })
    expect(await answers(staying)).toEqual(all(staying.keys(), 'old'))
  })

  it('go on when a worker that they are not with dies, and its successor takes every protocol', async () => {
    const [node] = gateway.nodes
    const here = [...staying].filter(([name]) => name.endsWith(node.name))
    await expect(send(`${node.proxy}/live`, { headers: { 'x-end-worker': 'now' } })).rejects.toThrow()
    await eventually(() => expect(node.log()).toContain('a worker was replaced'))
    const workers = new Set<string>()
    for (let n = 0; n < 3; n++)
      expect(await newcomers(node, workers)).toEqual(all(Object.keys(LASTING), 'new'))
    const left = here.filter(([, { worker }]) => worker !== null && workers.has(worker))
    const names = left.map(([name]) => name)
    expect(await answers(left)).toEqual(all(names, 'old'))
    // Those of the dead worker say how they ended.
    await Promise.allSettled(here.map(([, client]) => client.leave()))
    for (const [name] of here) staying.delete(name)
  })

  it('are waited for when their node stops, which takes nobody else', async () => {
    const [, node] = gateway.nodes
    const stopped = node.stop()
    await eventually(() => expect(send(`${node.proxy}/live`)).rejects.toThrow())
    expect(await answers(staying)).toEqual(all(staying.keys(), 'old'))
    await Promise.all(Array.from(staying.values(), (client) => client.leave()))
    expect(await stopped).toEqual({ code: 0, signal: null })
    expect(node.log()).not.toContain('had not ended in time')
  })
})
