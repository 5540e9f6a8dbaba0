import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { generateCertificate } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { expect, it } from 'vitest'
import { aNode } from '../fixtures/a-node.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { nodeMetrics } from '../metrics.ts'
import { heardUntilClosed } from './fixtures/a-server.ts'

const open = closedAfterEach()

it('a node shows its streams among the metrics, and brings a target back that its probes of tcp find well', async () => {
  const [port, target] = [await freePort(), await freePort()]
  const address = { host: '127.0.0.1', transport: 'tcp', backlog: null, proxyProtocol: false } as const
  const node = await aNode({ streams: [{ ...address, port, isTls: false }] })
  open.push(node)
  const author = new ConfigAuthor()
  const service = author.put('services', { name: 'db', protocol: 'tcp', host: 'db.internal', port: 1 })
  author.put('routes', {
    name: 'in',
    protocols: ['tcp'],
    destinations: [{ port }],
    service: { id: service.id },
  })
  const upstream = author.put('upstreams', {
    name: 'db.internal',
    healthchecks: {
      passive: { unhealthy: { tcp_failures: 1 } },
      active: { type: 'tcp', healthy: { successes: 1 }, unhealthy: { interval: 0.1 } },
    },
  })
  author.put('targets', { upstream: { id: upstream.id }, target: `127.0.0.1:${target}` })
  const config = { status_code_metrics: true, upstream_health_metrics: true }
  author.put('plugins', { name: 'prometheus', protocols: ['tcp'], config })
  expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
  const said = async (): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.end()
    return heardUntilClosed(socket)
  }
  const wish = { commonName: 'n', dnsNames: ['n.test'], days: 1, now: new Date() }
  const { cert } = await generateCertificate(wish)
  const { metrics } = nodeMetrics(node, {
    nodeId: 'n',
    version: '3.4.0',
    certificates: { cluster_cert: () => [cert] },
  })
  const shown = async (): Promise<string> => metrics.metrics()
  const health = (state: string) =>
    `kong_upstream_target_health{upstream="db.internal",target="127.0.0.1:${target}",address="127.0.0.1:${target}",state="${state}",subsystem="stream"} 1`

  expect(await said()).toBe('')
  await expect.poll(shown).toContain(health('unhealthy'))
  const server = createServer((socket) => socket.end('well')).listen(target, '127.0.0.1')
  await once(server, 'listening')
  open.push({ [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) })
  await expect.poll(shown, { timeout: 10_000 }).toContain(health('healthy'))
  expect(await said()).toBe('well')
  // What plugins count comes from each worker in its time.
  for (const told of ['code="200",source="service"', 'code="503",source="kong"'])
    await expect
      .poll(shown, { timeout: 10_000 })
      .toContain(`kong_stream_sessions_total{service="db",route="in",${told}} 1`)
  const lines = await shown()
  for (const line of [
    'kong_nginx_connections_total{node_id="n",subsystem="stream",state="accepted"} 2',
    'kong_nginx_connections_total{node_id="n",subsystem="http",state="accepted"} 0',
    'biplane_streams_total{code="2xx"} 1',
    'biplane_streams_total{code="5xx"} 1',
  ])
    expect(lines).toContain(line)
})
