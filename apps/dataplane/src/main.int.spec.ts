import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateClusterPair, VERSION } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Hub, openHub } from './fixtures/a-hub.ts'
import { anUpstream, serviceAt, type Upstream } from './fixtures/an-upstream.ts'
import { ConfigAuthor } from './fixtures/config-author.ts'
import { type NodeProcess, startProcess } from './fixtures/node-process.ts'

const pair = await generateClusterPair()
const SLOW = { timeout: 60_000 }
let open: AsyncDisposable[] = []
let prefix: string
let settings: Record<string, string>
let ports: { proxy: number; tls: number; status: number; hub: number }

beforeEach(async () => {
  prefix = await mkdtemp(join(tmpdir(), 'biplane-main-'))
  ports = { proxy: await freePort(), tls: await freePort(), status: await freePort(), hub: await freePort() }
  settings = {
    prefix,
    cluster_cert: Buffer.from(pair.cert).toString('base64'),
    cluster_cert_key: Buffer.from(pair.key).toString('base64'),
    cluster_control_plane: `127.0.0.1:${ports.hub}`,
    cluster_dp_labels: 'zone:a',
    proxy_listen: `127.0.0.1:${ports.proxy}, 127.0.0.1:${ports.tls} ssl`,
    status_listen: `127.0.0.1:${ports.status}`,
  }
})
afterEach(async () => {
  for (const one of open.reverse()) await one[Symbol.asyncDispose]()
  open = []
  await rm(prefix, { recursive: true, force: true })
})

async function started(): Promise<NodeProcess> {
  const node = startProcess(settings)
  open.push(node)
  await node.logged('ready')
  return node
}

async function aHub(author: ConfigAuthor): Promise<Hub> {
  const hub = await openHub(ports.hub, pair, author)
  open.push(hub)
  return hub
}

async function aConfig(upstream: Upstream): Promise<ConfigAuthor> {
  const author = new ConfigAuthor()
  const { id } = author.put('services', serviceAt(upstream))
  author.put('routes', { paths: ['/'], service: { id } })
  return author
}

const statusOf = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${ports.status}${path}`)
  return { code: response.status, body: await response.json() }
}
/** Every series with its value. */
async function metrics(): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${ports.status}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}
const proxied = async () => (await fetch(`http://127.0.0.1:${ports.proxy}/`)).status

// A real process each: a busy machine takes its time.
describe('a node', { timeout: 120_000 }, () => {
  it('without any config answers 404, says that it is not ready, and lives', async () => {
    await started()
    expect(await proxied()).toBe(404)
    expect(await statusOf('/status/ready')).toEqual({
      code: 503,
      body: { message: 'no configuration available (empty configuration present)' },
    })
    expect(await statusOf('/status')).toMatchObject({
      code: 200,
      body: { configuration_hash: '0'.repeat(32), server: { total_requests: 1 } },
    })
  })

  it('gets its config from the control plane, and serves it again from its cache when that is gone', async () => {
    const upstream = await anUpstream()
    open.push(upstream)
    const author = await aConfig(upstream)
    const hub = await aHub(author)
    const first = await started()
    await expect.poll(() => hub.answers, SLOW).toMatchObject([{ kind: 'applied', position: author.position }])
    expect(hub.hellos[0]).toMatchObject({
      version: VERSION,
      labels: { zone: 'a' },
      relay: false,
      plugins: expect.arrayContaining([{ name: 'key-auth', version: VERSION }]),
    })
    expect(await proxied()).toBe(200)
    expect((await statusOf('/status/ready')).code).toBe(200)

    await hub.stop()
    expect(await proxied()).toBe(200)
    first.child.kill('SIGKILL')
    await first.exited
    await started()
    expect(await proxied()).toBe(200)
    expect((await statusOf('/status')).body).toMatchObject({ configuration_hash: author.position.hash })
    expect(await metrics()).toMatchObject({ biplane_revision: 1 })

    const again = await aHub(author)
    await expect.poll(() => again.hellos.length, SLOW).toBe(1)
    expect(again.hellos[0]?.nodeId).toBe(hub.hellos[0]?.nodeId)
    expect(again.hellos[0]?.position.hash).toBe(author.position.hash)
  })

  it('finishes what is in flight when it is told to stop, and says meanwhile that it drains', async () => {
    const asked = Promise.withResolvers<http.ServerResponse>()
    const upstream = await anUpstream((request, response) => {
      if (request.url === '/held') asked.resolve(response)
      // What comes before the node refuses must not be what it waits for.
      else response.end()
    })
    open.push(upstream)
    const hub = await aHub(await aConfig(upstream))
    const node = await started()
    await expect.poll(() => hub.answers.length, SLOW).toBe(1)
    const pending = fetch(`http://127.0.0.1:${ports.proxy}/held`)
    const response = await asked.promise
    node.child.kill('SIGTERM')
    await expect
      .poll(() => statusOf('/status/ready'), SLOW)
      .toMatchObject({ code: 503, body: { message: 'draining' } })
    expect(await metrics()).toMatchObject({ biplane_draining: 1 })
    await expect.poll(() => proxied().catch(() => 'refused'), SLOW).toBe('refused')
    response.end('in time')
    expect(await (await pending).text()).toBe('in time')
    expect(await node.exited).toBe(0)
    expect(node.complaints()).toBe('')
  })

  it('counts its traffic by the class of the answer, over all workers', async () => {
    const answered = Promise.withResolvers<http.ServerResponse>()
    const upstream = await anUpstream((request, response) => {
      if (request.url === '/held') answered.resolve(response)
      else response.writeHead(Number(request.url?.slice(1))).end()
    })
    open.push(upstream)
    const hub = await aHub(await aConfig(upstream))
    const { cluster_cert = '', cluster_cert_key = '' } = settings
    Object.assign(settings, { ssl_cert: cluster_cert, ssl_cert_key: cluster_cert_key })
    const expiry = Date.parse(new X509Certificate(pair.cert).validTo) / 1000
    const node = await started()
    await expect.poll(() => hub.answers.length, SLOW).toBe(1)
    const at = (path: string) => `http://127.0.0.1:${ports.proxy}${path}`
    for (const code of [200, 201, 302, 404, 500])
      await fetch(at(`/${code}`), { redirect: 'manual', headers: { connection: 'close' } })
    const leaving = http.get(at('/held')).on('error', () => undefined)
    await answered.promise
    leaving.destroy()
    await expect.poll(metrics, SLOW).toMatchObject({
      'biplane_http_responses_total{code="2xx"}': 2,
      'biplane_http_responses_total{code="3xx"}': 1,
      'biplane_http_responses_total{code="4xx"}': 1,
      'biplane_http_responses_total{code="5xx"}': 1,
      'biplane_http_responses_total{code="aborted"}': 1,
      biplane_http_request_duration_seconds_count: 6,
      'biplane_http_request_duration_seconds_bucket{le="+Inf"}': 6,
      biplane_revision: 1,
      'biplane_updates_total{kind="snapshot",result="applied"}': 1,
      kong_control_plane_connected: 1,
      kong_data_plane_cluster_cert_expiry_timestamp: expiry,
      'biplane_certificate_expiry_timestamp_seconds{certificate="cluster_cert"}': expiry,
      'biplane_certificate_expiry_timestamp_seconds{certificate="ssl_cert"}': expiry,
    })
    for (const measured of ['worker_event_loop_delay_seconds_count', 'worker_busy_seconds_total{worker="0"}'])
      await expect.poll(async () => (await metrics())[`biplane_${measured}`], SLOW).toBeGreaterThan(0)
    await hub.stop()
    await expect.poll(metrics, SLOW).toMatchObject({ kong_control_plane_connected: 0 })
    expect(node.complaints()).toBe('')
  })

  it('changes its log level while it runs, for whoever is on its machine', async () => {
    const node = await started()
    const url = `http://127.0.0.1:${ports.status}/debug/node/log-level`
    const changed = await fetch(`${url}/debug?timeout=600`, { method: 'PUT' })
    expect([changed.status, await changed.json()]).toEqual([200, { message: 'log level changed' }])
    expect(await statusOf('/debug/node/log-level')).toEqual({
      code: 200,
      body: { message: 'log level: debug' },
    })
    await node.logged('the log level is debug from now on for 600 s')
  })

  it('takes TLS with a certificate of its own making', async () => {
    await started()
    const response = await new Promise<http.IncomingMessage>((resolve, reject) =>
      https
        .get({ port: ports.tls, host: '127.0.0.1', rejectUnauthorized: false }, resolve)
        .on('error', reject),
    )
    response.resume()
    expect(response.statusCode).toBe(404)
  })

  it('does not share its address with another process', async () => {
    await started()
    const second = startProcess({ ...settings, prefix: join(prefix, 'second'), status_listen: 'off' })
    open.push(second)
    expect(await second.exited).toBe(1)
    expect(JSON.stringify(second.lines)).toContain('another process listens there')
  })
})
