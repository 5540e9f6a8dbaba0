import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { aPair } from './fixtures.ts'
import { createMetrics, type Registry } from './metrics.ts'
import { describeProcess, describeServer } from './process-metrics.ts'
import { generateClusterPair } from './tls/generate.ts'

const pair = await aPair()

async function series(describe: (registry: Registry) => void): Promise<string[]> {
  const registry = createMetrics({ processMetrics: false })
  describe(registry)
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

describe('describeProcess', () => {
  it('tells who it is, and when the certificates that it has expire', async () => {
    const soon = await generateClusterPair({ days: 1 })
    const admin_ssl_cert = () => [pair.cert, soon.cert]
    const certificates = { feed_cert: pair.cert, ssl_cert: null, status_ssl_cert: () => [], admin_ssl_cert }
    const lines = await series((registry) =>
      describeProcess(registry, 'sync-hub', { nodeId: 'n', version: '3.4.0', certificates }),
    )
    expect(lines).toEqual([
      expect.stringMatching(
        /^biplane_process_info\{app="sync-hub",node_id="n",hostname=".+",version="3.4.0"\} 1$/,
      ),
      'kong_node_info{node_id="n",version="3.4.0"} 1',
      `biplane_certificate_expiry_timestamp_seconds{certificate="feed_cert"} ${Date.parse(new X509Certificate(pair.cert).validTo) / 1000}`,
      `biplane_certificate_expiry_timestamp_seconds{certificate="admin_ssl_cert"} ${Date.parse(new X509Certificate(soon.cert).validTo) / 1000}`,
    ])
  })
})

describe('describeServer', () => {
  it("tells what Kong tells of nginx, under Kong's names", async () => {
    const statistics = {
      connections_accepted: 9,
      connections_handled: 9,
      connections_active: 3,
      connections_reading: 0,
      connections_writing: 1,
      connections_waiting: 2,
      total_requests: 40,
    }
    const lines = await series((registry) =>
      describeServer(registry, { nodeId: 'n', statistics: () => statistics, heapBytes: () => 7 }),
    )
    expect(lines).toEqual([
      ...['accepted 9', 'handled 9', 'active 3', 'reading 0', 'writing 1', 'waiting 2'].map((state) =>
        state.replace(
          /(\w+) (\d)/,
          'kong_nginx_connections_total{node_id="n",subsystem="http",state="$1"} $2',
        ),
      ),
      'kong_nginx_requests_total{node_id="n",subsystem="http"} 40',
      `kong_memory_workers_lua_vms_bytes{node_id="n",pid="${process.pid}",kong_subsystem="http"} 7`,
    ])
  })

  it('tells streams apart where there are any', async () => {
    const of = (n: number) => ({
      ...{ connections_accepted: n, connections_handled: n, connections_active: n },
      ...{ connections_reading: n, connections_writing: n, connections_waiting: n, total_requests: n },
    })
    const given = { nodeId: 'n', statistics: () => of(1), streams: () => of(2), heapBytes: () => 7 }
    const lines = await series((registry) => describeServer(registry, given))
    expect(lines).toContain('kong_nginx_connections_total{node_id="n",subsystem="http",state="active"} 1')
    expect(lines).toContain('kong_nginx_connections_total{node_id="n",subsystem="stream",state="active"} 2')
    expect(lines).toContain('kong_nginx_requests_total{node_id="n",subsystem="stream"} 2')
  })
})
